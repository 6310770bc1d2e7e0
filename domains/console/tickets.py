"""Tickets: who holds one may open one console once, within a minute.

The ticket itself exists in the reply to the person and in the WebSocket's address. Redis knows its SHA-256 alone, and
what it stands for: the domain in its present run on its present host, the person, and the session or token that they
came with. Taking removes it in the same step, so that of two who come with one ticket, one gets in.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self, get_args
from uuid import UUID

import redis

from access.secrets import Unsealable, seal, unseal

SECONDS = 60
_BYTES = 32
_LONGEST = 128  # what is longer was not made here

ConsoleType = Literal["vnc", "serial"]
TYPES: tuple[str, ...] = get_args(ConsoleType)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket stands for. `run` and `libvirt_id` name the domain's run: a later one is another matter."""

    domain_id: UUID
    host_id: UUID
    type: ConsoleType
    user_id: UUID
    session_key: str  # "" when a token asked
    token_id: UUID | None
    address: str
    view_only: bool
    run: UUID | None
    libvirt_id: int | None

    def pack(self) -> str:
        """JSON, with the session's key sealed: it is worth as much as a password."""
        return json.dumps(
            {
                "domain": str(self.domain_id),
                "host": str(self.host_id),
                "type": self.type,
                "user": str(self.user_id),
                "session": seal(self.session_key) if self.session_key else "",
                "token": str(self.token_id) if self.token_id else None,
                "address": self.address,
                "view_only": self.view_only,
                "run": str(self.run) if self.run else None,
                "libvirt_id": self.libvirt_id,
            }
        )

    @classmethod
    def unpack(cls, packed: bytes | str) -> Self:
        """Raises ValueError or Unsealable where this is nothing that `pack` made."""
        told: dict[str, Any] = json.loads(packed)
        return cls(
            domain_id=UUID(told["domain"]),
            host_id=UUID(told["host"]),
            type=told["type"],
            user_id=UUID(told["user"]),
            session_key=unseal(told["session"]) if told["session"] else "",
            token_id=UUID(told["token"]) if told["token"] else None,
            address=told["address"],
            view_only=told["view_only"],
            run=UUID(told["run"]) if told["run"] else None,
            libvirt_id=told["libvirt_id"],
        )


@dataclass(frozen=True, slots=True)
class Issued:
    """What the person gets. The text is shown once and stored nowhere."""

    text: str
    expires_at: datetime


def issue(store: "redis.Redis", ticket: Ticket, *, seconds: int = SECONDS) -> Issued:
    """Make a ticket that is good for `seconds` (at most 60). Raises redis.RedisError."""
    seconds = min(seconds, SECONDS)
    text = secrets.token_urlsafe(_BYTES)
    expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
    store.set(_key(text), ticket.pack(), ex=seconds)
    return Issued(text, expires_at)


def take(store: "redis.Redis", text: str) -> Ticket | None:
    """What the ticket stands for, and it is gone; None for one that never was, is used or too old.

    Raises redis.RedisError.
    """
    if not text or len(text) > _LONGEST:
        return None
    packed = store.getdel(_key(text))
    if not isinstance(packed, bytes | str):
        return None
    try:
        return Ticket.unpack(packed)
    except (ValueError, KeyError, TypeError, Unsealable):
        return None  # written by nobody who has our SECRET_KEY


def _key(text: str) -> str:
    return "console:ticket:" + hashlib.sha256(text.encode()).hexdigest()
