"""Whether a domain's disks are there when it arrives: on the network, in a pool that both hosts share, or copied.

Computed from what is recorded; asks no node. libvirt itself refuses to move a domain whose files are on a file system
that it does not know as shared. Where an administrator stated that a folder is, it is told so, but only for disks whose
writes the host does not keep back (cache none or directsync): see docs/adr/0020.
"""

import os.path
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from domains.copies.disks import Places
from domains.models import Definition
from hosts.models import Host
from hypervisor.errors import InvalidXML
from hypervisor.xml.sources import disk_uses
from storage.models import Pool
from storage.pools.shared import within

_UNCACHED = frozenset({"none", "directsync"})
# Devices of one machine: the same path on another one is another disk.
_OWN_DEVICES = frozenset({"logical", "disk", "zfs"})
_LOCAL = frozenset({"file", "block", "volume"})


@dataclass
class Arrival:
    """What becomes of the disks. `kept`: those that are there already and must not be copied over themselves."""

    kept: list[str] = field(default_factory=list)
    stated: list[str] = field(default_factory=list)  # of these: by an administrator's word alone
    copied: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)  # sentences
    wrong: list[str] = field(default_factory=list)  # sentences

    @property
    def ok(self) -> bool:
        return not self.wrong

    @property
    def vouched(self) -> bool:
        """Whether libvirt may be told that the disks it calls unsafe are shared."""
        return bool(self.stated) and not self.unsure and not self.wrong

    def words(self) -> str:
        """All of it as sentences."""
        if self.wrong:
            return " ".join(self.wrong)
        said = list(self.unsure)
        if self.kept:
            how = " by an administrator's word" if self.stated else ""
            said.append(f"{', '.join(self.kept)}: in storage that both hosts share{how}.")
        if self.copied:
            said.append(f"{len(self.copied)} disks are copied.")
        return " ".join(said) or "Its disks are network disks, or it has none."


def arrival(definition: Definition | None, source: Host, destination: Host, *, copy_storage: bool) -> Arrival:
    """What becomes of a domain's disks when it moves."""
    found = Arrival()
    disks = [
        disk
        for disk in (definition.disks if definition else [])
        if disk["source"] and not disk["readonly"] and disk["type"] in _LOCAL
    ]
    if definition is None or not disks:
        return found
    caches = _caches(definition)
    places = Places(source)
    here = list(Pool.objects.filter(host=source).select_related("shared"))
    there = list(Pool.objects.filter(host=destination))
    for disk in disks:
        _decide(found, disk, _pool_of(disk, places, here), there, (source, destination), copy_storage)
    for target in found.stated:
        if caches.get(target, "") not in _UNCACHED:
            found.wrong.append(
                f"{target}: its host caches what is written (cache {caches.get(target) or 'default'}), and its folder "
                "is shared by an administrator's word alone. Set the cache to none or directsync."
            )
    return found


def _decide(
    found: Arrival,
    disk: dict[str, Any],
    at: tuple[str, Pool | None],
    there: Iterable[Pool],
    hosts: tuple[Host, Host],
    copy_storage: bool,
) -> None:
    path, pool = at
    target, (source, destination) = disk["target"], hosts
    if pool is not None and pool.shared is not None:
        peer = next((one for one in there if one.shared_id == pool.shared_id), None)
        if peer is not None and _same_place(disk, pool, peer):
            if peer.state != "running":
                found.wrong.append(f"{target}: {peer.name} is {peer.state} on {destination.name}. Start it.")
                return
            found.kept.append(target)
            found.stated += [target] if pool.shared.stated else []
            return
        if peer is not None and not copy_storage:
            found.wrong.append(
                f"{target}: {pool.name} is shared with {destination.name}, but elsewhere there: {peer.target}."
            )
            return
    if copy_storage:
        folders = {one.target for one in there if one.state == "running"}
        if os.path.dirname(path or disk["source"]) in folders:
            found.copied.append(target)
        else:
            found.wrong.append(f"{destination.name} has no running pool for {path or disk['source']}.")
        return
    if pool is not None and (pool.type in _OWN_DEVICES or disk["type"] == "volume"):
        found.wrong.append(
            f"{target}: it lies in {pool.name}, which {source.name} shares with nobody that is known. Copy its storage "
            "with it, or state that the pool is shared."
        )
        return
    where = f"in {pool.name}, which is not known to be shared" if pool is not None else "in no pool"
    found.unsure.append(f"{target} is {where}: libvirt refuses unless it knows the file system as shared.")


def _same_place(disk: dict[str, Any], pool: Pool, peer: Pool) -> bool:
    """Whether the definition names the same thing on both hosts."""
    return pool.name == peer.name if disk["type"] == "volume" else pool.target == peer.target


def _pool_of(disk: dict[str, Any], places: Places, here: Iterable[Pool]) -> tuple[str, Pool | None]:
    """The disk's path, and the pool that it lies in."""
    if disk["type"] == "volume":
        name = disk["source"].partition("/")[0]
        path = places.path("volume", disk["source"])
        return path, next((pool for pool in here if pool.name == name), None)
    inside = [pool for pool in here if within(disk["source"], pool) is not None]
    return disk["source"], max(inside, key=lambda pool: len(pool.target), default=None)


def _caches(definition: Definition) -> dict[str, str]:
    try:
        return {use.target: use.cache for use in disk_uses(definition.live or definition.inactive or "")}
    except InvalidXML:
        return {}
