"""The disks of a new domain: which volumes are made, copied or taken as they are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Q

from access.actor import Actor
from domains.backups.users import standing_on
from domains.copies.users import told, users_of
from domains.creation.complaints import Complaints
from domains.creation.frame import Frame
from domains.volume_users import kept_otherwise
from hosts.models import Host
from hypervisor.newdomain import NewDisk
from storage.models import Pool, Volume
from storage.pools.shared import pool_on, volume_on
from storage.second import lacks_attaching, lacks_making, lacks_reading

MIB, GIB = 2**20, 2**30
# Pools in which volumes can be made by name and size, and those whose volumes have a path before they exist.
WRITABLE = frozenset({"dir", "fs", "netfs", "logical", "gluster", "rbd", "zfs", "vstorage"})
_WITH_PATHS = frozenset({"dir", "fs", "netfs", "vstorage"})
_FORMATLESS = frozenset({"logical", "rbd", "zfs", "iscsi", "iscsi-direct", "scsi", "disk", "mpath"})
_DEEPEST = 32  # layers
_OURS = frozenset({"raw", "qcow2"})


@dataclass(frozen=True, slots=True)
class Made:
    """A volume that the creation makes. `path` is where it is expected; "" where its pool decides."""

    pool_id: UUID
    pool_uuid: UUID
    name: str
    capacity_bytes: int
    format: str  # "": the pool keeps no files
    path: str
    source: str = ""  # the path of the volume that it is a copy of
    backing: str = ""  # the path of the volume that it is a layer over
    backing_format: str = ""


@dataclass(frozen=True, slots=True)
class Storage:
    """The disks, and what is to be made for them before the domain is defined."""

    disks: tuple[NewDisk, ...]
    made: tuple[Made, ...]


class Disks:
    """Decides the disks of one domain. What cannot be is complained about by field."""

    def __init__(self, name: str, host: Host, frame: Frame, by: Actor, complaints: Complaints) -> None:
        self.name = name
        self.host = host
        self.frame = frame
        self.by = by
        self.complaints = complaints
        self.disks: list[NewDisk] = []
        self.made: list[Made] = []
        self._spent: dict[UUID, int] = {}
        self._taken: set[str] = set()
        self._in_use: dict[str, str] = {}

    def decided(self) -> Storage:
        return Storage(tuple(self.disks), tuple(self.made))

    def add(self, wish: Mapping[str, Any], field: str) -> None:
        """One disk as it was asked for."""
        given = [name for name in ("volume", "copy_of", "backing") if name in wish]
        if len(given) > 1:
            self.complaints.add(f"{field}.{given[1]}", f"Not together with {given[0]}.")
            return
        device = wish.get("device", "disk")
        if not given and device != "disk":
            self.put(NewDisk(device=device), wish, field)
        elif given == ["volume"]:
            self._add_existing(wish, field)
        else:
            self._add_made(wish, field, given[0] if given else "")

    def add_image(self, image: UUID, wish: Mapping[str, Any], field: str) -> None:
        """The first disk of a cloud image: a copy, as large as the system likes it at least."""
        source = self.volume(image, "cloud_image")
        if source is None:
            return
        wanted = {"capacity_bytes": max(source.capacity_bytes, self.frame.system.disk_bytes), **wish}
        self._add_made({**wanted, "copy_of": image}, field, "copy_of", named="cloud_image")

    def add_default(self) -> None:
        """A new disk, where the host has a pool to make it in."""
        if default_pool(self.host, self.by) is not None:
            self._add_made({}, "disks.0", "")

    def volume(self, id: UUID, field: str) -> Volume | None:
        """A volume of the host that the person may see, whoever uses it; of shared storage by any host's id."""
        here = volume_on(id, self.host)
        seen = Volume.objects.permitted(self.by, "pool.read").select_related("pool")
        found = seen.filter(pk=here.pk).first() if here is not None else None
        if found is None:
            self.complaints.add(field, f"There is no such volume on {self.host.name}.")
        elif found.pool.state != "running":
            self.complaints.add(field, f"Its pool {found.pool.name} is {found.pool.state}.")
        elif outside := self._stands_on(found):
            self.complaints.add(
                field,
                f"{found.name} is a layer over {outside}, which is in no pool; that needs the permission "
                "domain.host_paths.",
            )
        elif parts := standing_on({self.host.pk: [found.path]}, self.by):
            # It holds what another domain had, and goes with its backup whoever stands on it.
            words = parts[self.host.pk, found.path].words
            self.complaints.add(field, f"{found.name} is a part of {words}: restore that instead.")
        return found

    def _stands_on(self, volume: Volume) -> str:
        """A file outside of all pools that an image names as what it is a layer over: whoever made it could read it."""
        if self.by.scope("domain.host_paths").covers({"host": self.host.pk, "cluster": self.host.cluster_id}):
            return ""
        for _ in range(_DEEPEST):
            if not volume.backing:
                return ""
            below = Volume.objects.filter(pool__host=self.host, path=volume.backing).first()
            if below is None:
                return volume.backing
            volume = below
        return volume.path

    def check_unused(self, volume: Volume, field: str) -> None:
        """A disk that is written to is one domain's alone."""
        users = users_of(self.host, [volume.path]).get(volume.path, [])
        kept = kept_otherwise(self.host, volume.path, self.by)
        if users:
            self.complaints.add(field, f"{volume.name} is used by {told(users, self.by)[0]} already.")
        elif kept is not None:  # what a guest writes there would spoil it
            self.complaints.add(field, f"{volume.name} is used by {kept.words} already.")
        if volume.path in self._in_use:
            self.complaints.add(field, f"{volume.name} is a disk of this domain already.")
        self._in_use[volume.path] = field

    def may_give(self, volume: Volume, field: str, *, read_only: bool) -> None:
        """Whether the person may give it to a domain."""
        if lacking := lacks_attaching(volume, self.by, read_only=read_only):
            self.complaints.add(field, lacking)

    def add_medium(self, volume: Volume, device: str = "cdrom") -> None:
        """A medium that is only read: others may have it too."""
        self.put(of_volume(volume, device), {"device": device}, device)

    def _add_existing(self, wish: Mapping[str, Any], field: str) -> None:
        volume = self.volume(wish["volume"], f"{field}.volume")
        for name in ("pool", "capacity_bytes", "format"):
            if name in wish:
                self.complaints.add(f"{field}.{name}", "Not for a volume that is there already.")
        if volume is None:
            return
        device = wish.get("device", "disk")
        self.may_give(volume, f"{field}.volume", read_only=device == "cdrom")
        if volume.type == "dir":
            self.complaints.add(f"{field}.volume", f"{volume.name} is a folder, not a disk.")
        if device == "disk":
            self.check_unused(volume, f"{field}.volume")
        self.put(of_volume(volume, device), wish, field)

    def _add_made(self, wish: Mapping[str, Any], field: str, kind: str, *, named: str = "") -> None:
        source = self.volume(wish[kind], named or f"{field}.{kind}") if kind else None
        if kind and source is None:
            return
        if source is not None and (lacking := lacks_reading(source, self.by)):
            self.complaints.add(named or f"{field}.{kind}", lacking)
            return
        if source is not None and source.encryption:
            self.complaints.add(
                named or f"{field}.{kind}", f"{source.name} is encrypted; it can only be used itself."
            )
            return
        pool = self._pool(wish, field, source)
        if pool is None:
            return
        format = self._format(wish, field, kind, source, pool)
        capacity = self._capacity(wish, field, kind, source, pool)
        name = self._free_name(pool, format)
        path = f"{pool.target.rstrip('/')}/{name}" if pool.type in _WITH_PATHS and pool.target else ""
        made = Made(
            pool.pk, pool.uuid, name, capacity, "" if pool.type in _FORMATLESS else format, path,
            source=source.path if source and kind == "copy_of" else "",
            backing=source.path if source and kind == "backing" else "",
            backing_format=_driver_format(source) if source and kind == "backing" else "",
        )  # fmt: skip
        self.made.append(made)
        disk = (
            NewDisk(path=path, format=format)
            if path
            else NewDisk(type="volume", pool=pool.name, volume=name, format="raw")
        )
        self.put(replace(disk, discard="unmap"), wish, field)

    def _pool(self, wish: Mapping[str, Any], field: str, source: Volume | None) -> Pool | None:
        if "pool" not in wish:
            if source is not None and source.pool.type in WRITABLE and not lacks_making(source.pool, self.by):
                return source.pool
            pool = default_pool(self.host, self.by)
            if pool is None:
                self.complaints.add(
                    f"{field}.pool", f"{self.host.name} has no running pool to make a disk in."
                )
            return pool
        here = pool_on(wish["pool"], self.host)
        seen = Pool.objects.permitted(self.by, "pool.read")
        pool = seen.filter(pk=here.pk).first() if here is not None else None
        if pool is None:
            self.complaints.add(f"{field}.pool", f"There is no such pool on {self.host.name}.")
        elif lacking := lacks_making(pool, self.by):
            self.complaints.add(f"{field}.pool", lacking)
        elif pool.state != "running":
            self.complaints.add(f"{field}.pool", f"{pool.name} is {pool.state}.")
        elif pool.type not in WRITABLE:
            self.complaints.add(f"{field}.pool", f"In a pool of type {pool.type} no volumes are made.")
        return pool

    def _format(
        self, wish: Mapping[str, Any], field: str, kind: str, source: Volume | None, pool: Pool
    ) -> str:
        if pool.type in _FORMATLESS:
            if wish.get("format", "raw") != "raw" or kind == "backing":
                self.complaints.add(f"{field}.format", f"A pool of type {pool.type} keeps raw volumes alone.")
            return "raw"
        default = (
            source.format if source is not None and source.format in _OURS and kind == "copy_of" else "qcow2"
        )
        format = str(wish.get("format", default))
        if kind == "backing" and format != "qcow2":
            self.complaints.add(f"{field}.format", "Only qcow2 can be a layer over another volume.")
        return format

    def _capacity(
        self, wish: Mapping[str, Any], field: str, kind: str, source: Volume | None, pool: Pool
    ) -> int:
        free = max(0, pool.available_bytes - self._spent.get(pool.pk, 0))
        least = source.capacity_bytes if source is not None else 0
        if "capacity_bytes" in wish:
            capacity = int(wish["capacity_bytes"])
        else:
            # Nobody asked for this size, so a small pool makes it smaller.
            capacity = least or max(GIB, min(self.frame.system.disk_bytes, free * 4 // 5))
        if capacity < least:
            self.complaints.add(f"{field}.capacity_bytes", f"Smaller than what is in it, {least // MIB} MiB.")
        # A copy takes what its original really holds, a layer next to nothing.
        needed = 0 if kind == "backing" else source.allocation_bytes if source is not None else capacity
        if needed > free:
            self.complaints.add(
                f"{field}.capacity_bytes",
                f"{pool.name} has {free // MIB} MiB free, and this needs {needed // MIB} MiB.",
            )
        self._spent[pool.pk] = self._spent.get(pool.pk, 0) + needed
        return capacity

    def _free_name(self, pool: Pool, format: str) -> str:
        ending = "" if pool.type in _FORMATLESS else ".qcow2" if format == "qcow2" else ".img"
        there = (
            set(pool.volumes.filter(name__startswith=self.name).values_list("name", flat=True)) | self._taken
        )
        number = 0
        while (name := f"{self.name}{f'-{number}' if number else ''}{ending}") in there:
            number += 1
        self._taken.add(name)
        return name

    def put(self, disk: NewDisk, wish: Mapping[str, Any], field: str) -> None:
        """Add it, with what was asked for of the device itself."""
        bus = str(wish.get("bus", "")) or default_bus(self.frame, disk.device)
        if disk.device == "floppy" and bus != "fdc":
            self.complaints.add(f"{field}.bus", "A floppy drive is on the bus fdc.")
        elif "bus" in wish and not self.frame.offers("disk", "bus", bus):
            self.complaints.add(f"{field}.bus", f"The host has no bus {bus} for this machine.")
        elif (bus == "ide" and self.frame.q35) or (bus == "virtio" and disk.device == "cdrom"):
            self.complaints.add(f"{field}.bus", f"Not on {bus} with this machine.")
        order = wish.get("boot_order")
        if order and any(other.boot_order == order for other in self.disks):
            self.complaints.add(f"{field}.boot_order", f"{order} is given twice.")
        self.disks.append(
            replace(
                disk,
                bus=bus,
                cache=str(wish.get("cache", disk.cache)),
                discard=str(wish.get("discard", disk.discard)),
                serial=str(wish.get("serial", "")),
                boot_order=order,
            )
        )


def of_volume(volume: Volume, device: str = "disk") -> NewDisk:
    """A disk of a volume that is there."""
    format = _driver_format(volume)
    if volume.type == "file":
        encrypted = volume.encryption == "luks"
        return NewDisk(path=volume.path, format=format, device=device, encrypted=encrypted)
    if volume.type == "block":
        return NewDisk(
            type="block",
            path=volume.path,
            format=format,
            device=device,
            cache="none",
            io="native",
            discard="unmap",
        )
    return NewDisk(type="volume", pool=volume.pool.name, volume=volume.name, format=format, device=device)


def default_pool(
    host: Host, by: Actor, types: Iterable[str] = WRITABLE, *, covered: Collection[UUID] = ()
) -> Pool | None:
    """The one named default where it can hold new volumes of `by`, else the one with most room.

    `covered`: pools that a right on something else reaches, such as those of a template.
    """
    able = Pool.objects.permitted(by, "volume.create").values("pk")
    pools: Sequence[Pool] = list(
        Pool.objects.filter(
            Q(pk__in=able) | Q(pk__in=covered), host=host, state="running", type__in=list(types)
        )
    )
    return max(pools, key=lambda pool: (pool.name == "default", pool.available_bytes), default=None)


def default_bus(frame: Frame, device: str) -> str:
    """As virt-install chooses it."""
    if device == "floppy":
        return "fdc"
    if device == "cdrom":
        return ("sata" if frame.q35 else "ide") if frame.x86 else "scsi"
    if frame.system.virtio_disk or not frame.x86:
        return "virtio"
    return "sata" if frame.q35 else "ide"


def _driver_format(volume: Volume) -> str:
    """What the emulator takes the content for: never a guess, and an ISO is raw to it."""
    return volume.format if volume.format in {"qcow2", "vmdk", "vdi", "qed", "vpc", "vhdx"} else "raw"
