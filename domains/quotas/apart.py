"""Volumes that count for somebody though no domain has them: left behind, made in a pool, in the recycle bin."""

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from domains.models import DeletedDomain, Domain, Snapshot
from domains.quotas.sizes import At, located, written
from hypervisor.errors import InvalidXML
from hypervisor.snapshots import Kept
from storage.models import VolumeOwner
from storage.owners import Key, key_of


@dataclass(frozen=True, slots=True)
class Apart:
    """One volume, and for whom it counts."""

    key: Key
    owner: UUID | None
    cluster: UUID | None
    capacity_bytes: int


def apart(owners: Collection[UUID], clusters: Collection[UUID]) -> list[Apart]:
    """Of these people, or in these clusters. A domain that is there may have some of them all the same."""
    return [*_own(owners, clusters), *_deleted(Q(owner__in=owners) | Q(host__cluster__in=clusters))]


def layered(domains: Mapping[UUID, UUID]) -> dict[UUID, list[frozenset[Key]]]:
    """The files that snapshots made of each disk of these domains, {id: host}.

    While the domain has one of them, the others lie below or beside it: snapshots have a limit of their own.
    """
    files: dict[tuple[UUID, str], set[str]] = {}
    rows = Snapshot.objects.filter(domain__in=list(domains), external=True).order_by()
    for domain, disks in rows.values_list("domain_id", "disks"):
        for disk in disks:
            if disk["snapshot"] != Kept.NO:
                of_disk = files.setdefault((domain, disk["target"]), set())
                of_disk.update(file for file in (disk.get("before"), disk["source"]) if file)
    known = located({(domains[pk], file) for (pk, _), of_disk in files.items() for file in of_disk})
    found: dict[UUID, list[frozenset[Key]]] = {}
    for (pk, _), of_disk in files.items():
        keys = (known[domains[pk], file][0] for file in of_disk if (domains[pk], file) in known)
        found.setdefault(pk, []).append(frozenset(keys))
    return found


def _own(owners: Collection[UUID], clusters: Collection[UUID]) -> list[Apart]:
    rows = VolumeOwner.objects.filter(Q(owner__in=owners) | Q(pool__host__cluster__in=clusters))
    found = rows.exclude(owner=None).values_list(
        "pool_id", "pool__shared_id", "name", "owner_id", "pool__host__cluster_id", "capacity_bytes"
    )  # fmt: skip
    return [
        Apart(key_of(pool, shared, name), owner, cluster, capacity)
        for pool, shared, name, owner, cluster, capacity in found
    ]


def _deleted(of: Q) -> list[Apart]:
    """The disks of what is in the recycle bin lie where they lay."""
    entries = DeletedDomain.objects.filter(of).exclude(
        domain_id__in=Domain.objects.filter(gone_at=None).values("pk")
    )
    whose: list[tuple[set[At], UUID | None, UUID | None]] = []
    for owner, host, cluster, xml, volumes in entries.values_list(
        "owner_id", "host_id", "host__cluster_id", "xml", "volumes"
    ):
        sources = {volume["path"] for volume in volumes}
        with contextlib.suppress(InvalidXML):
            sources |= written(xml)
        whose.append(({(host, source) for source in sources}, owner, cluster))
    known = located({at for places, _, _ in whose for at in places})
    return [
        Apart(known[at][0], owner, cluster, known[at][1])
        for places, owner, cluster in whose
        for at in places
        if at in known
    ]
