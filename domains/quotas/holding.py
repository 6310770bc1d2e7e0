"""Checked where a job is opened, and held until what it does counts by itself: see docs/adr/0030."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from access.actor import Actor
from access.models import Group, User
from domains.models import Domain, Quota, Reservation
from domains.quotas.amounts import NOTHING, RESOURCES, Amounts
from domains.quotas.counting import Use, of_domain, used
from domains.quotas.errors import QuotaExceeded
from domains.quotas.words import refusal
from hosts.models import Host
from jobs.models import Job, JobState

Wanted = Mapping[UUID, Amounts]


def hold(job: Job, wanted: Wanted, *, host: Host, owner: User | None, by: Actor, makes: bool = False) -> None:
    """Keep for these domains what they will take in all, in the transaction that opens the job.

    `host`: where they will be; `makes`: the job makes them, and whoever `owner` is becomes theirs when they are there.
    Raises QuotaExceeded, and with it takes back what the transaction did.
    """
    refuse_beyond(wanted, host=host, owner=owner, by=by)
    Reservation.objects.filter(domain_id__in=list(wanted)).delete()  # of a job that has ended, or this one's
    Reservation.objects.bulk_create(
        Reservation(
            domain_id=domain,
            job=job,
            host=host,
            owner=owner,
            makes=makes,
            vcpus=amounts.vcpus,
            memory_bytes=amounts.memory_bytes,
            storage_bytes=amounts.storage_bytes,
            snapshots=amounts.snapshots,
        )
        for domain, amounts in wanted.items()
    )


def hold_changed(job: Job, domain: Domain, wanted: Callable[[], Amounts], *, by: Actor) -> None:
    """The same for a domain that is there, in place of which `wanted` will be; asked only where a quota counts it."""
    if concerning(domain.owner, domain.host.cluster_id).exists():
        hold(job, {domain.pk: wanted()}, host=domain.host, owner=domain.owner, by=by)


def planned_change(domain: Domain, wanted: Callable[[], Amounts], *, by: Actor) -> list[dict[str, Any]]:
    """The same as a plan's check."""
    if not concerning(domain.owner, domain.host.cluster_id).exists():
        return []
    return planned({domain.pk: wanted()}, host=domain.host, owner=domain.owner, by=by)


def release(job: Job) -> None:
    """At the job's end: what it did counts by itself by now. Where nobody wrote it yet, it is held on.

    That is while no nodewatch hears the host: see domains.quotas.counting.
    """
    for held in Reservation.objects.filter(job=job):
        if job.state != JobState.SUCCEEDED and job.attempt and held.makes:
            # It may have come to be all the same, unseen as yet: then it has an owner when it shows.
            if not Domain.objects.filter(pk=held.domain_id, gone_at=None).exists():
                continue
        elif job.state == JobState.SUCCEEDED:
            row = Domain.objects.filter(pk=held.domain_id, gone_at=None).first()
            there = of_domain(row) if row is not None else NOTHING
            if amounts_of(held).beyond(there) != NOTHING:
                continue
        held.delete()


def pass_on(job: Job, domain_id: UUID) -> None:
    """From a parent to the child that was just opened: it counts as long as that one does."""
    Reservation.objects.filter(domain_id=domain_id, job=job.parent_id).update(job=job)


def refuse_beyond(wanted: Wanted, *, host: Host, owner: User | None, by: Actor) -> None:
    """The check alone. Until the transaction ends, nobody else is given anything of the same quotas.

    Raises QuotaExceeded.
    """
    quotas = concerning(owner, host.cluster_id).order_by("pk").select_for_update(of=("self",))
    why = _beyond(list(quotas), wanted, owner, by)
    if why is not None:
        raise why


def planned(wanted: Wanted, *, host: Host, owner: User | None, by: Actor) -> list[dict[str, Any]]:
    """The same as a plan's check, doing nothing; none where no quota is concerned."""
    quotas = list(concerning(owner, host.cluster_id).order_by("pk"))
    if not quotas:
        return []
    why = _beyond(quotas, wanted, owner, by)
    detail = why.detail if why is not None else "It is within the quota."
    return [{"code": "quota", "ok": why is None, "detail": detail}]


def concerning(owner: User | None, cluster_id: UUID | None) -> QuerySet[Quota]:
    """The quotas that count a domain of this owner there."""
    of = Q(user=None, group=None)
    if owner is not None:
        groups = list(Group.objects.filter(users=owner).values_list("pk", flat=True))
        of |= Q(user=owner) | Q(group__in=groups)
    return Quota.objects.filter(of, Q(cluster=None) | Q(cluster=cluster_id)).select_related(
        "group", "cluster"
    )


def amounts_of(held: Reservation) -> Amounts:
    return Amounts(1, held.vcpus, held.memory_bytes, held.storage_bytes, held.snapshots)


def _beyond(quotas: Sequence[Quota], wanted: Wanted, owner: User | None, by: Actor) -> QuotaExceeded | None:
    limited = {name for quota in quotas for name in RESOURCES if getattr(quota, name) is not None}
    if not limited:
        return None
    uses = used(quotas, resources=limited)
    for quota in quotas:
        use = uses[quota.pk]
        asked = _asked(use, wanted)
        for name in RESOURCES:
            limit, more = getattr(quota, name), getattr(asked, name)
            if limit is not None and more and getattr(use.total, name) + more > limit:
                return refusal(quota, name, limit, getattr(use.total, name), more, owner=owner, by=by)
    return None


def _asked(use: Use, wanted: Wanted) -> Amounts:
    """What comes to what counts already. Nothing of what a domain has is asked for again."""
    asked = NOTHING
    for domain, amounts in wanted.items():
        asked += amounts.beyond(use.by_domain.get(domain, NOTHING))
    return asked
