"""Asking for a disk to be moved into another pool."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Invalid, NotThere, Refused
from domains import services
from domains.backups.errors import CannotMove
from domains.copies.bases import refuse_base
from domains.copies.copying import Copy, free_name, plan_copies
from domains.copies.disks import Disk, Places
from domains.copies.services import pool_on
from domains.copies.users import told, users_of
from domains.models import Definition, Domain, Snapshot
from hypervisor.snapshots import Kept
from hypervisor.states import DomainAction
from jobs.models import Job
from jobs.services import open_job
from storage import owners
from storage.models import Pool, Volume

KIND = "domain.move-disk"
_FILES = frozenset({"dir", "fs", "netfs"})


@dataclass(frozen=True, slots=True)
class _Wish:
    """A move as it would be. `stays`: why the old volume is kept though it was to go."""

    disk: Disk
    copy: Copy
    pool: Pool
    whole: bool
    stays: str


def request(
    uuid: UUID, target: str, *, by: Actor, pool_id: UUID, format: str = "", delete_source: bool = True
) -> Job:
    """Record the wish. Raises NotThere, NotPermitted, Busy, HostSilent, Invalid, CannotMove."""
    with transaction.atomic():
        domain = services.find(uuid, DomainAction.EDIT, by, lock=True)
        services.check(domain, DomainAction.EDIT, by)
        wish = _settle(domain, target, by, pool_id, format, delete_source=delete_source)
        audit.record(
            by,
            KIND,
            "domain",
            domain.pk,
            domain.name,
            disk=target,
            pool=wish.pool.name,
            delete_source=delete_source,
        )
        job = open_job(
            KIND,
            ("domain", domain.pk, domain.name),
            by=by,
            host=(domain.host_id, domain.host.name),
            cluster_id=domain.host.cluster_id,
            options={
                "target": target,
                "copies": [wish.copy.plain()],
                "delete_source": delete_source and not wish.stays,
                "source": {"pool": str(wish.disk.place.pool_uuid), "name": wish.disk.place.name}
                if wish.disk.place is not None
                else None,
            },
        )
        if takes := _takes(domain, wish, by, delete_source=delete_source):
            owners.hold(job, takes)
        return job


def plan(
    uuid: UUID, target: str, *, by: Actor, pool_id: UUID, format: str = "", delete_source: bool = True
) -> dict[str, Any]:
    """What the move would be, doing nothing. Raises NotThere, NotPermitted, Invalid."""
    domain = services.find(uuid, DomainAction.EDIT, by)
    shown = services.plan(DomainAction.EDIT, uuid, by=by)
    checks = [*shown["checks"]]
    try:
        wish = _settle(domain, target, by, pool_id, format, delete_source=delete_source)
    except (Invalid, NotThere):
        raise
    except Refused as refused:
        checks.append({"code": refused.code, "ok": False, "detail": refused.detail})
        return {"allowed": False, "checks": checks, "changes": []}
    how = "Its guest goes on meanwhile." if domain.active else "It is off: the volume is copied."
    checks.append({"code": "how", "ok": True, "detail": how})
    if wish.whole:
        checks.append(
            {"code": "whole", "ok": True, "detail": "It becomes whole, without the layers below it."}
        )
    if wish.stays:
        checks.append({"code": "source", "ok": True, "detail": wish.stays})
    quota = _planned(_takes(domain, wish, by, delete_source=delete_source))
    checks += quota
    after = f"{wish.copy.name} in {wish.pool.name} ({wish.copy.format})"
    changes = [{"path": f"disk:{target}", "before": wish.disk.path, "after": after, "live": domain.active}]
    if delete_source and not wish.stays:
        changes.append(
            {"path": f"volume:{wish.disk.path}", "before": wish.disk.path, "after": None, "live": True}
        )
    allowed = shown["allowed"] and all(check["ok"] for check in quota)
    return {"allowed": allowed, "checks": checks, "changes": changes}


def _takes(domain: Domain, wish: _Wish, by: Actor, *, delete_source: bool) -> owners.Takes | None:
    """The copy, where the old volume stays beside it: that is its owner's still."""
    if domain.owner is None or (delete_source and not wish.stays):
        return None
    size = wish.copy.capacity_bytes or 1
    return replace(owners.new(wish.pool, wish.copy.name, size, by), owner=domain.owner)


def _planned(takes: owners.Takes | None) -> list[dict[str, Any]]:
    if takes is None:
        return []
    try:
        with transaction.atomic():
            owners.check(takes)
    except Refused as refused:
        return [{"code": "quota", "ok": False, "detail": refused.detail}]
    return [{"code": "quota", "ok": True, "detail": "It is within the quota."}]


