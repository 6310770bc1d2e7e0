"""Giving a domain another owner: then it counts against that one's quota."""

from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Invalid, NotThere, Stale
from access.models import User
from access.services.checks import need
from domains.models import Domain, Reservation
from domains.owners import make_owner
from domains.quotas.amounts import Amounts
from domains.quotas.counting import of_domain
from domains.quotas.holding import amounts_of, planned, refuse_beyond
from domains.quotas.leaving import hand_over


def give(uuid: UUID, owner_id: UUID | None, *, by: Actor, version: int | None = None) -> None:
    """Make it that user's, or nobody's. Raises NotThere, NotPermitted, Stale, Invalid, QuotaExceeded."""
    with transaction.atomic():
        domain = _find(uuid, by, lock=True)
        if version is not None and domain.version != version:
            raise Stale(f"{domain.name} changed meanwhile; look at it again.")
        owner = _owner(owner_id)
        if domain.owner_id == owner_id:
            return
        before, after = _name(domain.owner), _name(owner)
        refuse_beyond({domain.pk: _takes(domain)}, host=domain.host, owner=owner, by=by)
        if domain.owner is not None:
            hand_over(domain, domain.owner, owner)
        make_owner(domain, owner, by)
        Reservation.objects.filter(domain_id=domain.pk).update(owner=owner)
        changes = {"owner": {"before": before, "after": after}}
        audit.record(by, "domain.edit", "domain", domain.pk, domain.name, changes=changes)


def plan(uuid: UUID, owner_id: UUID | None, *, by: Actor) -> dict[str, Any]:
    """What it would meet, doing nothing. Raises NotThere, NotPermitted, Invalid."""
    domain = _find(uuid, by)
    owner = _owner(owner_id)
    checks = planned({domain.pk: _takes(domain)}, host=domain.host, owner=owner, by=by)
    before, after = _name(domain.owner), _name(owner)
    return {
        "allowed": all(check["ok"] for check in checks),
        "checks": checks,
        "changes": [{"path": "owner", "before": before, "after": after, "live": True}]
        if before != after
        else [],
    }


def _find(uuid: UUID, by: Actor, *, lock: bool = False) -> Domain:
    domains = Domain.objects.filter(gone_at=None).select_related("host", "owner")
    if lock:
        domains = domains.select_for_update(of=("self",))
    domain = domains.permitted(by, "domain.read").filter(pk=uuid).first()
    if domain is None:
        raise NotThere
    need(by, "grant.manage")
    return domain


def _owner(id: UUID | None) -> User | None:
    if id is None:
        return None
    owner: User | None = User.objects.filter(pk=id).first()
    if owner is None:
        raise Invalid("There is no such user.", errors={"owner": ["There is no such user."]})
    return owner


def _takes(domain: Domain) -> Amounts:
    """Now, or once the job is done that is under way."""
    held = Reservation.objects.filter(domain_id=domain.pk).first()
    now = of_domain(domain)
    return now if held is None else now.or_more(amounts_of(held))


def _name(user: User | None) -> str | None:
    return user.username if user is not None else None
