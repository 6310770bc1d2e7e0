"""Routes of signing in elsewhere, below /auth/: these two, and nothing that allauth has beside them."""

from django.urls import path

from access.identities import views

urlpatterns = [
    path("oidc/login/", views.login, name="oidc-login"),
    path("oidc/callback/", views.callback, name="oidc-callback"),
]
