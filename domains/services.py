"""What people wish of domains. Each wish: permission, is it possible now, job and audit row in one transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import NotPermitted, NotThere, Refused
from domains.copies.bases import refuse_base
from domains.copies.errors import Protected
from domains.errors import HostSilent, StateForbids
from domains.models import Domain
from hypervisor.states import ALLOWED_FROM, DomainAction, DomainState
from jobs.errors import Busy
from jobs.models import Job
from jobs.services import open_job, open_job_of


def find(uuid: UUID, action: DomainAction, by: Actor, *, lock: bool = False) -> Domain:
    """The domain, if `by` may do that to it. NotThere when they may not even see it, NotPermitted when they may."""
    domains = Domain.objects.filter(gone_at=None).select_related("host")
    if lock:
        domains = domains.select_for_update(of=("self",))
    domain = domains.permitted(by, f"domain.{action}").filter(pk=uuid).first()
    if domain is None:
        if domains.permitted(by, "domain.read").filter(pk=uuid).exists():
            raise NotPermitted(f"You may see this domain, but not {action} it.")
        raise NotThere
    return domain


def check(domain: Domain, action: DomainAction, by: Actor) -> None:
    """Raises Busy, HostSilent, StateForbids, Protected, InUse: the action is not possible now, and what helps most."""
    under_way = open_job_of("domain", domain.pk)
    if under_way is not None:
        raise Busy(under_way)
    if not domain.host.answers:
        raise HostSilent(domain)
    if DomainState(domain.state) not in ALLOWED_FROM[action]:
        raise StateForbids(domain, action)
    if action is DomainAction.UNDEFINE and domain.protected:
        raise Protected(domain)
    if action in {DomainAction.START, DomainAction.RESTORE}:
        refuse_base(domain, by)


def request(
    action: DomainAction,
    uuid: UUID,
    *,
    by: Actor,
    options: Mapping[str, Any] | None = None,
    parent: Job | None = None,
) -> Job:
    """Record the wish. A worker carries it out; nodewatch reports what came of it. `parent`: what it is a part of.

    Raises NotThere, NotPermitted, Busy, HostSilent, StateForbids.
    """
    with transaction.atomic():
        domain = find(uuid, action, by, lock=True)
        check(domain, action, by)
        return _open(action, domain, by, dict(options or {}), parent)


def plan(action: DomainAction, uuid: UUID, *, by: Actor) -> dict[str, Any]:
    """What the action would meet now, doing nothing: is it allowed, and why not. Raises NotThere, NotPermitted."""
    domain = find(uuid, action, by)
    try:
        check(domain, action, by)
    except Refused as refused:
        return {"allowed": False, "checks": [{"code": refused.code, "ok": False, "detail": refused.detail}]}
    return {
        "allowed": True,
        "checks": [{"code": "state", "ok": True, "detail": f"{domain.name} is {domain.state}."}],
    }


def _open(
    action: DomainAction, domain: Domain, by: Actor, options: dict[str, Any], parent: Job | None
) -> Job:
    audit.record(by, f"domain.{action}", "domain", domain.pk, domain.name, **options)
    seconds = options.get("timeout_seconds") if action is DomainAction.SHUTDOWN else None
    return open_job(
        f"domain.{action}",
        ("domain", domain.pk, domain.name),
        by=by,
        host=(domain.host_id, domain.host.name),
        cluster_id=domain.host.cluster_id,
        options=options,
        deadline_seconds=seconds,
        parent=parent,
    )
