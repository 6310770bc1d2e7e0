"""Where the disks of a definition lie, by what is known of a host's pools. Asks no node."""

import os.path
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from domains.models import Domain
from hosts.models import Host
from hypervisor.xml.sources import DiskUse, disk_uses
from storage.models import Pool, Volume


@dataclass(frozen=True, slots=True)
class Place:
    """A volume: its pool (our id, and libvirt's UUID on that host), its name there and its path on the node.

    The sizes are 0 where the pool was not read since the volume was made.
    """

    pool_id: UUID
    pool_uuid: UUID
    name: str
    path: str
    format: str
    type: str  # file, block …
    capacity_bytes: int
    allocation_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk with where it lies; `place` is None for what is in no pool, and for what no node keeps (network disks)."""

    use: DiskUse
    path: str
    place: Place | None


class Places:
    """What is known of one host's pools, read once."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._pools = {pool.name: pool for pool in Pool.objects.filter(host=host)}
        self._folders = {pool.target: pool for pool in self._pools.values() if pool.target}

    def disks(self, xml: str) -> list[Disk]:
        """All disks of a definition that have something in them."""
        uses = [use for use in disk_uses(xml) if use.source]
        paths = {use.source for use in uses if use.type != "volume"}
        known = {
            volume.path: volume
            for volume in Volume.objects.filter(pool__host=self.host, path__in=paths).select_related("pool")
        }
        return [self._disk(use, known) for use in uses]

    def path(self, use_type: str, source: str) -> str:
        """The path behind a source as a definition names it; "" for a volume of a pool that is not known."""
        if use_type != "volume":
            return source
        found = self._by_name(source)
        return found.path if found is not None else ""

    def _disk(self, use: DiskUse, known: dict[str, Volume]) -> Disk:
        volume = self._by_name(use.source) if use.type == "volume" else known.get(use.source)
        if volume is not None:
            return Disk(
                use,
                volume.path,
                Place(
                    volume.pool.pk,
                    volume.pool.uuid,
                    volume.name,
                    volume.path,
                    volume.format or use.format,
                    volume.type or "file",
                    volume.capacity_bytes,
                    volume.allocation_bytes,
                ),
            )
        if use.type != "file":
            return Disk(use, "" if use.type == "volume" else use.source, None)
        folder, name = os.path.split(use.source)
        pool = self._folders.get(folder)
        if pool is None:
            return Disk(use, use.source, None)
        # Made since the pool was last read.
        return Disk(use, use.source, Place(pool.pk, pool.uuid, name, use.source, use.format, "file", 0))

    def _by_name(self, source: str) -> Volume | None:
        pool_name, _, name = source.partition("/")
        pool = self._pools.get(pool_name)
        if pool is None:
            return None
        return Volume.objects.filter(pool=pool, name=name).select_related("pool").first()


def definition_xml(domain: Domain) -> str:
    """What is known of a domain's definition, the next boot's where there are two; "" while none was read."""
    definition = getattr(domain, "definition", None)
    if definition is None:
        return ""
    return definition.inactive or definition.live or ""


def own_disks(disks: Iterable[Disk]) -> list[Disk]:
    """Those that are their domain's alone and lie in a pool: what can be deleted with it."""
    return [disk for disk in disks if disk.use.own and disk.place is not None]


def named(disks: Sequence[Disk]) -> str:
    """For a sentence: `vda, vdb`."""
    return ", ".join(disk.use.target for disk in disks)
