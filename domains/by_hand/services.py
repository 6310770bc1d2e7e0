"""Asking for another definition: the XML by hand, or a version from the journal."""

from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit, secrets
from access.actor import Actor
from access.errors import Invalid, NotThere, Refused, Stale
from domains import services
from domains.by_hand.checks import Proposal, present_xml
from domains.copies.users import reserve
from domains.disguised import may_name_paths
from domains.journal.services import newest, revision
from domains.models import Domain
from domains.quotas.holding import hold_changed, planned_change
from domains.quotas.leaving import lend, sources_of
from hypervisor.states import DomainAction
from hypervisor.xml.identity import with_names
from jobs.models import Job
from jobs.services import open_job


def request(uuid: UUID, xml: str, *, by: Actor, expected: int | None = None) -> Job:
    """Record the wish that the domain be defined so. `expected`: the version of it that the person changed.

    Raises NotThere, NotPermitted, Stale, Busy, HostSilent, Invalid and Conflict by field.
    """
    with transaction.atomic():
        domain = services.find(uuid, DomainAction.EDIT_XML, by, lock=True)
        services.check(domain, DomainAction.EDIT_XML, by)
        at = newest(domain)
        if expected is not None and expected != at:
            raise Stale(
                f"The definition of {domain.name} is at version {at} now; yours was made from {expected}."
            )
        reserve(domain.host)
        proposal = Proposal(domain, present_xml(domain), xml, by)
        proposal.refuse()
        return _open("domain.edit_xml", proposal, {"base": at})


def plan(uuid: UUID, xml: str, *, by: Actor) -> dict[str, Any]:
    """What that definition would meet and change, with nothing done. Raises NotThere, NotPermitted, Conflict."""
    domain = services.find(uuid, DomainAction.EDIT_XML, by)
    return _planned(Proposal(domain, present_xml(domain), xml, by))


def request_rollback(uuid: UUID, number: int, *, by: Actor) -> Job:
    """Record the wish to define an earlier version again. Name and UUID stay. Raises as `request` does."""
    with transaction.atomic():
        domain = services.find(uuid, DomainAction.EDIT_XML, by, lock=True)
        services.check(domain, DomainAction.EDIT_XML, by)
        reserve(domain.host)
        proposal = _earlier(domain, number, by)
        if not proposal.changes:
            raise Invalid(f"Version {number} is what {domain.name} is defined as now.")
        proposal.refuse()
        return _open("domain.rollback", proposal, {"base": newest(domain), "number": number})


def plan_rollback(uuid: UUID, number: int, *, by: Actor) -> dict[str, Any]:
    """What going back would meet and change, with nothing done. Raises as `plan` does."""
    domain = services.find(uuid, DomainAction.EDIT_XML, by)
    return _planned(_earlier(domain, number, by))


def _earlier(domain: Domain, number: int, by: Actor) -> Proposal:
    found = revision(domain, number)
    if found is None:
        raise NotThere(f"{domain.name} has no version {number}.")
    wanted = with_names(found.xml, domain.name, str(domain.pk))
    return Proposal(domain, present_xml(domain), wanted, by, field="number")


def _planned(proposal: Proposal) -> dict[str, Any]:
    planned = proposal.plan()
    if planned["allowed"]:
        quota = planned_change(proposal.domain, proposal.takes, by=proposal.by)
        planned = {
            **planned,
            "allowed": all(check["ok"] for check in quota),
            "checks": [*planned["checks"], *quota],
        }
    try:
        services.check(proposal.domain, DomainAction.EDIT_XML, proposal.by)
    except Refused as refused:
        blocked = {"code": refused.code, "ok": False, "detail": refused.detail}
        return {**planned, "allowed": False, "checks": [blocked, *planned["checks"]]}
    return planned


def _open(kind: str, proposal: Proposal, options: dict[str, Any]) -> Job:
    """The definition may hold a password that somebody typed: it is sealed, and the audit log has only what changes."""
    domain = proposal.domain
    before = {one.path: one.before for one in proposal.changes}
    changes = audit.changed(before, {one.path: one.after for one in proposal.changes})
    audit.record(proposal.by, kind, "domain", domain.pk, domain.name, **options, changes=changes)
    job = open_job(
        kind,
        ("domain", domain.pk, domain.name),
        by=proposal.by,
        host=(domain.host_id, domain.host.name),
        cluster_id=domain.host.cluster_id,
        options={
            **options,
            "sealed": secrets.seal(proposal.wanted),
            "may_host_paths": may_name_paths(proposal.by, domain.host, domain),
        },
    )
    hold_changed(job, domain, proposal.takes, by=proposal.by)
    lend(domain.host, sources_of(proposal.wanted) - sources_of(proposal.present))
    return job
