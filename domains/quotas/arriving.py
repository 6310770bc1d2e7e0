"""Whoever asked for a new domain owns it as soon as it is there, whatever becomes of the worker that made it."""

from collections.abc import Collection
from uuid import UUID

from access.actor import Actor
from domains.models import Domain, Reservation
from domains.owners import make_owner


def give_to_askers(appeared: Collection[UUID]) -> None:
    """Of domains that a node shows for the first time, or again: those that a job made. The others have no owner.

    Call it in the transaction that writes them, so that nobody sees one that is nobody's yet.
    """
    wanted = Reservation.objects.filter(domain_id__in=list(appeared), makes=True)
    for one in wanted.select_related("owner", "job__requested_by"):
        domain = Domain.objects.select_related("host").get(pk=one.domain_id)
        make_owner(domain, one.owner, by=Actor(user=one.job.requested_by))
