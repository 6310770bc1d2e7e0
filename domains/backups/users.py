"""Volumes that are parts of backups, for whoever wants to remove or change one; and rows whose job is no more."""

import posixpath
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from access.actor import Actor
from domains.models import Backup
from jobs.models import OPEN, Job
from storage.models import Pool
from storage.users import ByHost, Told

_NAMED = 5


def standing_on(paths: ByHost, by: Actor) -> dict[tuple[UUID, str], Told]:
    """The backups whose volumes lie at these paths of each host, or of another with the same storage. Three queries."""
    wanted = {host: frozenset(of_host) for host, of_host in paths.items() if of_host}
    folders = {posixpath.dirname(path) for of_host in wanted.values() for path in of_host}
    if not wanted:
        return {}
    pools: set[UUID] = set()
    shared: dict[UUID, set[UUID]] = {}
    known = Pool.objects.filter(host_id__in=wanted, target__in=folders | {f"{folder}/" for folder in folders})
    for pool, storage, host in known.values_list("pk", "shared_id", "host_id"):
        pools.add(pool)
        if storage is not None:
            shared.setdefault(storage, set()).add(host)
    rows = Backup.objects.filter(Q(pool__in=pools) | Q(pool__shared_id__in=shared)).select_related("pool")
    found: dict[tuple[UUID, str], list[Backup]] = {}
    for backup in rows.only("pk", "domain_name", "created_at", "disks", "host_id", "pool__shared_id"):
        seen_from = {backup.host_id} | shared.get(backup.pool.shared_id or backup.pk, set())
        for host in seen_from & wanted.keys():
            for disk in backup.disks:
                if disk["path"] in wanted[host]:
                    found.setdefault((host, disk["path"]), []).append(backup)
    ids = {backup.pk for standing in found.values() for backup in standing}
    readable = Backup.objects.permitted(by, "domain.read").filter(pk__in=ids)
    seen = set(readable.values_list("pk", flat=True)) if ids else set()
    return {at: _told(standing, seen) for at, standing in found.items()}


def settle_abandoned() -> int:
    """Backups whose job ended before it began, or ended in a way that nobody told them; and removals likewise."""
    open_ones = Job.objects.filter(kind="domain.backup", state__in=OPEN).values("pk")
    left = Backup.objects.filter(state=Backup.State.RUNNING).exclude(pk__in=open_ones)
    now = timezone.now()
    settled = left.update(
        state=Backup.State.FAILED,
        error="It was not made.",
        parent=None,
        finished_at=now,
        updated_at=now,
        version=F("version") + 1,
    )
    jobs = Job.objects.filter(kind="backup.delete", state__in=OPEN)
    going = {id for job in jobs for id in job.option("backups", [])}
    stay = Backup.objects.filter(state=Backup.State.DELETING).exclude(pk__in=going)
    was = Case(
        When(sealed_xml="", then=Value(Backup.State.FAILED)),
        When(error="", then=Value(Backup.State.COMPLETE)),
        default=Value(Backup.State.DAMAGED),
    )
    return settled + stay.update(state=was, updated_at=now, version=F("version") + 1)


def _told(standing: Sequence[Backup], seen: Collection[UUID]) -> Told:
    shown = [backup for backup in standing if backup.pk in seen]
    words = [f"the backup {backup}" for backup in shown[:_NAMED]]
    if len(shown) > _NAMED:
        words.append(f"{len(shown) - _NAMED} more")
    if len(shown) < len(standing):
        words.append("others" if shown else "another object")
    users = tuple(("backup", backup.pk, str(backup)) for backup in shown)
    return Told(", ".join(words), users, len(standing) - len(shown))
