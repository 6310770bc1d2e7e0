"""Telling browsers that an object changed: one short notice, after the commit, over one Redis stream.

A stream, not a channel layer: its ids are the cursor by which a client asks for what it missed, and one
reader a web process serves all of its sockets. A notice that cannot be sent is logged and lost; readers notice
the outage themselves and tell their clients to read everything anew (see live.hub).
"""

import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import redis
from django.db import transaction

from live.doorbell import client

STREAM = "live:notices"
EPOCH = "live:epoch"
KEPT = 20_000

NoticeType = Literal["created", "updated", "deleted"]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """`within` names what holds the object (host, cluster …), so that a reader's permission needs no query."""

    type: NoticeType
    kind: str
    id: UUID
    version: int
    within: Mapping[str, UUID] = field(default_factory=dict)

    def pack(self) -> str:
        return json.dumps(
            {
                "type": self.type,
                "kind": self.kind,
                "id": str(self.id),
                "version": self.version,
                "within": {kind: str(uuid) for kind, uuid in self.within.items()},
            }
        )

    @classmethod
    def unpack(cls, packed: bytes | str) -> "Notice":
        told = json.loads(packed)
        return cls(
            type=told["type"],
            kind=told["kind"],
            id=UUID(told["id"]),
            version=told["version"],
            within={kind: UUID(uuid) for kind, uuid in told["within"].items()},
        )

    @property
    def paths(self) -> dict[str, UUID]:
        """The object and what holds it, as `access.permissions.Scope.covers` takes it."""
        return {**self.within, self.kind: self.id}


def tell(
    type: NoticeType, kind: str, id: UUID, version: int, within: Mapping[str, UUID | None] | None = None
) -> None:
    """Tell of one change once the transaction commits."""
    known = {held: uuid for held, uuid in (within or {}).items() if uuid is not None}
    tell_all([Notice(type, kind, id, version, known)])


def tell_all(notices: Sequence[Notice]) -> None:
    """Tell of many changes in one round trip once the transaction commits."""
    if notices:
        transaction.on_commit(lambda: _send(notices), robust=True)


def _send(notices: Sequence[Notice]) -> None:
    try:
        with client().pipeline(transaction=False) as pipe:
            pipe.set(EPOCH, secrets.token_hex(6), nx=True)
            for notice in notices:
                pipe.xadd(STREAM, {"n": notice.pack()}, maxlen=KEPT, approximate=True)
            pipe.execute()
    except redis.RedisError as error:
        logger.warning("%d notices lost: %s", len(notices), error)
