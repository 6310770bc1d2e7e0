"""A new name for a domain that is off: asking for it, and carrying it out."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Conflict, Refused
from domains import services
from domains.copies.services import refuse_name
from domains.errors import StateForbids
from domains.migration.checks import Check
from domains.models import Domain
from hosts import looking, nodes
from hypervisor import errors
from hypervisor.states import ALLOWED_FROM, DomainAction, DomainState
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, JobKind, Succeeded, Verdict, register
from jobs.models import Job
from jobs.services import open_job


class CannotRename(Conflict):
    """Something that belongs to the domain is kept under its name."""

    code = "cannot_rename"


def request(uuid: UUID, name: str, *, by: Actor) -> Job:
    """Record the wish. Raises NotThere, NotPermitted, Busy, HostSilent, StateForbids, NameTaken, CannotRename."""
    with transaction.atomic():
        domain = services.find(uuid, DomainAction.EDIT, by, lock=True)
        _check(domain, name, by)
        changes = audit.changed({"name": domain.name}, {"name": name})
        audit.record(by, "domain.rename", "domain", domain.pk, domain.name, changes=changes)
        return open_job(
            "domain.rename",
            ("domain", domain.pk, domain.name),
            by=by,
            host=(domain.host_id, domain.host.name),
            cluster_id=domain.host.cluster_id,
            options={"name": name},
        )


def plan(uuid: UUID, name: str, *, by: Actor) -> dict[str, Any]:
    """What it would meet, doing nothing. Raises NotThere, NotPermitted."""
    domain = services.find(uuid, DomainAction.EDIT, by)
    try:
        _check(domain, name, by)
        check = Check("name", True, f"No other domain on {domain.host.name} is named {name}.")
    except Refused as refused:
        check = Check(refused.code, False, refused.detail)
    return {
        "allowed": check.ok,
        "checks": [asdict(check)],
        "changes": [{"path": "name", "before": domain.name, "after": name, "live": True}],
    }


def _check(domain: Domain, name: str, by: Actor) -> None:
    services.check(domain, DomainAction.EDIT, by)
    if DomainState(domain.state) not in ALLOWED_FROM[DomainAction.UNDEFINE]:
        raise StateForbids(domain, DomainAction.EDIT)
    if domain.has_managed_save:
        raise CannotRename(f"{domain.name} has a saved memory, which is kept under its name. Start it first.")
    refuse_name(name, domain.host, besides=domain.pk)


def rename(carrying: Carrying) -> dict[str, Any]:
    """Rename it on the node. Done by an earlier attempt: done."""
    job = carrying.job
    name = job.option("name")
    domain = Domain.objects.select_related("host").filter(pk=job.object_id, gone_at=None).first()
    if domain is None:
        raise JobFailed("not_found_on_node", f"{job.object_name} is no longer there.")
    with nodes.pooled(domain.host) as node:
        before = node.domain(job.object_id).name
        if before != name:
            carrying.touching(f"renaming it on {domain.host.name}")
            node.rename(job.object_id, name)
    looking.look(domain.host_id, "domain", job.object_id)
    return {"from": job.object_name, "to": name}


def recover_rename(job: Job) -> Verdict:
    """It has the name: done. It has not: ask for it once more."""
    domain = Domain.objects.select_related("host").filter(pk=job.object_id).first()
    if domain is None:
        raise errors.NotFound(f"{job.object_name} is no longer there.")
    with nodes.pooled(domain.host) as node:
        if node.domain(job.object_id).name != job.option("name"):
            return Again()
    looking.look(domain.host_id, "domain", job.object_id)
    return Succeeded({"from": job.object_name, "to": job.option("name")})


def register_kinds() -> None:
    register(JobKind("domain.rename", rename, recover_rename, deadline_seconds=120))
