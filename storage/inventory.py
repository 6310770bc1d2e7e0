"""Writing what the nodes say of pools and volumes. Only nodewatch calls this."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hosts.models import Host
from hosts.rows import update_rows
from hypervisor.data import PoolSeen, VolumeSeen
from live.notices import Notice, tell_all
from storage.models import Pool, Volume

_POOL = (
    "name", "type", "state", "persistent", "autostart", "capacity_bytes", "allocation_bytes", "available_bytes",
    "target", "source",
)  # fmt: skip
_VOLUME = (
    "name", "path", "type", "format", "capacity_bytes", "allocation_bytes", "backing", "backing_format", "encryption",
)  # fmt: skip


@transaction.atomic
def record_pools(host_id: UUID, seen: Sequence[PoolSeen], *, complete: bool) -> None:
    """Write what one host says of some pools, or of all that it has (`complete`): then what is missing is gone."""
    host = Host.objects.filter(pk=host_id).first()
    if host is None:
        return
    rows = {
        row["uuid"]: row
        for row in Pool.objects.filter(host_id=host_id).values("pk", "uuid", "version", *_POOL)
    }
    now, notices, made, changed = timezone.now(), [], [], []
    for pool in seen:
        columns = {**_columns(pool, _POOL), "state": str(pool.state)}
        row = rows.pop(pool.uuid, None)
        if row is None:
            new = Pool(host_id=host_id, uuid=pool.uuid, **columns)
            made.append(new)
            notices.append(Notice("created", "pool", new.pk, 1, _within(host)))
        elif any(row[name] != value for name, value in columns.items()):
            changed.append({"pk": row["pk"], "updated_at": now, **columns})
            notices.append(Notice("updated", "pool", row["pk"], row["version"] + 1, _within(host)))
    Pool.objects.bulk_create(made)
    update_rows(Pool, _POOL, changed)
    if complete and rows:
        notices += [
            Notice("deleted", "pool", row["pk"], row["version"] + 1, _within(host)) for row in rows.values()
        ]
        Pool.objects.filter(pk__in=[row["pk"] for row in rows.values()]).delete()
    tell_all(notices)


@transaction.atomic
def pool_vanished(host_id: UUID, uuid: UUID) -> None:
    """The host has no such pool any more."""
    pool = Pool.objects.select_related("host").filter(host_id=host_id, uuid=uuid).first()
    if pool is not None:
        tell_all([Notice("deleted", "pool", pool.pk, pool.version + 1, _within(pool.host))])
        pool.delete()


@transaction.atomic
def record_volumes(host_id: UUID, pool_uuid: UUID, seen: Sequence[VolumeSeen]) -> None:
    """Write all volumes of one pool; what is missing is gone."""
    pool = Pool.objects.select_related("host").filter(host_id=host_id, uuid=pool_uuid).first()
    if pool is None:
        return
    within = {**_within(pool.host), "pool": pool.pk}
    rows = {row["key"]: row for row in pool.volumes.values("pk", "key", "version", *_VOLUME)}
    now, notices, made, changed = timezone.now(), [], [], []
    for volume in seen:
        columns = _columns(volume, _VOLUME)
        row = rows.pop(volume.key, None)
        if row is None:
            new = Volume(pool=pool, key=volume.key, **columns)
            made.append(new)
            notices.append(Notice("created", "volume", new.pk, 1, within))
        elif any(row[name] != value for name, value in columns.items()):
            changed.append({"pk": row["pk"], "updated_at": now, **columns})
            notices.append(Notice("updated", "volume", row["pk"], row["version"] + 1, within))
    Volume.objects.bulk_create(made, batch_size=500)
    update_rows(Volume, _VOLUME, changed)
    notices += [Notice("deleted", "volume", row["pk"], row["version"] + 1, within) for row in rows.values()]
    Volume.objects.filter(pk__in=[row["pk"] for row in rows.values()]).delete()
    tell_all(notices)


def _columns(seen: PoolSeen | VolumeSeen, names: Sequence[str]) -> dict[str, Any]:
    given = asdict(seen)
    return {name: given[name] for name in names}


def _within(host: Host) -> dict[str, UUID]:
    return {kind: uuid for kind, uuid in host.within.items() if uuid is not None}
