"""Writing what a node keeps as a domain's snapshots. Only nodewatch calls this."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from domains.models import Domain, Snapshot
from hosts.rows import update_rows
from hypervisor.snapshots import Kept, SnapshotSeen
from live.notices import Notice, NoticeType, tell_all

_COLUMNS = (
    "parent",
    "description",
    "state",
    "current",
    "memory",
    "memory_file",
    "external",
    "disks",
    "vcpus",
    "memory_bytes",
    "taken_at",
)


@transaction.atomic
def record_snapshots(host_id: UUID, uuid: UUID, seen: Sequence[SnapshotSeen]) -> bool:
    """Write all snapshots of a domain; what is missing is gone. True when anything was new."""
    known: dict[str, dict[str, Any]] = {
        row["name"]: row
        for row in Snapshot.objects.filter(domain_id=uuid).values("id", "name", "version", *_COLUMNS)
    }
    if not known and not seen:
        return False
    domain = (
        Domain.objects.select_for_update(of=("self",))
        .select_related("host")
        .filter(pk=uuid, host_id=host_id)
        .first()
    )
    if domain is None:
        return False  # it moved away meanwhile; its new host's word counts
    made: list[Snapshot] = []
    changed: list[dict[str, Any]] = []
    notices: list[Notice] = []
    within = {"domain": uuid, **{kind: at for kind, at in domain.host.within.items() if at is not None}}

    def notice(type: NoticeType, id: UUID, version: int) -> None:
        notices.append(Notice(type, "snapshot", id, version, within))

    now = timezone.now()
    for one in seen:
        name = one.name[:255]
        columns = _columns(one)
        row = known.pop(name, None)
        if row is None:
            made.append(Snapshot(domain=domain, name=name, **columns))
            notice("created", made[-1].pk, 1)
        elif any(row[column] != columns[column] for column in _COLUMNS):
            changed.append({"pk": row["id"], "updated_at": now, **columns})
            notice("updated", row["id"], row["version"] + 1)
    for row in known.values():
        notice("deleted", row["id"], row["version"] + 1)
    Snapshot.objects.filter(pk__in=[row["id"] for row in known.values()]).delete()
    update_rows(Snapshot, _COLUMNS, changed)
    Snapshot.objects.bulk_create(made)
    tell_all(notices)
    return bool(notices)


def _columns(seen: SnapshotSeen) -> dict[str, Any]:
    return {
        "parent": seen.parent[:255],
        "description": seen.description,
        "state": seen.state[:32],
        "current": seen.current,
        "memory": seen.memory is not Kept.NO,
        "memory_file": seen.memory_file[:1000],
        "external": seen.external,
        "disks": [
            {
                "target": disk.target,
                "snapshot": str(disk.snapshot),
                "source": disk.source,
                "before": seen.before.get(disk.target, ""),
            }
            for disk in seen.disks
        ],
        "vcpus": seen.vcpus,
        "memory_bytes": seen.memory_bytes,
        "taken_at": datetime.fromtimestamp(seen.created_at, UTC) if seen.created_at else None,
    }
