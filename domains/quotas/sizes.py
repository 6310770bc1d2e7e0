"""What domains take, by what is recorded of them, and what a definition will take. Asks no node.

Storage is the capacity of the volumes that stand in a definition as disks to write on: what the guest may fill, however
little it has filled. Not counted: media, read-only disks, the layers below (a template's image), disks that lie in no
pool that is known, backups. Memory is what the guest may have at most, for a guest takes back what a balloon took.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from domains.models import Definition
from domains.quotas.amounts import Amounts
from hosts.models import Host
from hypervisor.errors import InvalidXML
from hypervisor.xml.domain import read_domain
from hypervisor.xml.sources import disk_uses
from storage.models import Volume

At = tuple[UUID, str]  # a host, and a path on it or `pool/volume`
_MOST_NAMED = 500  # more paths than this, and all volumes of their hosts are read


def of_definition(xml: str, host: Host, *, made: Mapping[str, int] | None = None) -> Amounts:
    """What a domain so defined takes. `made`: capacities of volumes that are not there yet, or will be larger, by path.

    Raises InvalidXML.
    """
    detail = read_domain(xml)
    return Amounts(
        domains=1,
        vcpus=detail.vcpus,
        memory_bytes=max(detail.memory_bytes, detail.max_memory_bytes),
        storage_bytes=storage_of(host, [xml], made=made),
    )


def of_copy(xml: str, capacities: Iterable[int]) -> Amounts:
    """What a copy of that definition takes whose disks become volumes of these capacities. Raises InvalidXML."""
    detail = read_domain(xml)
    memory = max(detail.memory_bytes, detail.max_memory_bytes)
    return Amounts(domains=1, vcpus=detail.vcpus, memory_bytes=memory, storage_bytes=sum(capacities))


def storage_of(host: Host, documents: Iterable[str], *, made: Mapping[str, int] | None = None) -> int:
    """Of the disks in all of these definitions of one domain, each once. Raises InvalidXML."""
    made = made or {}
    sources = {source for xml in documents for source in written(xml)}
    known = capacities({(host.pk, source) for source in sources - set(made)})
    return sum(made.get(source, known.get((host.pk, source), 0)) for source in sources)


def written(xml: str) -> set[str]:
    """The sources of a definition's disks that are written to. Raises InvalidXML."""
    return {use.source for use in disk_uses(xml) if use.source and use.device == "disk" and not use.readonly}


def disks_of(domains: Mapping[UUID, UUID], pending: Iterable[UUID]) -> dict[UUID, set[str]]:
    """The same of domains by {id: host}, as they were last read; of those with something `pending`, of both."""
    found: dict[UUID, set[str]] = {}
    for pk, disks in Definition.objects.filter(pk__in=list(domains)).values_list("pk", "disks"):
        found[pk] = {
            disk["source"]
            for disk in disks
            if disk.get("source") and disk.get("device") == "disk" and not disk.get("readonly")
        }
    for pk, *documents in Definition.objects.filter(pk__in=list(pending)).values_list(
        "pk", "live", "inactive"
    ):
        for xml in filter(None, documents):
            try:
                found[pk] |= written(xml)
            except InvalidXML:
                continue  # `disks` has what was read of it
    return found


def capacities(places: "set[At]") -> "dict[At, int]":
    """Of volumes by host and path, or `pool/volume`."""
    if not places:
        return {}
    volumes = Volume.objects.filter(pool__host_id__in={host for host, _ in places})
    if len(places) <= _MOST_NAMED:
        names = {source.partition("/")[2] for _, source in places if not source.startswith("/")}
        by_path = volumes.filter(path__in={source for _, source in places})
        volumes = by_path | volumes.filter(name__in=names) if names else by_path
    found: dict[At, int] = {}
    for host, pool, name, path, capacity in volumes.values_list(
        "pool__host_id", "pool__name", "name", "path", "capacity_bytes"
    ):
        found[host, path] = found[host, f"{pool}/{name}"] = capacity
    return found
