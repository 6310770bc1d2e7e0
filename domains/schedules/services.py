"""What people wish of schedules: made, changed, removed; and who sees which."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Conflict, NotPermitted, NotThere, Stale
from domains.creation.complaints import Complaints
from domains.models import Domain, Schedule, Tag
from domains.schedules.rule import faults, is_zone, next_after
from storage.models import Pool
from storage.second import lacks_making

PERMISSION: Mapping[str, str] = {
    Schedule.Kind.BACKUP: "domain.backup",
    Schedule.Kind.SNAPSHOT: "domain.snapshot",
}
_OPTIONS: Mapping[str, frozenset[str]] = {
    Schedule.Kind.BACKUP: frozenset({"quiesce"}),
    Schedule.Kind.SNAPSHOT: frozenset({"quiesce", "memory"}),
}


def seen_by(by: Actor) -> "QuerySet[Schedule]":
    """Those with a domain that `by` may see, and their own."""
    if by.scope("domain.read").everywhere:
        return Schedule.objects.all()
    # By their ids: one with several such domains would come several times.
    reached = Schedule.objects.permitted(by, "domain.read").order_by().values("pk")
    return Schedule.objects.filter(Q(pk__in=reached) | Q(created_by=by.user, created_by__isnull=False))


def changed_by(by: Actor, ids: Sequence[UUID]) -> set[UUID]:
    """Of these, those that `by` may change: all whose every domain they may do that to."""
    found = set()
    for kind, permission in PERMISSION.items():
        of_kind = Schedule.objects.filter(pk__in=ids, kind=kind)
        if not by.may(permission):
            continue
        if by.scope(permission).everywhere:
            found |= set(of_kind.values_list("pk", flat=True))
            continue
        able = Domain.objects.permitted(by, permission).values("pk")
        beyond = Domain.objects.filter(gone_at=None).exclude(pk__in=able)
        barred = Schedule.domains.through.objects.filter(domain_id__in=beyond.values("pk"))
        rows = of_kind.exclude(pk__in=barred.values("schedule_id")).filter(Q(tag="") | Q(created_by=by.user))
        found |= set(rows.values_list("pk", flat=True))
    return found


def of_domain(domain_id: UUID) -> Q:
    """The schedules that a domain is part of, named or by a tag of it."""
    tags = Tag.objects.filter(domain_id=domain_id).values("name")
    named = Schedule.domains.through.objects.filter(domain_id=domain_id).values("schedule_id")
    return Q(pk__in=named) | Q(tag__in=tags)


def make(said: Mapping[str, Any], *, by: Actor) -> UUID:
    """A new one, on behalf of `by`. Raises Invalid by field, NotPermitted, Conflict."""
    if not by.may(PERMISSION[said["kind"]]):
        raise NotPermitted(f"This needs the permission {PERMISSION[said['kind']]}.")
    schedule = Schedule(kind=said["kind"], created_by=by.user)
    with transaction.atomic():
        _set(schedule, said, by)
        audit.record(by, "schedule.create", "schedule", schedule.pk, schedule.name, what=schedule.kind)
    return schedule.pk


def _audited(schedule: Schedule) -> dict[str, Any]:
    """What the audit log tells of a change of this."""
    columns = ("name", "enabled", "rule", "zone", "keep", "full_every", "tag", "options")
    told: dict[str, Any] = {name: getattr(schedule, name) for name in columns}
    told["created_by"] = str(schedule.created_by or "")
    told["pool_id"] = str(schedule.pool_id or "")
    return told | {"domains": sorted(schedule.domains.values_list("name", flat=True))}


def edit(uuid: UUID, changes: Mapping[str, Any], *, by: Actor, version: int | None = None) -> None:
    """Change it; from now on it is done on behalf of `by`. Raises NotThere, NotPermitted, Stale, Invalid, Conflict."""
    with transaction.atomic():
        schedule = find(uuid, by, lock=True)
        if version is not None and version != schedule.version:
            raise Stale("The schedule was changed meanwhile.")
        before = _audited(schedule)
        schedule.created_by = by.user
        schedule.version += 1
        schedule.updated_at = timezone.now()
        _set(schedule, changes, by)
        told = audit.changed(before, _audited(schedule))
        audit.record(by, "schedule.edit", "schedule", schedule.pk, schedule.name, changes=told)


def delete(uuid: UUID, *, by: Actor) -> None:
    """What it made stays. Raises NotThere, NotPermitted."""
    with transaction.atomic():
        schedule = find(uuid, by, lock=True)
        audit.record(by, "schedule.delete", "schedule", schedule.pk, schedule.name)
        schedule.delete()


def find(uuid: UUID, by: Actor, *, lock: bool = False) -> Schedule:
    """The schedule, if `by` may change and run it. Raises NotThere, NotPermitted."""
    rows = Schedule.objects.select_for_update() if lock else Schedule.objects.all()
    if not seen_by(by).filter(pk=uuid).exists():
        raise NotThere
    if not changed_by(by, [uuid]):
        raise NotPermitted(
            "You may see this schedule, but not change it: it has domains that you may not do that to."
        )
    return rows.get(pk=uuid)


def _set(schedule: Schedule, said: Mapping[str, Any], by: Actor) -> None:
    """Write what is said into the row, and when it is due next. Raises Invalid, Conflict."""
    complaints = Complaints()
    for name in ("name", "zone", "tag", "full_every", "keep", "enabled"):
        if name in said:
            setattr(schedule, name, said[name])
    if "options" in said:
        schedule.options = {name: value for name, value in said["options"].items() if value is not None}
    if "rule" in said:
        schedule.rule = dict(said["rule"])
    if "pool" in said:
        schedule.pool = _pool(said["pool"], by, complaints)
    domains = _domains(said["domains"], schedule, by, complaints) if "domains" in said else None
    _complain(schedule, complaints)
    named = domains if domains is not None else not schedule._state.adding and schedule.domains.exists()
    if not schedule.tag and not named:
        complaints.add("domains", "Name a domain, or a tag.")
    complaints.raise_any()
    if schedule._state.adding or {"rule", "zone", "enabled"} & said.keys():
        following = next_after(schedule.rule, schedule.zone, timezone.now())
        schedule.next_at = following if schedule.enabled else None
    try:
        with transaction.atomic():
            schedule.save()
    except IntegrityError:
        taken = f"There is a schedule named {schedule.name} already."
        raise Conflict(taken, code="name_taken", errors={"name": ["is taken"]}) from None
    if domains is not None:
        schedule.domains.set(domains)


def _complain(schedule: Schedule, complaints: Complaints) -> None:
    """What does not fit together in it."""
    for field, text in faults(schedule.rule).items():
        complaints.add(f"rule.{field}", text)
    if not is_zone(schedule.zone):
        complaints.add("zone", "There is no such time zone. They are named as Europe/Berlin is.")
    for name in schedule.options.keys() - _OPTIONS[schedule.kind]:
        complaints.add(f"options.{name}", f"A {schedule.kind} has no such option.")
    if not schedule.name.strip() or not schedule.name.isprintable():
        complaints.add("name", "A name is of printable characters.")
    if schedule.kind == Schedule.Kind.BACKUP and schedule.pool is None:
        complaints.add("pool", "Backups need a pool.")
    if schedule.kind == Schedule.Kind.SNAPSHOT and schedule.pool is not None:
        complaints.add("pool", "Snapshots stay with the domain's disks.")


def _domains(ids: Sequence[UUID], schedule: Schedule, by: Actor, complaints: Complaints) -> list[Domain]:
    rows = Domain.objects.filter(gone_at=None)
    able = rows.permitted(by, PERMISSION[schedule.kind]).in_bulk(list(ids))
    seen = set(rows.permitted(by, "domain.read").filter(pk__in=ids).values_list("pk", flat=True))
    for number, id in enumerate(ids):
        if id not in able:
            lacking = (
                f"You lack {PERMISSION[schedule.kind]} on it." if id in seen else "There is no such domain."
            )
            complaints.add(f"domains.{number}", lacking)
    return list(able.values())


def _pool(id: UUID | None, by: Actor, complaints: Complaints) -> Pool | None:
    if id is None:
        return None
    pool = Pool.objects.permitted(by, "pool.read").filter(pk=id).first()
    if pool is None:
        complaints.add("pool", "There is no such pool.")
    elif lacking := lacks_making(pool, by):
        complaints.add("pool", lacking)
    elif pool.type not in {"dir", "fs", "netfs"}:
        complaints.add("pool", f"A pool of type {pool.type} keeps no files: backups need one that does.")
        return None
    return pool