def _settle(
    domain: Domain, target: str, by: Actor, pool_id: UUID, format: str, *, delete_source: bool
) -> _Wish:
    if domain.host.driver != "qemu":
        raise CannotMove(f"Hosts of {domain.host.driver} cannot move disks.")
    if not domain.persistent:
        raise CannotMove(f"{domain.name} is transient.")
    definition = Definition.objects.filter(pk=domain.pk).first()
    xml = (definition.live if domain.active else definition.inactive) if definition is not None else None
    if not xml:
        raise CannotMove(f"The definition of {domain.name} was not read yet. Try again in a moment.")
    disk = next((disk for disk in Places(domain.host).disks(xml) if disk.use.target == target), None)
    if disk is None:
        raise NotThere(f"{domain.name} has no disk {target} with anything in it.")
    own = {str(disk.place.pool_id)} if disk.place is not None else set()
    pool = pool_on(domain.host, pool_id, by, own=own)
    if pool is None:
        raise Invalid("There is no such pool.", errors={"pool": ["there is no such pool"]})
    if pool.type == "logical" and format not in {"", "raw"}:
        raise Invalid(
            "Logical volumes hold raw disks.", errors={"format": ["a logical volume holds a raw disk"]}
        )
    _refuse(domain, disk, by)
    copy = _copy(domain, disk, pool, format)
    if disk.place is not None and disk.place.pool_id == pool.pk and copy.format == disk.use.format:
        raise Invalid(f"{target} is in {pool.name} already.", errors={"pool": ["it is there already"]})
    stays = _why_kept(domain, disk, by) if delete_source else ""
    return _Wish(disk, copy, pool, _layered(domain, disk), stays)


def _copy(domain: Domain, disk: Disk, pool: Pool, format: str) -> Copy:
    """Raises CannotMove, CannotCopy: no room, a pool that cannot keep it, a disk that cannot be read."""
    if pool.type not in _FILES | {"logical"}:
        raise CannotMove(
            f"A pool of type {pool.type} takes no disk that moves: files and logical volumes do."
        )
    if disk.place is None and domain.active:
        return _copy_of_unknown(domain, disk, pool, format)
    (copy,) = plan_copies(domain.host, [disk], domain.name, pool=pool)
    if format and format != copy.format:
        copy = replace(copy, format=format, name=_name(domain, disk, pool, format))
    return copy


def _copy_of_unknown(domain: Domain, disk: Disk, pool: Pool, format: str) -> Copy:
    """Of a network disk, or a file in no pool: while it runs QEMU reads it, wherever it is. Its size shows then."""
    if disk.use.encrypted:
        raise CannotMove(f"{disk.use.target} is encrypted.")
    if pool.state != "running":
        raise CannotMove(f"The pool {pool.name} is {pool.state}.")
    known = disk.use.format if disk.use.format in {"raw", "qcow2"} else "qcow2"
    chosen = "raw" if pool.type == "logical" else format or known
    return Copy(
        target=disk.use.target,
        source=disk.path,
        source_format=disk.use.format,
        pool=str(pool.uuid),
        pool_id=str(pool.pk),
        name=_name(domain, disk, pool, chosen),
        format=chosen,
        capacity_bytes=0,
        linked=False,
    )


def _name(domain: Domain, disk: Disk, pool: Pool, format: str) -> str:
    ending = "" if pool.type == "logical" else f".{format}"
    return free_name(pool, f"{domain.name}-{disk.use.target}", ending, set())


def _refuse(domain: Domain, disk: Disk, by: Actor) -> None:
    """Raises CannotMove, InUse."""
    if not disk.use.own:
        kind = "a medium" if disk.use.device != "disk" else "read-only" if disk.use.readonly else "shared"
        raise CannotMove(f"{disk.use.target} is {kind}: only a disk that is the domain's own is moved.")
    if domain.has_managed_save:
        raise CannotMove(
            f"The memory of {domain.name} is saved, with its disks where they are. Start it, then move the disk."
        )
    holding = [
        snapshot.name
        for snapshot in Snapshot.objects.filter(domain=domain)
        if any(kept["target"] == disk.use.target and kept["snapshot"] != Kept.NO for kept in snapshot.disks)
    ]
    if holding:
        raise CannotMove(
            f"{disk.use.target} is held by snapshots, which a copy would lose: {', '.join(holding[:5])}. Delete them "
            "first.",
            snapshots=holding,
        )
    if not domain.active:
        refuse_base(domain, by)


def _layered(domain: Domain, disk: Disk) -> bool:
    if disk.use.below:
        return True
    return Volume.objects.filter(pool__host=domain.host, path=disk.path).exclude(backing="").exists()


def _why_kept(domain: Domain, disk: Disk, by: Actor) -> str:
    """Why the old volume stays though it was to go; "" when it goes."""
    if disk.place is None:
        return f"{disk.use.source} stays: it is in no storage pool that is known."
    users = users_of(domain.host, [disk.path], besides=domain.pk).get(disk.path)
    return f"The old volume stays: {told(users, by)[0]} stand on it." if users else ""
