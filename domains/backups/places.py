"""Where backups lie: which pools can hold them, and what the volumes of a restore point are called."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from access.actor import Actor
from access.errors import Invalid, NotPermitted
from domains.models import Backup
from hosts.models import Host
from storage.models import Pool
from storage.second import lacks_making

_FILES = frozenset({"dir", "fs", "netfs"})
_ODD = re.compile(r"[^\w.-]+", re.ASCII)


def pool_for(host: Host, pool_id: UUID, by: Actor) -> Pool:
    """The pool of that id on the host, or the host's own pool of the same shared storage.

    Raises Invalid, NotPermitted.
    """
    pool = Pool.objects.permitted(by, "pool.read").select_related("host").filter(pk=pool_id).first()
    if pool is None:
        raise Invalid("There is no such pool.", errors={"pool": ["there is no such pool"]})
    if lacking := lacks_making(pool, by):
        raise NotPermitted(lacking, errors={"pool": [lacking]})
    found = counterpart(pool, host)
    if found is None:
        why = f"is not on {host.name}, nor shared with it"
        raise Invalid(f"The pool {pool.name} {why}.", errors={"pool": [why]})
    return found


def counterpart(pool: Pool, host: Host) -> Pool | None:
    """How the host sees the storage of a pool; None where it does not."""
    if pool.host_id == host.pk:
        return pool
    if pool.shared_id is None:
        return None
    return Pool.objects.filter(host=host, shared_id=pool.shared_id).order_by("-state").first()


def why_not(pool: Pool, needed_bytes: int) -> str:
    """Why no backup can go there now; "" when it can."""
    if pool.type not in _FILES:
        return f"The pool {pool.name} of type {pool.type} keeps no files: backups need one that does."
    if pool.state != "running":
        return f"The pool {pool.name} is {pool.state}."
    if needed_bytes > pool.available_bytes:
        return f"The pool {pool.name} has no room for {needed_bytes / 2**30:.1f} GiB."
    return ""


def volumes_for(
    domain_name: str, at: datetime, token: str, pool: Pool, targets: Sequence[str]
) -> list[dict[str, Any]]:
    """The volumes of a restore point, as its row keeps them; what is not known yet is 0."""
    stem = _ODD.sub("_", domain_name).lstrip(".-")[:120] or "domain"
    folder = pool.target.rstrip("/")
    found = []
    for target in targets:
        name = f"{stem}-{at:%Y%m%d-%H%M%S}-{token}-{target}.qcow2"
        found.append(
            {
                "target": target,
                "volume": name,
                "path": f"{folder}/{name}",
                "format": "qcow2",
                "capacity_bytes": 0,
                "size_bytes": 0,
                "sha256": "",
            }
        )
    return found


def chain_of(backup: Backup) -> list[Backup]:
    """It and what it stands on, the full one last. A chain is as long as people let it be."""
    rows = {row.pk: row for row in Backup.objects.filter(domain_id=backup.domain_id).select_related("pool")}
    found = [rows[backup.pk]]
    while found[-1].parent_id is not None and found[-1].parent_id in rows:
        found.append(rows[found[-1].parent_id])
    return found


def standing_on(backup: Backup) -> list[Backup]:
    """All backups above it, those that nothing stands on first."""
    above: dict[UUID, list[Backup]] = {}
    for row in (
        Backup.objects.filter(domain_id=backup.domain_id).exclude(parent=None).select_related("pool", "host")
    ):
        if row.parent_id is not None:
            above.setdefault(row.parent_id, []).append(row)
    found: list[Backup] = []
    level = above.get(backup.pk, [])
    while level:
        found = [*level, *found]
        level = [child for one in level for child in above.get(one.pk, [])]
    return found
