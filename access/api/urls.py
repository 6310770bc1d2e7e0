"""Routes of accounts, below /api/v1/."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from access.api.audit import AuditViewSet
from access.api.people import GroupViewSet, UserViewSet
from access.api.rights import GrantViewSet, RoleViewSet
from access.api.signing_in import LoginView, LogoutView, MeView, PasswordView
from access.api.tokens import TokenViewSet

router = SimpleRouter(use_regex_path=False)
router.register("users", UserViewSet, basename="user")
router.register("groups", GroupViewSet, basename="group")
router.register("roles", RoleViewSet, basename="role")
router.register("grants", GrantViewSet, basename="grant")
router.register("tokens", TokenViewSet, basename="token")
router.register("audit", AuditViewSet, basename="audit")

urlpatterns = [
    path("auth/login/", LoginView.as_view(), name="login"),
    path("auth/logout/", LogoutView.as_view(), name="logout"),
    path("me/", MeView.as_view(), name="me"),
    path("me/password/", PasswordView.as_view(), name="me-password"),
    path("", include(router.urls)),
]
