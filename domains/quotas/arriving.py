"""Whoever asked for a new domain owns it as soon as it is there, whatever becomes of the worker that made it."""

from collections.abc import Collection
from uuid import UUID

from access.actor import Actor
from domains.models import Domain, Reservation
from domains.owners import make_owner
from domains.quotas.lasting import LASTING, lasts


def give_to_askers(appeared: Collection[UUID]) -> None:
    """Of domains that a node shows for the first time, or again: those that a job made. The others have no owner.

    Only what the job made, where it makes it and while it may show: people may choose UUIDs, and what comes under one
    long after a wish that came to nothing is another's.

    Call it in the transaction that writes them, so that nobody sees one that is nobody's yet.
    """
    wanted = Reservation.objects.filter(domain_id__in=list(appeared), makes=True)
    rows = wanted.values("pk", *LASTING)
    lasting = [row["pk"] for row in rows if lasts(row)]
    if not lasting:
        return
    domains = Domain.objects.select_related("host").in_bulk(list(appeared))
    for one in wanted.filter(pk__in=lasting).select_related("owner", "job__requested_by"):
        domain = domains.get(one.domain_id)
        if domain is not None and domain.host_id == one.host_id:
            make_owner(domain, one.owner, by=Actor(user=one.job.requested_by))
