"""What people wish of backups: to take, verify and remove them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Invalid, NotPermitted, NotThere, Refused
from domains import services
from domains.backups import places
from domains.backups.errors import CannotBackUp
from domains.backups.users import standing_on
from domains.copies.copying import disguised
from domains.copies.disks import Disk, Places
from domains.migration.checks import Check
from domains.models import Backup, Definition, Domain, Schedule
from hypervisor.states import DomainAction
from jobs.errors import Busy
from jobs.models import OPEN, Job
from jobs.services import open_job, open_job_of
from storage.models import Pool
from storage.users import InUse, Told, users_of

KIND = "domain.backup"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants. `quiesce` None: where an agent answers; `disks` None: all that are the domain's own."""

    pool: UUID
    full: bool = False
    quiesce: bool | None = None
    disks: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Wish:
    """A backup as it would be asked for."""

    pool: Pool
    disks: list[Disk]
    left_out: list[str]

    @property
    def targets(self) -> list[str]:
        return [disk.use.target for disk in self.disks]


def take(
    uuid: UUID,
    asked: Asked,
    *,
    by: Actor,
    schedule: Schedule | None = None,
    parent: Job | None = None,
) -> Job:
    """Record the wish. The job's id is the backup's. `parent`: what it is a part of.

    Raises NotThere, NotPermitted, Busy, HostSilent, StateForbids, Invalid, CannotBackUp.
    """
    with transaction.atomic():
        domain = services.find(uuid, DomainAction.BACKUP, by, lock=True)
        services.check(domain, DomainAction.BACKUP, by)
        wish = _settle(domain, asked, by)
        audit.record(
            by,
            KIND,
            "domain",
            domain.pk,
            domain.name,
            pool=wish.pool.name,
            full=asked.full,
            disks=wish.targets,
        )
        job = open_job(
            KIND,
            ("domain", domain.pk, domain.name),
            by=by,
            host=(domain.host_id, domain.host.name),
            cluster_id=domain.host.cluster_id,
            options={
                "full": asked.full,
                "quiesce": asked.quiesce,
                "full_every": schedule.full_every if schedule is not None else 0,
            },
            parent=parent,
        )
        now = timezone.now()
        Backup.objects.create(
            pk=job.pk,
            domain_id=domain.pk,
            domain_name=domain.name,
            host=domain.host,
            pool=wish.pool,
            schedule=schedule,
            disks=places.volumes_for(domain.name, now, job.pk.hex[:6], wish.pool, wish.targets),
            running=domain.active,
            created_by=by.user,
            created_at=now,
        )
    return job


def plan_take(uuid: UUID, asked: Asked, *, by: Actor) -> dict[str, Any]:
    """What it would meet, doing nothing. Raises NotThere, NotPermitted, Invalid."""
    domain = services.find(uuid, DomainAction.BACKUP, by)
    shown = services.plan(DomainAction.BACKUP, uuid, by=by)
    checks = [*shown["checks"]]
    try:
        wish = _settle(domain, asked, by)
    except CannotBackUp as refused:
        checks.append({"code": refused.code, "ok": False, "detail": refused.detail})
        return {"allowed": False, "checks": checks, "changes": []}
    if wish.left_out:
        left = ", ".join(wish.left_out)
        checks.append({"code": "left_out", "ok": True, "detail": f"Not backed up: {left}."})
    raw = [disk.use.target for disk in wish.disks if disk.use.format != "qcow2"]
    if raw and not asked.full:
        detail = f"{', '.join(raw)}: only qcow2 keeps what was written since a backup, so each one is full."
        checks.append({"code": "full", "ok": True, "detail": detail})
    if not domain.active:
        checks.append(
            {"code": "full", "ok": True, "detail": f"{domain.name} is off: its disks are copied whole."}
        )
    changes = [
        {
            "path": f"backup:{disk.use.target}",
            "before": disk.path,
            "after": f"in {wish.pool.name}",
            "live": True,
        }
        for disk in wish.disks
    ]
    return {"allowed": shown["allowed"], "checks": checks, "changes": changes}


