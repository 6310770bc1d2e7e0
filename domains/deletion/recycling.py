"""Asking for what is in the recycle bin: back, or away for good; and emptying it when the time has come."""

import logging
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Conflict, NotPermitted, NotThere, Refused
from access.querysets import PermittedQuerySet
from domains.copies.errors import InUse, NameTaken
from domains.copies.users import told, users_of
from domains.models import DeletedDomain, Domain
from domains.quotas.amounts import Amounts
from domains.quotas.holding import hold, planned
from domains.quotas.sizes import of_copy
from hosts.models import ANSWERS
from jobs.errors import Busy
from jobs.models import Job
from jobs.services import open_job, open_job_of

logger = logging.getLogger(__name__)


def entries() -> "PermittedQuerySet[DeletedDomain]":
    """What is in the bin: not what is only just on its way into it, or came back by another way."""
    return DeletedDomain.objects.exclude(domain_id__in=Domain.objects.filter(gone_at=None).values("pk"))


def restore(entry_id: UUID, *, by: Actor) -> Job:
    """Have a deleted domain back, under its UUID and name. Raises NotThere, NotPermitted, Busy, NameTaken, Conflict."""
    with transaction.atomic():
        entry = _find(entry_id, by)
        _check(entry)
        why = in_the_way(entry)
        if why is not None:
            raise why
        audit.record(by, "domain.undelete", "domain", entry.domain_id, entry.name)
        job = _open("domain.undelete", entry, by)
        hold(job, _takes(entry), host=entry.host, owner=entry.owner, by=by, makes=True)
        return job


def purge(entry_id: UUID, *, by: Actor) -> Job:
    """Remove it for good, its chosen disks too. Raises NotThere, NotPermitted, Busy, InUse, Conflict."""
    with transaction.atomic():
        entry = _find(entry_id, by)
        _check(entry)
        why = _users(entry, by)
        if why is not None:
            raise why
        audit.record(by, "domain.purge", "domain", entry.domain_id, entry.name, volumes=_paths(entry))
        return _open("domain.purge", entry, by)


def plan_restore(entry_id: UUID, *, by: Actor) -> dict[str, Any]:
    """What restoring would meet, doing nothing. Raises NotThere, NotPermitted."""
    entry = _find(entry_id, by)
    why = _why_not(entry) or in_the_way(entry)
    quota = planned(_takes(entry), host=entry.host, owner=entry.owner, by=by)
    return {
        "allowed": why is None and all(check["ok"] for check in quota),
        "checks": [_told(why, f"No domain on {entry.host.name} has its name or UUID."), *quota],
        "changes": [{"path": "definition", "before": None, "after": entry.name, "live": True}],
    }


def plan_purge(entry_id: UUID, *, by: Actor) -> dict[str, Any]:
    """What removing it for good would meet, doing nothing. Raises NotThere, NotPermitted."""
    entry = _find(entry_id, by)
    why = _why_not(entry) or _users(entry, by)
    return {
        "allowed": why is None,
        "checks": [_told(why, "Nobody else uses what goes with it.")],
        "changes": [
            {"path": f"disk:{volume['target']}", "before": volume["path"], "after": None, "live": True}
            for volume in entry.volumes
        ],
    }


def purge_due() -> int:
    """Open the jobs that remove what has been in the bin long enough. Hosts that do not answer get another chance."""
    opened = 0
    due = DeletedDomain.objects.filter(purge_at__lte=timezone.now(), host__state__in=ANSWERS)
    for entry in due.select_related("host").order_by("purge_at")[:100]:
        try:
            with transaction.atomic():
                audit.record(
                    Actor.SYSTEM, "domain.purge", "domain", entry.domain_id, entry.name, volumes=_paths(entry)
                )
                _open("domain.purge", entry, Actor.SYSTEM)
        except Busy as busy:
            logger.info("the deleted domain %s stays for now: %s", entry.name, busy.detail)
        else:
            opened += 1
    return opened


def in_the_way(entry: DeletedDomain) -> Refused | None:
    """Why it cannot come back, as far as that is recorded."""
    back = Domain.objects.select_related("host").filter(pk=entry.domain_id, gone_at=None).first()
    if back is not None:
        return Conflict(f"{back.name} with the same UUID is on {back.host.name} already.", code="exists")
    if Domain.objects.filter(host=entry.host, name=entry.name, gone_at=None).exists():
        return NameTaken(entry.name, entry.host.name)
    return None


def _find(entry_id: UUID, by: Actor) -> DeletedDomain:
    found = entries().select_related("host", "owner")
    entry = found.permitted(by, "domain.undefine").filter(pk=entry_id).first()
    if entry is None:
        if DeletedDomain.objects.permitted(by, "domain.read").filter(pk=entry_id).exists():
            raise NotPermitted("You may see this deleted domain, but not restore or remove it.")
        raise NotThere
    return entry


def _check(entry: DeletedDomain) -> None:
    why = _why_not(entry)
    if why is not None:
        raise why


def _why_not(entry: DeletedDomain) -> Refused | None:
    """What keeps anything from being done with it now."""
    under_way = open_job_of("domain", entry.domain_id)
    if under_way is not None:
        return Busy(under_way)
    if not entry.host.answers:
        return Conflict(
            f"{entry.host.name} is {entry.host.state}. Try again when it answers.", code="host_not_up"
        )
    return None


def _users(entry: DeletedDomain, by: Actor) -> Refused | None:
    """Who stands on a volume that would go."""
    for path, users in users_of(entry.host, _paths(entry), entry=entry.pk).items():
        return InUse(path, told(users, by))
    return None


def _told(why: Refused | None, otherwise: str) -> dict[str, Any]:
    if why is None:
        return {"code": "free", "ok": True, "detail": otherwise}
    return {"code": why.code, "ok": False, "detail": why.detail}


def _open(kind: str, entry: DeletedDomain, by: Actor) -> Job:
    return open_job(
        kind,
        ("domain", entry.domain_id, entry.name),
        by=by,
        host=(entry.host_id, entry.host.name),
        cluster_id=entry.host.cluster_id,
        options={"entry": str(entry.pk)},
    )


def _takes(entry: DeletedDomain) -> dict[UUID, Amounts]:
    """What it will count for again; its disks never ceased to."""
    return {entry.domain_id: of_copy(entry.xml, [])}


def _paths(entry: DeletedDomain) -> list[str]:
    return [volume["path"] for volume in entry.volumes]
