"""Who sends a request: a browser's session with CSRF, or a program's bearer token."""

from typing import Any

from django.contrib.auth import logout
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from access.models import Token, User
from access.services import duties, sessions, tokens
from access.sessions import idle_too_long


class BearerAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer TOKEN`. A token that does not count is refused, never passed over."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = tokens.find(text.strip())
        if token is None:
            raise exceptions.AuthenticationFailed(
                "The token is unknown or has expired.", code="invalid_token"
            )
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="ovirtlite"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session cookie; every change needs the CSRF token too."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """As REST framework's; but a session that rested too long has ended, and what comes first comes first."""
        found = super().authenticate(request)
        if found is None:
            return None
        user = found[0]
        if idle_too_long(request._request.session.session_key or ""):
            logout(request._request)
            return None
        sessions.see(request._request, user)
        view = (request.parser_context or {}).get("view")
        refusal = None if getattr(view, "comes_first", False) else duties.unmet(user)
        if refusal is not None:
            raise refusal
        return user, None

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise exceptions.PermissionDenied(str(error.detail), code="csrf_failed") from None


class SignedIn(IsAuthenticated):
    """The default of every view. What one may do beyond that is decided where the objects are found."""


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = BearerAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token of /api/v1/tokens/."}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "ovirtlite_session",
            "description": "The cookie of POST /api/v1/auth/login/; changes need the X-CSRFToken header too.",
        }