def verify(backup_id: UUID, *, by: Actor) -> Job:
    """Record the wish to read it through. Raises NotThere, NotPermitted, Busy, CannotBackUp."""
    with transaction.atomic():
        backup = find(backup_id, by, lock=True)
        _check_verify(backup)
        return open_about("backup.verify", backup, by, {})


def plan_verify(backup_id: UUID, *, by: Actor) -> dict[str, Any]:
    """What it would meet, doing nothing. Raises NotThere, NotPermitted."""
    backup = find(backup_id, by)
    chain = places.chain_of(backup)
    volumes = sum(len(one.disks) for one in chain)
    size = sum(disk["size_bytes"] for one in chain for disk in one.disks)
    return _plan(
        lambda: _check_verify(backup),
        Check("chain", True, f"{volumes} volumes with {size / 2**30:.1f} GiB are read."),
    )


def delete(backup_id: UUID, *, by: Actor, children: bool = False) -> Job:
    """Record the wish to remove it, or it and all that stand on it. Raises NotThere, NotPermitted, Busy, InUse."""
    with transaction.atomic():
        backup = find(backup_id, by, lock=True)
        above = check_removal(backup, by, children=children)
        return open_removal(backup, above, by)


def plan_delete(backup_id: UUID, *, by: Actor, children: bool = False) -> dict[str, Any]:
    """What removing it would meet and take with it, doing nothing. Raises NotThere, NotPermitted."""
    backup = find(backup_id, by)
    above = places.standing_on(backup)
    shown = _plan(
        lambda: check_removal(backup, by, children=children),
        Check("volumes", True, f"{sum(len(one.disks) for one in [backup, *above])} volumes are removed."),
    )
    shown["affected"] = [{"kind": "backup", "id": one.pk, "name": str(one)} for one in above]
    return shown


def open_removal(backup: Backup, above: Sequence[Backup], by: Actor) -> Job:
    """The job that removes these, the last first. Inside the transaction of the wish."""
    going = [*above, backup]
    Backup.objects.filter(pk__in=[one.pk for one in going]).update(state=Backup.State.DELETING)
    return open_about("backup.delete", backup, by, {"backups": [str(one.pk) for one in going]})


def find(backup_id: UUID, by: Actor, *, lock: bool = False) -> Backup:
    """The backup with its host and pool, if `by` may back its domain up. Raises NotThere, NotPermitted."""
    backups = Backup.objects.select_related("host", "pool")
    if lock:
        backups = backups.select_for_update(of=("self",))
    backup = backups.permitted(by, "domain.backup").filter(pk=backup_id).first()
    if backup is None:
        if Backup.objects.permitted(by, "domain.read").filter(pk=backup_id).exists():
            raise NotPermitted("You may see this backup, but you lack domain.backup on it.")
        raise NotThere
    return backup


def check(backup: Backup) -> None:
    """Raises Busy, CannotBackUp: something is being done with it, or its host does not answer."""
    making = backup.state == Backup.State.RUNNING
    under_way = Job.objects.filter(pk=backup.pk).first() if making else open_job_of("backup", backup.pk)
    if under_way is not None and under_way.open:
        raise Busy(under_way)
    if backup.state == Backup.State.DELETING:
        raise CannotBackUp(f"The backup {backup} is being removed.")
    if not backup.host.answers:
        raise CannotBackUp(
            f"{backup.host.name} is {backup.host.state}. Try again when it answers.", code="host_not_up"
        )


def open_about(kind: str, backup: Backup, by: Actor, options: Mapping[str, Any]) -> Job:
    """A job about a backup, with its audit row."""
    audit.record(by, kind, "backup", backup.pk, str(backup), domain=str(backup.domain_id))
    return open_job(
        kind,
        ("backup", backup.pk, str(backup)),
        by=by,
        host=(backup.host_id, backup.host.name),
        cluster_id=backup.host.cluster_id,
        options=dict(options),
    )


