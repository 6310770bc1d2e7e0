"""Signing in and out, and what the person who is signed in is told and may change of themselves."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from access import audit
from access.actor import Actor
from access.api.serializers import NothingSerializer
from access.api.shapes import LoginSerializer, MeSerializer, MeWriteSerializer, PasswordSerializer
from access.api.views import Endpoint
from access.errors import NotPermitted
from access.models import User
from access.services import grants, users
from access.services.signing_in import sign_in


def _refuse_foreign_origin(request: Request) -> None:
    """A page of another origin must not sign a browser in as somebody. Programs send no Origin."""
    origin = request.META.get("HTTP_ORIGIN")
    if origin is None or origin in settings.CSRF_TRUSTED_ORIGINS:
        return
    if origin != f"{'https' if request.is_secure() else 'http'}://{request.get_host()}":
        raise PermissionDenied("Sign in from our own page.", code="csrf_failed")


def _me(user: User, actor: Actor) -> dict[str, Any]:
    return {
        "id": user.pk,
        "username": user.username,
        "name": user.display_name,
        "theme": user.theme or "auto",
        "roles": grants.roles_of(user),
        "permissions": {
            "everywhere": sorted(name for name, scope in actor.rights.items() if scope.everywhere),
            "somewhere": sorted(name for name, scope in actor.rights.items() if not scope.everywhere),
        },
    }


class LoginView(Endpoint):
    """Sign in by name and password: sets the session's cookie and the CSRF cookie."""

    kind = "auth"
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="login", request=LoginSerializer, responses={200: MeSerializer}, auth=[])
    def post(self, request: Request) -> Response:
        _refuse_foreign_origin(request)
        given = self.body(LoginSerializer)
        user = sign_in(given["username"], given["password"], by=self.actor)
        login(request._request, user)
        return Response(_me(user, Actor(user=user, address=self.actor.address)))


class LogoutView(Endpoint):
    """End this session."""

    kind = "auth"

    @extend_schema(operation_id="logout", request=NothingSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        self.body(NothingSerializer)
        if self.actor.token is not None:
            raise NotPermitted("A token has no session to end; delete the token instead.")
        audit.record(self.actor, "auth.logout", "user", self.actor.id, self.actor.name)
        logout(request._request)
        return Response(status=204)


class MeView(Endpoint):
    """The account that is signed in, and what it may do."""

    kind = "me"

    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        if self.actor.token is None:
            get_token(request._request)  # a browser that lost the CSRF cookie has it again
        return Response(_me(users.signed_in(self.actor), self.actor))

    @extend_schema(operation_id="me_edit", request=MeWriteSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        return Response(_me(users.change_own(self.body(MeWriteSerializer), by=self.actor), self.actor))


class PasswordView(Endpoint):
    """Change one's own password. Every other session ends."""

    kind = "me"

    @extend_schema(operation_id="me_password", request=PasswordSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        given = self.body(PasswordSerializer)
        user = users.change_password(given["current_password"], given["new_password"], by=self.actor)
        update_session_auth_hash(request._request, user)
        return Response(status=204)
