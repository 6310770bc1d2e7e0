"""Signing in and out, and what the person who is signed in is told and may change of themselves."""

from typing import Any

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from access import audit
from access.actor import Actor
from access.api.authentication import SessionAuthentication
from access.api.serializers import NothingSerializer
from access.api.shapes import LoginSerializer, MeSerializer, MeWriteSerializer, PasswordSerializer
from access.api.sign_in_shapes import ConfirmSerializer, SecondStepSerializer, WaitingSerializer
from access.api.views import Endpoint
from access.errors import NotPermitted
from access.models import User
from access.services import duties, grants, proof, signing_in, users
from access.services.checks import signed_in
from access.services.security_keys import Page


def _refuse_foreign_origin(request: Request) -> None:
    """A page of another origin must not sign a browser in as somebody. Programs send no Origin."""
    origin = request.META.get("HTTP_ORIGIN")
    if origin is None or origin in settings.CSRF_TRUSTED_ORIGINS:
        return
    if origin != f"{'https' if request.is_secure() else 'http'}://{request.get_host()}":
        raise PermissionDenied("Sign in from our own page.", code="csrf_failed")


def page_of(request: Request) -> Page:
    """The page that sends the request: its Origin, once that has been found to be ours; else the address it came to."""
    own = f"{'https' if request.is_secure() else 'http'}://{request.get_host()}"
    origin = request.META.get("HTTP_ORIGIN", "")
    return Page(origin if origin in settings.ORIGINS else own)


def _me(user: User, actor: Actor) -> dict[str, Any]:
    return {
        "id": user.pk,
        "username": user.username,
        "name": user.display_name,
        "theme": user.theme or "auto",
        "source": user.source,
        "has_password": proof.has_password(user),
        "must_change_password": user.must_change_password,
        "second_factor": {
            "enabled": duties.has_second_factor(user),
            "required": duties.must_have_second_factor(user),
        },
        "roles": grants.roles_of(user),
        "permissions": {
            "everywhere": sorted(name for name, scope in actor.rights.items() if scope.everywhere),
            "somewhere": sorted(name for name, scope in actor.rights.items() if not scope.everywhere),
            "on": {name: sorted(scope.ids) for name, scope in actor.rights.items() if not scope.everywhere},
        },
    }


class LoginView(Endpoint):
    """Sign in by name and password: sets the session's cookie and the CSRF cookie."""

    kind = "auth"
    authentication_classes = ()
    permission_classes = (AllowAny,)
    keeps_replies = False

    @extend_schema(operation_id="login", request=LoginSerializer, responses={200: MeSerializer}, auth=[])
    def post(self, request: Request) -> Response:
        _refuse_foreign_origin(request)
        given = self.body(LoginSerializer)
        by, page = Actor(address=self.actor.address), page_of(request)
        try:
            user = signing_in.sign_in(
                request._request, given["username"], given["password"], page=page, by=by
            )
        except signing_in.SecondFactorRequired:
            get_token(request._request)  # the second step needs it
            raise
        return Response(_me(user, Actor(user=user, address=by.address)))


class SecondStepView(Endpoint):
    """The second step of a sign-in, for a session whose password was right in the last five minutes."""

    kind = "auth"
    authentication_classes = ()
    permission_classes = (AllowAny,)
    keeps_replies = False

    @extend_schema(operation_id="second_step_get", responses={200: WaitingSerializer}, auth=[])
    def get(self, request: Request) -> Response:
        asked = signing_in.ask_again(request._request, page=page_of(request))
        get_token(request._request)
        return Response(asked.members)

    @extend_schema(
        operation_id="second_step", request=SecondStepSerializer, responses={200: MeSerializer}, auth=[]
    )
    def post(self, request: Request) -> Response:
        if request._request.session.session_key is not None:
            SessionAuthentication().enforce_csrf(request)
        given = self.body(SecondStepSerializer)
        by = Actor(address=self.actor.address)
        user = signing_in.second_step(request._request, **given, page=page_of(request), by=by)
        return Response(_me(user, Actor(user=user, address=by.address)))


class LogoutView(Endpoint):
    """End this session."""

    kind = "auth"
    comes_first = True

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
    comes_first = True

    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        if self.actor.token is None:
            get_token(request._request)  # a browser that lost the CSRF cookie has it again
        return Response(_me(signed_in(self.actor), self.actor))

    @extend_schema(operation_id="me_edit", request=MeWriteSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        return Response(_me(users.change_own(self.body(MeWriteSerializer), by=self.actor), self.actor))


class PasswordView(Endpoint):
    """Change one's own password. Every other session ends."""

    kind = "me"
    comes_first = True
    keeps_replies = False

    @extend_schema(operation_id="me_password", request=PasswordSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        given = self.body(PasswordSerializer)
        user = users.change_password(given["current_password"], given["new_password"], by=self.actor)
        update_session_auth_hash(request._request, user)
        return Response(status=204)


class ConfirmView(Endpoint):
    """Give the password once more, for what asks for a fresh proof (`confirm_password`): it holds for five minutes."""

    kind = "me"
    comes_first = True
    keeps_replies = False

    @extend_schema(operation_id="me_confirm", request=ConfirmSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        proof.confirm(request._request, self.body(ConfirmSerializer)["password"], by=self.actor)
        return Response(status=204)
