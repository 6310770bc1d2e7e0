"""What people wish to be fetched."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from access import secrets
from access.actor import Actor
from access.errors import Conflict, Invalid
from jobs.models import Job
from storage import owners
from storage.fetching import guard
from storage.services.wishes import check_running, find_pool
from storage.uploads.services import Wanted, check_name
from storage.volumes import decided
from storage.volumes.decided import Decided
from storage.volumes.pool_types import WRITABLE

KIND = "volume.fetch"


def fetch(pool_id: UUID, name: str, url: str, wanted: Wanted, *, by: Actor) -> Job:
    """Raises NotThere, NotPermitted, HostSilent, PoolForbids, Invalid, NameTaken."""
    return decided.wish(lambda: decide(pool_id, name, url, wanted, by=by, lock=True), by)


def plan(pool_id: UUID, name: str, url: str, wanted: Wanted, *, by: Actor) -> Mapping[str, Any]:
    """What it would meet. Raises NotThere, NotPermitted, Invalid."""
    return decided.plan(lambda: decide(pool_id, name, url, wanted, by=by))


def decide(pool_id: UUID, name: str, url: str, wanted: Wanted, *, by: Actor, lock: bool = False) -> Decided:
    """Raises what is against it. Nothing is asked of the address: the worker does, when its turn comes."""
    pool = find_pool(pool_id, "volume.upload", by, lock=lock)
    check_running(pool)
    if pool.type not in WRITABLE:
        raise Conflict(
            f"Volumes of {pool.name}, of type {pool.type}, are made elsewhere.", code="not_supported"
        )
    try:
        parts = guard.check(url)
    except guard.Forbidden as forbidden:
        raise Invalid(str(forbidden), errors={"url": [str(forbidden)]}) from None
    check_name(pool, name)
    return Decided(
        KIND,
        pool,
        ("volume", uuid4(), name),
        {
            "pool": str(pool.pk),
            "pool_uuid": str(pool.uuid),
            "name": name,
            # It may hold a password, or be a secret itself.
            "sealed_url": secrets.seal(url),
            "shown_url": shown(url),
            "format": wanted.format,
            "sha256": wanted.sha256.lower(),
            "library": wanted.library,
        },
        told={"volume": name, "from": parts.hostname or ""},
        takes=owners.incoming(pool, name, wanted.size_bytes, by, library=wanted.library),
    )


def shown(url: str) -> str:
    """An address without what may be secret in it."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"
