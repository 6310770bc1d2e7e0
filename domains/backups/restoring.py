"""Asking for a new domain out of a backup."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from access import audit, secrets
from access.actor import Actor
from access.errors import Invalid, NotPermitted, Refused
from domains.backups import services
from domains.backups.errors import CannotBackUp
from domains.copies.copying import Copy, free_name
from domains.copies.disks import Places
from domains.copies.services import pool_on
from domains.creation import names
from domains.creation.complaints import Complaints
from domains.models import Backup
from domains.quotas.amounts import Amounts
from domains.quotas.holding import hold, planned
from domains.quotas.sizes import of_copy
from domains.reaching import refuse_copied_reach
from hypervisor.xml.clone import fresh, without_disks
from hypervisor.xml.sources import disk_uses
from jobs.models import Job
from jobs.services import open_job
from storage.models import Pool

KIND = "domain.restore-backup"
_FILES = frozenset({"dir", "fs", "netfs", "gluster"})


@dataclass(frozen=True, slots=True)
class _Wish:
    """A restored domain as it would be. `dropped`: disks that the backup does not hold."""

    backup: Backup
    copies: list[Copy]
    dropped: list[str]

    def takes(self) -> Amounts:
        """What it counts for in quotas."""
        return of_copy(definition_of(self.backup), [copy.capacity_bytes for copy in self.copies])


def request(
    backup_id: UUID, *, by: Actor, name: str, pool_id: UUID | None = None, start: bool = False
) -> Job:
    """Record the wish for a new domain out of a backup. The job's object is that domain.

    Raises NotThere, NotPermitted, Busy, Invalid, CannotBackUp.
    """
    with transaction.atomic():
        wish = _settle(services.find(backup_id, by, lock=True), by, name, pool_id)
        backup, made = wish.backup, uuid4()
        audit.record(
            by,
            KIND,
            "domain",
            made,
            name,
            backup=str(backup.pk),
            of=str(backup.domain_id),
            host=backup.host.name,
        )
        job = open_job(
            KIND,
            ("domain", made, name),
            by=by,
            host=(backup.host_id, backup.host.name),
            cluster_id=backup.host.cluster_id,
            options={
                "backup": str(backup.pk),
                "copies": [copy.plain() for copy in wish.copies],
                "dropped": wish.dropped,
                "start": start,
            },
        )
        hold(job, {made: wish.takes()}, host=backup.host, owner=by.user, by=by, makes=True)
        return job


def plan(
    backup_id: UUID, *, by: Actor, name: str, pool_id: UUID | None = None, start: bool = False
) -> dict[str, Any]:
    """What it would be, doing nothing. Raises NotThere, NotPermitted, Invalid."""
    backup = services.find(backup_id, by)
    try:
        wish = _settle(backup, by, name, pool_id)
    except (Invalid, NotPermitted):
        raise
    except Refused as refused:
        return {
            "allowed": False,
            "checks": [{"code": refused.code, "ok": False, "detail": refused.detail}],
            "changes": [],
        }
    checks = [{"code": "backup", "ok": True, "detail": f"As {backup.domain_name} was, with other addresses."}]
    checks += [
        {"code": "left_out", "ok": True, "detail": f"{target} is not in the backup, so the domain lacks it."}
        for target in wish.dropped
    ]
    checks += planned({uuid4(): wish.takes()}, host=backup.host, owner=by.user, by=by)
    changes = [{"path": "domain", "before": None, "after": f"{name} on {backup.host.name}", "live": start}]
    changes += [
        {"path": f"disk:{copy.target}", "before": None, "after": copy.name, "live": start}
        for copy in wish.copies
    ]
    return {"allowed": all(check["ok"] for check in checks), "checks": checks, "changes": changes}


def definition_of(backup: Backup) -> str:
    """The domain's definition at that time, with its secrets. Raises CannotBackUp."""
    try:
        return secrets.unseal(backup.sealed_xml)
    except secrets.Unsealable as closed:
        raise CannotBackUp(f"The definition in the backup cannot be read: {closed}") from None


def _settle(backup: Backup, by: Actor, name: str, pool_id: UUID | None) -> _Wish:
    host = backup.host
    if not by.scope("domain.create").covers({"host": host.pk, "cluster": host.cluster_id}):
        raise NotPermitted(f"You may not make domains on {host.name}.")
    complaints = Complaints()
    names.check(name, host, complaints)
    complaints.raise_any()
    services.check(backup)
    if backup.state != Backup.State.COMPLETE:
        raise CannotBackUp(f"The backup is {backup.state}.")
    xml = definition_of(backup)
    held = {disk["target"]: disk for disk in backup.disks}
    dropped = [use.target for use in disk_uses(xml) if use.own and use.target not in held]
    copies = _copies(backup, xml, name, pool_on(host, pool_id, by))
    own = {use.source for use in disk_uses(xml) if use.own}
    after = fresh(without_disks(xml, dropped), name, backup.pk, {})
    refuse_copied_reach(after, own, host, by, field="name")
    return _Wish(backup, copies, dropped)


def _copies(backup: Backup, xml: str, stem: str, pool: Pool | None) -> list[Copy]:
    """Its volumes as those of the new domain, in the pools where the originals lie or lay where they can go there."""
    homes = {
        disk.use.target: (disk.place.pool_id, disk.use.format)
        for disk in Places(backup.host).disks(xml)
        if disk.place is not None
    }
    reasons: list[str] = []
    taken: set[tuple[str, str]] = set()
    copies = []
    needed: dict[UUID, int] = {}
    for disk in backup.disks:
        home, format = homes.get(disk["target"], (backup.pool_id, "qcow2"))
        into = pool or Pool.objects.get(pk=home)
        if into.type not in _FILES and pool is None:
            into = backup.pool
        if into.state != "running" or into.type not in _FILES:
            reasons.append(
                f"The pool {into.name} of type {into.type} is {into.state}: no file can be made there."
            )
            continue
        needed[into.pk] = needed.get(into.pk, 0) + disk["size_bytes"]
        if needed[into.pk] > into.available_bytes:
            reasons.append(f"The pool {into.name} has no room for {needed[into.pk] / 2**30:.1f} GiB.")
        format = format if format in {"raw", "qcow2"} else "qcow2"
        copies.append(
            Copy(
                target=disk["target"],
                source=disk["path"],
                source_format="qcow2",
                pool=str(into.uuid),
                pool_id=str(into.pk),
                name=free_name(into, f"{stem}-{disk['target']}", f".{format}", taken),
                format=format,
                capacity_bytes=disk["capacity_bytes"],
                linked=False,
            )
        )
    if reasons:
        raise CannotBackUp(" ".join(dict.fromkeys(reasons)))
    return copies