def _settle(domain: Domain, asked: Asked, by: Actor) -> _Wish:
    """Raises Invalid by field, CannotBackUp with all reasons."""
    definition = Definition.objects.filter(pk=domain.pk).first()
    xml = (definition.live if domain.active else definition.inactive) if definition is not None else None
    if domain.host.driver != "qemu":
        raise CannotBackUp(f"Hosts of {domain.host.driver} cannot back up.")
    if not xml:
        raise CannotBackUp(f"The definition of {domain.name} was not read yet. Try again in a moment.")
    pool = places.pool_for(domain.host, asked.pool, by)
    able = {disk.use.target: disk for disk in Places(domain.host).disks(xml) if disk.use.own}
    if asked.disks is not None:
        wrong = [
            f"{target}: there is no such disk that it writes to"
            for target in asked.disks
            if target not in able
        ]
        if wrong:
            raise Invalid("These disks cannot be backed up.", errors={"disks": wrong})
    chosen = [disk for target, disk in able.items() if asked.disks is None or target in asked.disks]
    reasons = [f"{disk.use.target}: {why}" for disk in chosen if (why := _why_not(disk, domain))]
    if not chosen:
        reasons.append(f"{domain.name} has no disk of its own.")
    # What a full one takes; an incremental one takes less, and how much nobody knows before.
    whole = sum(disk.place.allocation_bytes for disk in chosen if disk.place is not None)
    reasons += [why for why in [places.why_not(pool, whole if asked.full or not domain.active else 0)] if why]
    if reasons:
        raise CannotBackUp(" ".join(reasons))
    return _Wish(pool, chosen, [target for target, disk in able.items() if disk not in chosen])


def _why_not(disk: Disk, domain: Domain) -> str:
    if disk.use.encrypted:
        return "it is encrypted, and its backup would not be."
    if domain.active:
        return ""
    if disk.place is None:
        return f"{disk.use.source} is in no storage pool that is known, so it can be backed up only while it runs."
    if disguised(disk, disk.place.format):
        return f"its definition says raw, and its content claims to be {disk.place.format}."
    return ""


def _check_verify(backup: Backup) -> None:
    check(backup)
    if backup.state not in (Backup.State.COMPLETE, Backup.State.DAMAGED):
        raise CannotBackUp(f"The backup is {backup.state}.")


def check_removal(backup: Backup, by: Actor, *, children: bool) -> list[Backup]:
    """Those that go with it. Raises Busy, CannotBackUp, InUse."""
    above = places.standing_on(backup)
    if above and not children:
        users = tuple(("backup", one.pk, str(one)) for one in above)
        words = "1 backup that stands" if len(above) == 1 else f"{len(above)} backups that stand"
        raise InUse(f"The backup {backup}", Told(f"{words} on it", users))
    going = [*above, backup]
    for one in going:
        check(one)
    reading = Job.objects.filter(
        kind="domain.restore-backup", state__in=OPEN, options__backup__in=[str(one.pk) for one in going]
    ).first()
    if reading is not None:
        raise Busy(reading)
    _refuse_others(going, by)
    return above


def _refuse_others(going: Sequence[Backup], by: Actor) -> None:
    """Raises InUse: a disk or a copy that is being made stands on a volume of these, which goes with them."""
    own = {disk["volume"] for one in going for disk in one.disks}
    for one in going:
        paths = [disk["path"] for disk in one.disks]
        for path, all_of in users_of(one.host, paths, Actor.SYSTEM, without=standing_on).items():
            if any(kind != "volume" or name not in own for kind, _, name in all_of.users):
                told = users_of(one.host, [path], by, without=standing_on).get(path)
                raise InUse(f"The backup {one}", told or Told("another object", hidden=1))


def _plan(ask: Callable[[], object], fine: Check) -> dict[str, Any]:
    try:
        ask()
    except Refused as refused:
        return {
            "allowed": False,
            "checks": [{"code": refused.code, "ok": False, "detail": refused.detail}],
        }
    return {"allowed": True, "checks": [{"code": fine.code, "ok": True, "detail": fine.detail}]}
