"""What is used of quotas: domains as they are and as open jobs will make them, in a constant number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from access.models import User
from domains.models import Definition, Domain, Quota, Reservation, Snapshot
from domains.quotas.amounts import NOTHING, RESOURCES, Amounts
from domains.quotas.apart import Apart, apart, layered
from domains.quotas.lasting import LASTING, lasts
from domains.quotas.sizes import disks_of, located
from hypervisor.errors import InvalidXML
from hypervisor.xml.domain import read_domain
from jobs.models import OPEN
from storage.owners import Key

_SIZES = ("vcpus", "memory_bytes", "storage_bytes", "snapshots")


@dataclass
class Use:
    """What is used of one quota: in all, and by which domain."""

    total: Amounts = NOTHING
    by_domain: dict[UUID, Amounts] = field(default_factory=dict)


@dataclass(frozen=True)
class _Standing:
    """What a domain counts for its owner in its cluster, now or once a job is done. `volumes`: what it has now."""

    domain: UUID
    owner: UUID | None
    cluster: UUID | None
    amounts: Amounts
    volumes: frozenset[Key] = frozenset()


def used(quotas: Sequence[Quota], *, resources: Iterable[str] = RESOURCES) -> dict[UUID, Use]:
    """By quota. Resources that are not asked for may be left at 0."""
    members = _members(quotas)
    owners: set[UUID] = {quota.user_id for quota in quotas if quota.user_id is not None} | {
        user for of_group in members.values() for user in of_group
    }
    clusters: set[UUID] = {
        quota.cluster_id
        for quota in quotas
        if quota.cluster_id is not None and quota.user_id is None and quota.group_id is None
    }
    of = Q(owner__in=owners) | Q(host__cluster__in=clusters)
    # Reservations before domains: one whose job ends in between has its domain written by then.
    reserved = _reserved(of)
    present, gone = _present(of, {row["domain_id"] for row in reserved})
    standing = _domains(present, set(resources))
    # Last: what a domain lets go meanwhile is met twice then, and counted once.
    beside = apart(owners, clusters) if "storage_bytes" in resources else []
    layers = layered({row["pk"]: row["host_id"] for row in present}) if beside else {}
    coming = [_coming(row) for row in reserved if row["job__state"] in OPEN or row["domain_id"] not in gone]
    return {quota.pk: _add_up(quota, members, standing, coming, beside, layers) for quota in quotas}


def of_domain(domain: Domain) -> Amounts:
    """What one domain takes now."""
    present, _ = _present(Q(pk=domain.pk), set())
    return next((one.amounts for one in _domains(present, set(RESOURCES))), NOTHING)


def _add_up(
    quota: Quota,
    members: Mapping[UUID, set[UUID]],
    standing: Iterable[_Standing],
    coming: Iterable[_Standing],
    beside: Iterable[Apart],
    layers: Mapping[UUID, Sequence[frozenset[Key]]],
) -> Use:
    use = Use()
    counted: set[Key] = set()
    for one in (*standing, *coming):
        if not _is_of(quota, one, members):
            continue
        counted |= one.volumes.union(*(each for each in layers.get(one.domain, ()) if each & one.volumes))
        known = use.by_domain.get(one.domain, NOTHING)
        use.by_domain[one.domain] = known.or_more(one.amounts)
        use.total += one.amounts.beyond(known)
    for volume in beside:
        if volume.key not in counted and _is_of(quota, volume, members):
            counted.add(volume.key)
            use.total += Amounts(storage_bytes=volume.capacity_bytes)
    return use


def _is_of(quota: Quota, one: "_Standing | Apart", members: Mapping[UUID, set[UUID]]) -> bool:
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
    rows = Reservation.objects.filter(of).values(
        "domain_id", "owner_id", "host__cluster_id", *LASTING, *_SIZES
    )
    return [row for row in rows if lasts(row)]


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
    none: dict[Key, int] = {}
    return [
        _Standing(
            row["pk"],
            row["owner_id"],
            row["host__cluster_id"],
            Amounts(
                domains=1,
                vcpus=row["vcpus"],
                memory_bytes=max(row["memory_bytes"], row["max_memory_bytes"]),
                storage_bytes=sum(storage.get(row["pk"], none).values()),
                snapshots=snapshots.get(row["pk"], 0),
            ).or_more(later.get(row["pk"], NOTHING)),
            frozenset(storage.get(row["pk"], none)),
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


def _storage(rows: Sequence[Mapping[str, Any]], pending: Sequence[UUID]) -> dict[UUID, dict[Key, int]]:
    hosts = {row["pk"]: row["host_id"] for row in rows}
    disks = disks_of(hosts, pending)
    known = located({(hosts[pk], source) for pk, sources in disks.items() for source in sources})
    return {
        pk: dict(known[hosts[pk], source] for source in sources if (hosts[pk], source) in known)
        for pk, sources in disks.items()
    }
