"""Volumes that are parts of backups, for whoever wants to remove or change one; and rows whose job is no more."""

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
    if not wanted:
        return {}
    shared: dict[UUID, set[UUID]] = {}
    pools = Pool.objects.filter(host_id__in=wanted).exclude(shared=None)
    for storage, host in pools.values_list("shared_id", "host_id"):
        shared.setdefault(storage, set()).add(host)
    rows = Backup.objects.filter(Q(host_id__in=wanted) | Q(pool__shared_id__in=shared)).select_related("pool")
    found: dict[tuple[UUID, str], list[Backup]] = {}
    for backup in rows.defer("sealed_xml", "checkpoint_xml"):
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
