"""Routes of accounts, below /api/v1/."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from access.api.audit import AuditViewSet
from access.api.people import GroupViewSet, UserViewSet
from access.api.rights import GrantViewSet, RoleViewSet
from access.api.second_factors import (
    RecoveryCodesView,
    SecondFactorsView,
    SecondFactorView,
    TotpConfirmView,
    TotpView,
    WebAuthnConfirmView,
    WebAuthnView,
)
from access.api.sessions import EndOthersView, SessionsView, SessionView
from access.api.sign_in_methods import SignInMethodsView
from access.api.signing_in import ConfirmView, LoginView, LogoutView, MeView, PasswordView, SecondStepView
from access.api.tokens import TokenViewSet

router = SimpleRouter(use_regex_path=False)
router.register("users", UserViewSet, basename="user")
router.register("groups", GroupViewSet, basename="group")
router.register("roles", RoleViewSet, basename="role")
router.register("grants", GrantViewSet, basename="grant")
router.register("tokens", TokenViewSet, basename="token")
router.register("audit", AuditViewSet, basename="audit")

urlpatterns = [
    path("auth/methods/", SignInMethodsView.as_view(), name="sign-in-methods"),
    path("auth/login/", LoginView.as_view(), name="login"),
    path("auth/second-factor/", SecondStepView.as_view(), name="second-step"),
    path("auth/logout/", LogoutView.as_view(), name="logout"),
    path("me/", MeView.as_view(), name="me"),
    path("me/password/", PasswordView.as_view(), name="me-password"),
    path("me/confirm/", ConfirmView.as_view(), name="me-confirm"),
    path("me/sessions/", SessionsView.as_view(), name="me-sessions"),
    path("me/sessions/end-others/", EndOthersView.as_view(), name="me-sessions-end-others"),
    path("me/sessions/<uuid:pk>/", SessionView.as_view(), name="me-session"),
    path("me/second-factors/", SecondFactorsView.as_view(), name="second-factors"),
    path("me/second-factors/totp/", TotpView.as_view(), name="totp"),
    path("me/second-factors/totp/confirm/", TotpConfirmView.as_view(), name="totp-confirm"),
    path("me/second-factors/webauthn/", WebAuthnView.as_view(), name="webauthn"),
    path("me/second-factors/webauthn/confirm/", WebAuthnConfirmView.as_view(), name="webauthn-confirm"),
    path("me/second-factors/recovery-codes/", RecoveryCodesView.as_view(), name="recovery-codes"),
    path("me/second-factors/<uuid:pk>/", SecondFactorView.as_view(), name="second-factor"),
    path("", include(router.urls)),
]
