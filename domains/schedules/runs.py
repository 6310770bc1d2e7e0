"""Schedules at work: what is due is done once, however often or late somebody looks; and what is too old goes."""

import logging
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Conflict, NotPermitted, Refused
from domains.backups import places
from domains.backups import services as backups
from domains.models import Backup, Domain, Schedule, Snapshot, Tag
from domains.schedules import services
from domains.schedules.rule import next_after
from domains.snapshots import services as snapshots
from domains.snapshots.checks import Asked
from jobs.batches import Part, open_batch, register_batch
from jobs.errors import Busy
from jobs.models import OPEN, Job
from storage.models import Pool

logger = logging.getLogger(__name__)
KIND = "schedule.run"
_CHILD = {Schedule.Kind.BACKUP: "domain.backup", Schedule.Kind.SNAPSHOT: "domain.snapshot"}
_AT_ONCE = 2  # a host: each reads and writes all that it can
_ODD = re.compile(r"[^\w.-]+", re.ASCII)
_AT_A_TIME = 200


def register_kinds() -> None:
    register_batch(KIND, _open_one)


def run_now(uuid: UUID, *, by: Actor) -> Job:
    """Do it now, on behalf of `by`. Raises NotThere, NotPermitted, Conflict."""
    with transaction.atomic():
        schedule = services.find(uuid, by, lock=True)
        return _open(schedule, by)


def plan(uuid: UUID, *, by: Actor) -> dict[str, Any]:
    """What a run would do, doing nothing. Raises NotThere, NotPermitted."""
    schedule = services.find(uuid, by)
    domains = domains_of(schedule, by)
    try:
        _refuse_again(schedule)
    except Conflict as refused:
        return {
            "allowed": False,
            "checks": [{"code": refused.code, "ok": False, "detail": refused.detail}],
        }
    return {
        "allowed": bool(domains),
        "checks": [
            {"code": "domains", "ok": bool(domains), "detail": f"A {schedule.kind} of {len(domains)}."}
        ],
        "affected": [{"kind": "domain", "id": domain.pk, "name": domain.name} for domain in domains],
    }


def run_due() -> int:
    """Open what is due. Times that were missed count as one; of two who look at once, one opens it."""
    now = timezone.now()
    opened = 0
    for schedule in Schedule.objects.filter(enabled=True, next_at__lte=now).order_by("next_at")[:_AT_A_TIME]:
        try:
            following = next_after(schedule.rule, schedule.zone, now)
        except (ValueError, LookupError) as unknown:  # a zone that this machine no longer knows
            _switch_off(schedule, f"nobody can tell when it is due: {unknown}")
            continue
        with transaction.atomic():
            won = Schedule.objects.filter(pk=schedule.pk, enabled=True, next_at=schedule.next_at)
            if not won.update(next_at=following, updated_at=now):
                continue
            opened += _open_due(schedule)
    return opened


def domains_of(schedule: Schedule, by: Actor) -> list[Domain]:
    """Those that are named or bear the tag, and `by` may do that to."""
    tagged = Q(pk__in=Tag.objects.filter(name=schedule.tag).values("domain_id")) if schedule.tag else Q()
    named = Q(pk__in=schedule.domains.values("pk"))
    rows = Domain.objects.filter(named | tagged if schedule.tag else named, gone_at=None)
    return list(rows.permitted(by, services.PERMISSION[schedule.kind]).select_related("host"))


def forget_old() -> int:
    """Open the jobs that remove what is beyond what schedules keep. Whole chains go, once nothing in them is kept."""
    opened = 0
    for schedule in Schedule.objects.exclude(created_by=None).select_related("created_by"):
        by = Actor(user=schedule.created_by)
        if schedule.kind == Schedule.Kind.BACKUP:
            opened += _forget_backups(schedule, by)
        else:
            opened += _forget_snapshots(schedule, by)
    return opened


def _open_due(schedule: Schedule) -> int:
    owner = schedule.created_by
    if owner is None or not owner.is_active:
        _switch_off(schedule, "nobody stands behind it")
        return 0
    try:
        _open(schedule, Actor(user=owner))
    except Conflict as refused:
        audit.record(
            Actor(user=owner), KIND, "schedule", schedule.pk, schedule.name, "refused", reason=refused.detail
        )
        return 0
    return 1


def _switch_off(schedule: Schedule, reason: str) -> None:
    with transaction.atomic():
        Schedule.objects.filter(pk=schedule.pk).update(enabled=False, next_at=None)
        audit.record(Actor.SYSTEM, KIND, "schedule", schedule.pk, schedule.name, "refused", reason=reason)


