"""Pools that are one storage: by the same source on the network, or because an administrator says so."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted, NotThere
from hosts.models import Host
from hypervisor.data import PoolSeen
from hypervisor.storage import PoolSource, PoolType
from live.notices import Notice, tell_all
from storage.models import Pool, SharedPool, Volume

# Pools whose content is the same wherever they stand with the same source, and the ports that their protocols have.
_PORTS = {
    PoolType.NETFS: 2049,
    PoolType.GLUSTER: 24007,
    PoolType.RBD: 6789,
    PoolType.ISCSI: 3260,
    PoolType.ISCSI_DIRECT: 3260,
    PoolType.VSTORAGE: 0,
}
# What an administrator may call shared: a folder, or devices, that several hosts see at the same place.
STATED = frozenset({"dir", "fs", "netfs", "logical", "scsi", "mpath", "disk"})


def key_of(type: str, source: PoolSource) -> str:
    """What the pool has in common with the same one on other hosts; "" for what is a host's alone."""
    if type not in _PORTS:
        return ""
    port = _PORTS[PoolType(type)]
    hosts = sorted(f"{host.name.lower().rstrip('.')}:{host.port or port}" for host in source.hosts)
    what = [*source.devices, source.dir.rstrip("/") or ("/" if source.dir else ""), source.name]
    if not any(what):
        return ""
    # Both kinds of iSCSI show the same disks.
    family = "iscsi" if type in {PoolType.ISCSI, PoolType.ISCSI_DIRECT} else type
    return "|".join([family, ",".join(hosts), *what])[:1000]


def id_for(pool: PoolSeen, row: Mapping[str, Any] | None) -> UUID | None:
    """Which shared storage a pool that was seen is on; `row`: what is known of it. What somebody stated stays."""
    if row is not None and row["shared__stated"] and row["shared__type"] == pool.type:
        return cast("UUID", row["shared_id"])
    key = key_of(pool.type, pool.detail)
    if not key:
        return None
    if row is not None and row["shared__key"] == key:
        return cast("UUID", row["shared_id"])
    defaults = {"name": pool.name, "type": pool.type}
    return SharedPool.objects.get_or_create(key=key, defaults=defaults)[0].pk


def told(ids: Collection[UUID | None], host_id: UUID) -> None:
    """A pool of this host joined or left these storages: the others on them show it."""
    if ids:
        _tell(list(Pool.objects.filter(shared__in=ids).exclude(host=host_id).select_related("host")))


def forget_empty() -> None:
    """Storages that no host has had a pool of for a day; not one that a pool is only just joining."""
    SharedPool.objects.filter(created_at__lt=timezone.now() - timedelta(days=1)).exclude(
        pk__in=Pool.objects.exclude(shared=None).values("shared")
    ).delete()


def state(name: str, ids: Sequence[UUID], *, by: Actor) -> SharedPool:
    """An administrator says that these pools are one storage. Raises Invalid, NotThere, NotPermitted, Conflict."""
    with transaction.atomic():
        pools = _pools(ids, by)
        errors = _why_not(pools)
        if errors:
            raise Invalid(errors[0], errors={"pools": errors})
        id = uuid4()
        shared: SharedPool = SharedPool.objects.create(
            id=id, key=str(id), name=name, type=pools[0].type, stated=True
        )
        told = audit.changed(_audited(pools), dict.fromkeys(_audited(pools), name))
        _join(pools, shared)
        audit.record(by, "pool.share", "pool", pools[0].pk, name, changes=told)
        return shared


def plan_state(ids: Sequence[UUID], *, by: Actor) -> dict[str, Any]:
    """What stating it would meet. Raises NotThere, NotPermitted."""
    pools = _pools(ids, by)
    errors = _why_not(pools)
    checks = [{"code": "pools", "ok": False, "detail": text} for text in errors] or [
        {
            "code": "word",
            "ok": True,
            "detail": "Nobody checks that the folder is really shared: if it is not, a migration loses data.",
        }
    ]
    return {
        "allowed": not errors,
        "checks": checks,
        "affected": [{"kind": "pool", "id": pool.pk, "name": pool.name} for pool in pools],
    }


def unstate(id: UUID, *, by: Actor) -> None:
    """Take the word back. Raises NotThere, NotPermitted, Conflict (nobody stated it: its source makes it shared)."""
    with transaction.atomic():
        shared = visible(by).filter(pk=id).first()
        if shared is None:
            raise NotThere
        pools = list(shared.pools.select_related("host"))
        if not shared.stated:
            raise Conflict(f"{shared.name} is shared by its source; nobody can take that back.")
        if len(_pools([pool.pk for pool in pools], by)) != len(pools):
            raise NotThere
        told = audit.changed(_audited(pools), dict.fromkeys(_audited(pools)))
        _join(pools, None)
        audit.record(by, "pool.unshare", "pool", pools[0].pk if pools else None, shared.name, changes=told)
        shared.delete()


