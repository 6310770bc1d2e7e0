"""Writing what the nodes say of pools and volumes. Only nodewatch calls this."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, RestrictedError
from django.utils import timezone

from hosts.models import Host
from hosts.rows import update_rows
from hypervisor.data import PoolSeen, VolumeSeen
from hypervisor.states import PoolState
from jobs.models import OPEN, Job
from live.notices import Notice, tell_all
from storage import owners
from storage.models import Pool, Volume
from storage.pools import shared

_POOL = (
    "name", "type", "state", "persistent", "autostart", "capacity_bytes", "allocation_bytes", "available_bytes",
    "target", "source", "detail",
)  # fmt: skip
_SHARED = ("shared__key", "shared__stated", "shared__type")
_VOLUME = (
    "name", "path", "type", "format", "capacity_bytes", "allocation_bytes", "backing", "backing_format", "encryption",
)  # fmt: skip


@transaction.atomic
def record_pools(host_id: UUID, seen: Sequence[PoolSeen], *, complete: bool) -> None:
    """Write what one host says of some pools, or of all that it has (`complete`): then what is missing is gone."""
    host = Host.objects.filter(pk=host_id).first()
    if host is None:
        return
    known = Pool.objects.filter(host_id=host_id)
    rows = {row["uuid"]: row for row in known.values("pk", "uuid", "version", "shared_id", *_SHARED, *_POOL)}
    now, notices, made, changed = timezone.now(), [], [], []
    joined: set[UUID | None] = set()
    ids = _being_made(host_id) if any(pool.uuid not in rows for pool in seen) else {}
    for pool in seen:
        row = rows.pop(pool.uuid, None)
        columns = {
            **_columns(pool, _POOL),
            "state": str(pool.state),
            "detail": pool.detail.plain(),
            "shared_id": shared.id_for(pool, row),
        }
        if row is None or row["shared_id"] != columns["shared_id"]:
            joined |= {columns["shared_id"], row["shared_id"] if row else None}
        if row is None:
            new = Pool(id=ids.get(pool.uuid) or uuid4(), host_id=host_id, uuid=pool.uuid, **columns)
            made.append(new)
            notices.append(Notice("created", "pool", new.pk, 1, _within(host)))
        elif any(row[name] != value for name, value in columns.items()):
            changed.append({"pk": row["pk"], "updated_at": now, **columns})
            notices.append(Notice("updated", "pool", row["pk"], row["version"] + 1, _within(host)))
    Pool.objects.bulk_create(made)
    update_rows(Pool, (*_POOL, "shared"), changed)
    if complete and rows:
        notices += [
            Notice("deleted", "pool", row["pk"], row["version"] + 1, _within(host)) for row in rows.values()
        ]
        joined |= {row["shared_id"] for row in rows.values()}
        for gone in known.filter(pk__in=[row["pk"] for row in rows.values()]):
            _let_go(gone)
    tell_all(notices)
    shared.told(joined - {None}, host_id)


@transaction.atomic
def pool_vanished(host_id: UUID, uuid: UUID) -> None:
    """The host has no such pool any more."""
    pool = Pool.objects.select_related("host").filter(host_id=host_id, uuid=uuid).first()
    if pool is not None:
        tell_all([Notice("deleted", "pool", pool.pk, pool.version + 1, _within(pool.host))])
        _let_go(pool)
        shared.told({pool.shared_id} - {None}, host_id)


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
            made.append(Volume(pool=pool, key=volume.key, **columns))
        elif any(row[name] != value for name, value in columns.items()):
            changed.append({"pk": row["pk"], "updated_at": now, **columns})
            notices.append(Notice("updated", "volume", row["pk"], row["version"] + 1, within))
    promised = _volumes_being_made(pool) if made else {}
    for new in made:
        new.pk = promised.get(new.name, new.pk)
        notices.append(Notice("created", "volume", new.pk, 1, within))
    Volume.objects.bulk_create(made, batch_size=500)
    update_rows(Volume, _VOLUME, changed)
    notices += [Notice("deleted", "volume", row["pk"], row["version"] + 1, within) for row in rows.values()]
    Volume.objects.filter(pk__in=[row["pk"] for row in rows.values()]).delete()
    if pool.state == PoolState.RUNNING:
        sizes = {volume.name: volume.capacity_bytes for volume in seen}
        for before, after in _renaming(pool) if rows else ():
            if before not in sizes and after in sizes:
                owners.renamed(pool, before, after)
        owners.listed(pool, sizes)
    tell_all(notices)


def _let_go(pool: Pool) -> None:
    """A pool that is gone; one that the record of backups stands on stays, as inactive: it may come back with them."""
    try:
        pool.delete()
    except RestrictedError:
        Pool.objects.filter(pk=pool.pk).update(
            state=PoolState.INACTIVE, available_bytes=0, updated_at=timezone.now()
        )


def _columns(seen: PoolSeen | VolumeSeen, names: Sequence[str]) -> dict[str, Any]:
    given = asdict(seen)
    return {name: given[name] for name in names}


def _being_made(host_id: UUID) -> dict[UUID, UUID]:
    """The ids under which pools were promised that are just being made, by libvirt's UUID."""
    jobs = Job.objects.filter(kind="pool.create", host_id=host_id, state__in=OPEN)
    return {UUID(job.option("uuid")): job.object_id for job in jobs}


def _volumes_being_made(pool: Pool) -> dict[str, UUID]:
    """The ids under which volumes of the pool were promised that are just being made, by name."""
    jobs = Job.objects.filter(
        Q(object_kind="volume") | Q(kind="volume.sparsify"), state__in=OPEN, options__pool=str(pool.pk)
    )
    # What is put in its own place stays the volume that it was.
    promised = {job.option("name"): UUID(job.option("volume") or str(job.object_id)) for job in jobs}
    there = set(Volume.objects.filter(pk__in=promised.values()).values_list("pk", flat=True))
    return {name: id for name, id in promised.items() if id not in there}


def _renaming(pool: Pool) -> list[tuple[str, str]]:
    """What is copied under another name at this moment: the names before and after."""
    jobs = Job.objects.filter(kind="volume.rename", state__in=OPEN, options__pool=str(pool.pk))
    return [(job.option("old_name"), job.option("name")) for job in jobs]


def _within(host: Host) -> dict[str, UUID]:
    return {kind: uuid for kind, uuid in host.within.items() if uuid is not None}