def _open(schedule: Schedule, by: Actor) -> Job:
    """The parent job, inside a transaction. Raises Conflict."""
    _refuse_again(schedule)
    domains = domains_of(schedule, by)
    if not domains:
        raise Conflict(f"{schedule.name} has no domain now that this could be done to.", code="nothing_to_do")
    audit.record(by, KIND, "schedule", schedule.pk, schedule.name, domains=[one.name for one in domains])
    parts = [
        Part(("domain", one.pk, one.name), (one.host_id, one.host.name), one.host.cluster_id)
        for one in domains
    ]
    job = open_batch(
        KIND,
        _CHILD[Schedule.Kind(schedule.kind)],
        parts,
        name=schedule.name,
        by=by,
        at_once=_AT_ONCE,
        options={"schedule": str(schedule.pk)},
        about={"schedule": {"id": str(schedule.pk), "name": schedule.name}},
    )
    Schedule.objects.filter(pk=schedule.pk).update(
        last_at=timezone.now(), last_job=job.pk, version=schedule.version + 1
    )
    return job


def _refuse_again(schedule: Schedule) -> None:
    """Raises Busy: its last run goes on."""
    running = Job.objects.filter(pk=schedule.last_job, state__in=OPEN).first() if schedule.last_job else None
    if running is not None:
        raise Busy(running)


def _open_one(parent: Job, part: Part, by: Actor) -> Job:
    """One domain's job. Permission and state are looked at once more: much may have changed since."""
    if parent.requested_by is None:
        raise NotPermitted("Whoever this was done on behalf of is no more.")
    schedule = Schedule.objects.filter(pk=parent.option("schedule")).select_related("pool").first()
    if schedule is None:
        raise Conflict("The schedule was removed.")
    quiesce = schedule.options.get("quiesce")
    if schedule.kind == Schedule.Kind.SNAPSHOT:
        name = f"{_stem(schedule)}-{timezone.now():%Y%m%d-%H%M%S}"
        asked = Asked(
            name,
            f"By the schedule {schedule.name}",
            memory=bool(schedule.options.get("memory")) and Domain.objects.get(pk=part.object[1]).active,
            quiesce=bool(quiesce),
        )
        return snapshots.take(part.object[1], asked, by=by, parent=parent)
    if schedule.pool is None:
        raise Conflict("The schedule's pool is no more.")
    wish = backups.Asked(_pool_for(schedule.pool, part).pk, full=schedule.full_every <= 1, quiesce=quiesce)
    return backups.take(part.object[1], wish, by=by, schedule=schedule, parent=parent)


def _pool_for(pool: Pool, part: Part) -> Pool:
    domain = Domain.objects.select_related("host").get(pk=part.object[1])
    found = places.counterpart(pool, domain.host)
    if found is None:
        raise Conflict(f"The pool {pool.name} is not on {domain.host.name}, nor shared with it.")
    return found


def _stem(schedule: Schedule) -> str:
    """What its snapshots are called by."""
    return f"{_ODD.sub('_', schedule.name)[:40].lstrip('.-') or 'schedule'}-{schedule.pk.hex[:4]}"


def _forget_backups(schedule: Schedule, by: Actor) -> int:
    kept: dict[UUID, int] = {}
    too_old: list[Backup] = []
    points = Backup.objects.filter(schedule=schedule, state=Backup.State.COMPLETE).order_by("-created_at")
    for backup in points.select_related("host", "pool"):
        kept[backup.domain_id] = kept.get(backup.domain_id, 0) + 1
        if kept[backup.domain_id] > schedule.keep:
            too_old.append(backup)
    going = {backup.pk for backup in too_old}
    opened = 0
    for backup in too_old:
        if backup.parent_id is not None:
            continue
        above = places.standing_on(backup)
        if all(one.pk in going for one in above):
            opened += _try(partial(_remove_chain, backup, above, by))
    return opened


def _remove_chain(backup: Backup, above: Sequence[Backup], by: Actor) -> None:
    with transaction.atomic():
        locked = backups.find(backup.pk, by, lock=True)
        now = backups.check_removal(locked, by, children=True)
        if {one.pk for one in now} <= {one.pk for one in above}:  # else one came that is to be kept
            backups.open_removal(locked, now, by)


def _forget_snapshots(schedule: Schedule, by: Actor) -> int:
    stem = f"{_stem(schedule)}-"
    taken: dict[UUID, list[Snapshot]] = {}
    for snapshot in Snapshot.objects.filter(name__startswith=stem, domain__gone_at=None).order_by("-name"):
        if re.fullmatch(r"\d{8}-\d{6}", snapshot.name.removeprefix(stem)):
            taken.setdefault(snapshot.domain_id, []).append(snapshot)
    opened = 0
    for domain_id, of_domain in taken.items():
        too_old = of_domain[schedule.keep :]
        if too_old:  # one after the other, for a job holds the domain; the oldest first
            opened += _try(partial(snapshots.remove, domain_id, too_old[-1].name, by=by))
    return opened


def _try(remove: Callable[[], object]) -> int:
    try:
        remove()
    except Refused as refused:
        logger.info("what a schedule keeps no more stays for now: %s", refused.detail)
        return 0
    return 1