def visible(by: Actor) -> Any:
    """The shared storages of which `by` may see a pool, where there is more than one."""
    ids = Pool.objects.permitted(by, "pool.read").exclude(shared=None).values("shared")
    several = Pool.objects.exclude(shared=None).values("shared").annotate(number=Count("pk"))
    return SharedPool.objects.filter(pk__in=ids).filter(pk__in=several.filter(number__gt=1).values("shared"))


def elsewhere(host: Host, path: str) -> dict[UUID, str]:
    """The hosts that see the same file or device as `path` on `host`, in running pools, and by which path they do."""
    found: dict[UUID, str] = {}
    for pool in Pool.objects.filter(host=host).exclude(shared=None).select_related("shared"):
        inside = within(path, pool)
        if inside is None or pool.shared is None:
            continue
        others = pool.shared.pools.exclude(host=host).filter(state="running")
        found.update({other.host_id: other.target.rstrip("/") + inside for other in others})
    return found


def pool_on(id: UUID, host: Host) -> Pool | None:
    """The pool of that id if it is the host's, or the host's own pool of the same storage."""
    pool = Pool.objects.filter(pk=id).first()
    if pool is None or pool.host_id == host.pk:
        return pool
    if pool.shared_id is None:
        return None
    return Pool.objects.filter(host=host, shared=pool.shared_id).order_by("name").first()


def volume_on(id: UUID, host: Host) -> Volume | None:
    """The volume of that id if it is the host's, or what the host knows the same one as."""
    volume = Volume.objects.select_related("pool").filter(pk=id).first()
    if volume is None or volume.pool.host_id == host.pk:
        return volume
    pool = pool_on(volume.pool_id, host)
    return pool.volumes.filter(name=volume.name).first() if pool is not None else None


def within(path: str, pool: Pool) -> str | None:
    """The rest of a path that begins with the pool's folder, None where it does not."""
    folder = pool.target.rstrip("/")
    return path[len(folder) :] if folder and path.startswith(f"{folder}/") else None


def _pools(ids: Sequence[UUID], by: Actor) -> list[Pool]:
    found = Pool.objects.select_related("host", "shared").filter(pk__in=ids).order_by("host__name")
    may = list(found.permitted(by, "pool.edit").select_for_update(of=("self",)))
    if len(may) < len(set(ids)):
        if found.permitted(by, "pool.read").count() < len(set(ids)):
            raise NotThere("There is no such pool.")
        raise NotPermitted("You may see these pools, but you lack pool.edit on one of them.")
    return may


def _why_not(pools: Sequence[Pool]) -> list[str]:
    errors = []
    if len(pools) < 2:
        errors.append("Name the pools of two hosts at least.")
    if len({pool.host_id for pool in pools}) < len(pools):
        errors.append("Two of them are on the same host.")
    if len({pool.type for pool in pools}) > 1:
        errors.append("They are of different types.")
    if len({pool.target for pool in pools}) > 1:
        errors.append("They have different folders, so their disks have different paths.")
    for pool in pools:
        if pool.type not in STATED:
            errors.append(f"{pool.name} is of type {pool.type}: whether that is shared, its source says.")
        elif pool.shared is not None and pool.shared.stated:
            errors.append(f"{pool.name} on {pool.host.name} is a part of {pool.shared.name} already.")
    return list(dict.fromkeys(errors))


def _audited(pools: Sequence[Pool]) -> dict[str, str | None]:
    """What the audit log tells of a change of this: by pool, as a part of which storage it counts."""
    return {
        f"{pool.name} on {pool.host.name}": pool.shared.name if pool.shared is not None else None
        for pool in pools
    }


def _join(pools: Sequence[Pool], shared: SharedPool | None) -> None:
    Pool.objects.filter(pk__in=[pool.pk for pool in pools]).update(shared=shared)
    _tell(pools)


def _tell(pools: Sequence[Pool]) -> None:
    """Their versions grow, and whoever looks at them hears of it."""
    Pool.objects.filter(pk__in=[pool.pk for pool in pools]).update(
        version=F("version") + 1, updated_at=timezone.now()
    )
    tell_all(
        [
            Notice(
                "updated",
                "pool",
                pool.pk,
                pool.version + 1,
                {kind: at for kind, at in pool.host.within.items() if at is not None},
            )
            for pool in pools
        ]
    )
