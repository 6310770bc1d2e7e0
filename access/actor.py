"""Who asks: a person or a program of theirs, from where; or ovirtlite itself."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from access import bundles
from access.permissions import EVERYWHERE, NOWHERE, PERMISSIONS, Rights, Scope, held_by, rights_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from access.models import Token, User


@dataclass(frozen=True)
class Actor:
    """Who asks, as services and querysets take it.

    Rights are read once per actor, so one lives as long as a request (or one check of a long-lived socket).
    `address` is the client's, `session_key` the browser session's, "" where there is none.
    """

    SYSTEM: ClassVar["Actor"]

    user: "User | None" = None
    token: "Token | None" = None
    address: str = ""
    session_key: str = ""

    @property
    def is_system(self) -> bool:
        return self is Actor.SYSTEM

    @property
    def id(self) -> UUID | None:
        return self.user.pk if self.user is not None else None

    @property
    def token_id(self) -> UUID | None:
        return self.token.pk if self.token is not None else None

    @cached_property
    def session_id(self) -> UUID | None:
        """The id by which people know the browser session; see SignedInSession."""
        from access.sessions import told_of

        told = told_of(self.session_key) if self.session_key else None
        return told.pk if told is not None else None

    @property
    def name(self) -> str:
        if self.is_system:
            return "ovirtlite"
        return self.user.username if self.user is not None else ""

    @cached_property
    def rights(self) -> Rights:
        if self.is_system:
            return dict.fromkeys(PERMISSIONS, EVERYWHERE)
        return rights_of(self.user, self.token) if self.user is not None else {}

    @cached_property
    def held(self) -> Rights:
        """What they may do with what is theirs by no grant; read where a permission may reach so far."""
        return held_by(self.user, self.token) if self.user is not None else {}

    def scope(self, permission: str) -> Scope:
        """How far `permission` reaches. An unknown permission is a programming error: KeyError."""
        if permission not in PERMISSIONS:
            raise KeyError(permission)
        scope = self.rights.get(permission, NOWHERE)
        if scope.everywhere or self.user is None or permission not in bundles.held_permissions():
            return scope
        return scope.also(self.held.get(permission, NOWHERE))

    def may(self, permission: str) -> bool:
        """Whether the permission reaches anything at all."""
        return bool(self.scope(permission))


Actor.SYSTEM = Actor()


def actor_of(request: "HttpRequest") -> Actor:
    """Who sends this request, Django's or REST framework's. Without sign-in an actor without rights."""
    from access.models import Token, User

    user = getattr(request, "user", None)
    token = getattr(request, "auth", None)
    session = getattr(request, "session", None)
    through_token = isinstance(token, Token)
    return Actor(
        user=user if isinstance(user, User) else None,
        token=token if through_token else None,
        address=request.META.get("REMOTE_ADDR") or "",
        session_key="" if through_token or session is None else session.session_key or "",
    )
