"""What is used of quotas: domains as they are and as open jobs will make them, in a constant number of queries."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from access.models import User
from domains.models import Definition, DeletedDomain, Domain, Quota, Reservation, Snapshot
from domains.quotas.amounts import NOTHING, RESOURCES, Amounts
from domains.quotas.sizes import At, capacities, disks_of, written
from hypervisor.errors import InvalidXML
from hypervisor.xml.domain import read_domain
from jobs.models import OPEN, JobState

# So long a node's word takes at most to be written after it was given; see `_counts`.
_WRITTEN_WITHIN = timedelta(seconds=30)
_SIZES = ("vcpus", "memory_bytes", "storage_bytes", "snapshots")


@dataclass
class Use:
    """What is used of one quota: in all, and by which domain."""

    total: Amounts = NOTHING
    by_domain: dict[UUID, Amounts] = field(default_factory=dict)


@dataclass(frozen=True)
class _Standing:
    """What counts for an owner in a cluster; `domain` None: what lies in the recycle bin."""

    domain: UUID | None
    owner: UUID | None
    cluster: UUID | None
    amounts: Amounts


def used(quotas: Sequence[Quota], *, resources: Iterable[str] = RESOURCES) -> dict[UUID, Use]:
    """By quota. Resources that are not asked for may be left at 0."""
    members = _members(quotas)
    owners = {quota.user_id for quota in quotas if quota.user_id} | {
        user for of_group in members.values() for user in of_group
    }
    clusters = {quota.cluster_id for quota in quotas if not quota.user_id and not quota.group_id}
    of = Q(owner__in=owners) | Q(host__cluster__in=clusters)
    # Reservations before domains: one whose job ends in between has its domain written by then.
    reserved = _reserved(of)
    present, gone = _present(of, {row["domain_id"] for row in reserved})
    standing = [*_domains(present, set(resources)), *_deleted(of, set(resources))]
    coming = [_coming(row) for row in reserved if row["job__state"] in OPEN or row["domain_id"] not in gone]
    return {quota.pk: _add_up(quota, members, standing, coming) for quota in quotas}


def of_domain(domain: Domain) -> Amounts:
    """What one domain takes now."""
    present, _ = _present(Q(pk=domain.pk), set())
    return next((one.amounts for one in _domains(present, set(RESOURCES))), NOTHING)


def _add_up(
    quota: Quota,
    members: Mapping[UUID, set[UUID]],
    standing: Iterable[_Standing],
    coming: Iterable[_Standing],
) -> Use:
    use = Use()
    for one in (*standing, *coming):
        if not _is_of(quota, one, members):
            continue
        if one.domain is None:
            use.total += one.amounts
            continue
        known = use.by_domain.get(one.domain, NOTHING)
        use.by_domain[one.domain] = known.or_more(one.amounts)
        use.total += one.amounts.beyond(known)
    return use


def _is_of(quota: Quota, one: _Standing, members: Mapping[UUID, set[UUID]]) -> bool:
    if quota.cluster_id is not None and one.cluster != quota.cluster_id:
        return False
    if quota.user_id is not None:
        return one.owner == quota.user_id
    return quota.group_id is None or one.owner in members.get(quota.group_id, ())


def _members(quotas: Sequence[Quota]) -> dict[UUID, set[UUID]]:
    groups = {quota.group_id for quota in quotas if quota.group_id}
    found: dict[UUID, set[UUID]] = {}
    if groups:
        pairs = User.objects.filter(groups__in=groups).values_list("groups", "pk")
        for group, user in pairs:
            if group in groups:
                found.setdefault(group, set()).add(user)
    return found


def _reserved(of: Q) -> list[dict[str, Any]]:
    rows = Reservation.objects.filter(of, job__state__in=(*OPEN, JobState.SUCCEEDED)).values(
        "domain_id",
        "owner_id",
        "host__cluster_id",
        "host__seen_at",
        "job__state",
        "job__finished_at",
        *_SIZES,
    )
    return [row for row in rows if _counts(row)]


def _counts(row: Mapping[str, Any]) -> bool:
    """While its job is open; and after it succeeded until its host was heard again: then what it did is written."""
    if row["job__state"] in OPEN:
        return True
    seen, ended = row["host__seen_at"], row["job__finished_at"]
    return ended is not None and (seen is None or seen < ended + _WRITTEN_WITHIN)


def _coming(row: Mapping[str, Any]) -> _Standing:
    amounts = Amounts(domains=1, **{name: row[name] for name in _SIZES})
    return _Standing(row["domain_id"], row["owner_id"], row["host__cluster_id"], amounts)


def _present(of: Q, reserved: "set[UUID]") -> tuple[list[dict[str, Any]], set[UUID]]:
    """The domains that are there; and of those that something is reserved for, the ones that were and are gone."""
    rows = Domain.objects.filter((of & Q(gone_at=None)) | Q(pk__in=reserved)).values(
        "pk", "owner_id", "host_id", "host__cluster_id", "vcpus", "memory_bytes", "max_memory_bytes", "has_pending",
        "gone_at",
    )  # fmt: skip
    found: list[Any] = list(rows.order_by())
    return [row for row in found if row["gone_at"] is None], {
        row["pk"] for row in found if row["gone_at"] is not None
    }


def _domains(rows: Sequence[Mapping[str, Any]], resources: "set[str]") -> list[_Standing]:
    pending = [row["pk"] for row in rows if row["has_pending"]]
    later = _later(pending)
    snapshots = _snapshots([row["pk"] for row in rows]) if "snapshots" in resources else {}
    storage = _storage(rows, pending) if "storage_bytes" in resources else {}
    return [
        _Standing(
            row["pk"],
            row["owner_id"],
            row["host__cluster_id"],
            Amounts(
                domains=1,
                vcpus=row["vcpus"],
                memory_bytes=max(row["memory_bytes"], row["max_memory_bytes"]),
                storage_bytes=storage.get(row["pk"], 0),
                snapshots=snapshots.get(row["pk"], 0),
            ).or_more(later.get(row["pk"], NOTHING)),
        )
        for row in rows
    ]


def _later(pending: Sequence[UUID]) -> dict[UUID, Amounts]:
    """What the next boot brings counts already: else one would ask for it in one domain after the other."""
    found: dict[UUID, Amounts] = {}
    if not pending:
        return found
    for pk, xml in Definition.objects.filter(pk__in=pending).values_list("pk", "inactive"):
        try:
            detail = read_domain(xml or "")
        except InvalidXML:
            continue
        found[pk] = Amounts(
            vcpus=detail.vcpus, memory_bytes=max(detail.memory_bytes, detail.max_memory_bytes)
        )
    return found


def _snapshots(ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = Snapshot.objects.filter(domain__in=ids).order_by().values("domain_id")
    return dict(rows.annotate(number=Count("pk")).values_list("domain_id", "number"))


def _storage(rows: Sequence[Mapping[str, Any]], pending: Sequence[UUID]) -> dict[UUID, int]:
    hosts = {row["pk"]: row["host_id"] for row in rows}
    disks = disks_of(hosts, pending)
    known = capacities({(hosts[pk], source) for pk, sources in disks.items() for source in sources})
    return {pk: sum(known.get((hosts[pk], source), 0) for source in sources) for pk, sources in disks.items()}


def _deleted(of: Q, resources: "set[str]") -> list[_Standing]:
    """What is in the recycle bin counts for storage alone: its disks lie where they lay."""
    if "storage_bytes" not in resources:
        return []
    entries = DeletedDomain.objects.filter(of).exclude(
        domain_id__in=Domain.objects.filter(gone_at=None).values("pk")
    )
    rows = entries.values_list("pk", "owner_id", "host_id", "host__cluster_id", "xml", "volumes")
    places: dict[UUID, set[At]] = {}
    whose: dict[UUID, tuple[UUID | None, UUID | None]] = {}
    for pk, owner, host, cluster, xml, volumes in rows:
        sources = {volume["path"] for volume in volumes}
        with contextlib.suppress(InvalidXML):
            sources |= written(xml)
        places[pk] = {(host, source) for source in sources}
        whose[pk] = owner, cluster
    known = capacities({place for of_entry in places.values() for place in of_entry})
    return [
        _Standing(None, *whose[pk], Amounts(storage_bytes=sum(known.get(place, 0) for place in of_entry)))
        for pk, of_entry in places.items()
    ]
