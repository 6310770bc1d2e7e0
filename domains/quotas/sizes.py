"""What domains take, by what is recorded of them, and what a definition will take. Asks no node.

Storage is the capacity of the volumes that stand in a definition as disks to write on: what the guest may fill, however
little it has filled. Not counted: media, read-only disks, the layers below (a template's image), disks that lie in no
pool that is known, backups. Memory is what the guest may have at most, for a guest takes back what a balloon took.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from domains.models import Definition, Domain
from domains.quotas.amounts import Amounts
from hosts.models import Host
from hypervisor.errors import InvalidXML
from hypervisor.xml.domain import read_domain
from hypervisor.xml.sources import disk_uses
from storage.models import Volume, VolumeOwner
from storage.owners import Key, key_of

At = tuple[UUID, str]  # a host, and a path on it or `pool/volume`
_MOST_NAMED = 500  # more paths than this, and all volumes of their hosts are read


def of_definition(
    xml: str, host: Host, *, made: Mapping[str, int] | None = None, of: Domain | None = None
) -> Amounts:
    """What a domain so defined takes. `made`: capacities of volumes that are not there yet, or will be larger, by path.

    `of`: the domain that is defined so. What its owner has outside of it counts already, and comes for nothing.
    Raises InvalidXML.
    """
    detail = read_domain(xml)
    return Amounts(
        domains=1,
        vcpus=detail.vcpus,
        memory_bytes=max(detail.memory_bytes, detail.max_memory_bytes),
        storage_bytes=storage_of(host, [xml], made=made) - (_has_already(of, written(xml)) if of else 0),
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
    known = located({(host.pk, source) for source in sources - set(made)})
    return sum(dict(known.values()).values()) + sum(made[source] for source in sources & set(made))


def of_sources(domain: Domain, sources: "set[str]") -> int:
    """Bytes of a domain that will have these disks. What its owner has outside of it comes for nothing."""
    known = located({(domain.host_id, source) for source in sources})
    return sum(dict(known.values()).values()) - _has_already(domain, sources)


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


def located(places: "set[At]") -> "dict[At, tuple[Key, int]]":
    """The volumes at these places that are known: which one it is, and its capacity."""
    return {at: (_key(volume), volume.capacity_bytes) for at, volume in volumes_at(places).items()}


def volumes_at(places: "set[At]") -> dict[At, Volume]:
    """The same as rows, by host and path, or `pool/volume`."""
    if not places:
        return {}
    volumes = Volume.objects.filter(pool__host_id__in={host for host, _ in places})
    if len(places) <= _MOST_NAMED:
        names = {source.partition("/")[2] for _, source in places if not source.startswith("/")}
        by_path = volumes.filter(path__in={source for _, source in places})
        volumes = by_path | volumes.filter(name__in=names) if names else by_path
    found: dict[At, Volume] = {}
    for volume in volumes.select_related("pool").only(
        "name", "path", "capacity_bytes", "pool__host_id", "pool__name", "pool__shared_id", "pool__target"
    ):
        host = volume.pool.host_id
        found[host, volume.path] = found[host, f"{volume.pool.name}/{volume.name}"] = volume
    return {at: found[at] for at in places if at in found}


def _has_already(domain: Domain, sources: "set[str]") -> int:
    """Bytes of the volumes among these that are its owner's by themselves, and that it has not now."""
    if domain.owner_id is None:
        return 0
    now = disks_of({domain.pk: domain.host_id}, [domain.pk]).get(domain.pk, set())
    there = volumes_at({(domain.host_id, source) for source in sources - now})
    if not there:
        return 0
    rows = VolumeOwner.objects.filter(owner=domain.owner_id, name__in={one.name for one in there.values()})
    own = {
        key_of(pool, shared, name)
        for pool, shared, name in rows.values_list("pool_id", "pool__shared_id", "name")
    }
    return sum(
        size for key, size in {_key(one): one.capacity_bytes for one in there.values()}.items() if key in own
    )


def _key(volume: Volume) -> Key:
    return key_of(volume.pool_id, volume.pool.shared_id, volume.name)
