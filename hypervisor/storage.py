"""Storage pools: what one is made of, which parts each type needs, and what a node can do about them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Protocol, Self
from uuid import UUID


class PoolType(StrEnum):
    """libvirt's types of pools."""

    DIR = "dir"
    FS = "fs"
    NETFS = "netfs"
    LOGICAL = "logical"
    DISK = "disk"
    ISCSI = "iscsi"
    ISCSI_DIRECT = "iscsi-direct"
    SCSI = "scsi"
    MPATH = "mpath"
    RBD = "rbd"
    GLUSTER = "gluster"
    ZFS = "zfs"
    VSTORAGE = "vstorage"


class Part(StrEnum):
    """What a pool's definition may name, beside its name and type."""

    TARGET = "target"
    HOSTS = "hosts"
    DIR = "dir"
    DEVICES = "devices"
    NAME = "name"
    ADAPTER = "adapter"
    INITIATOR = "initiator"
    AUTH = "auth"


class Build(StrEnum):
    """Whether something is made below a pool before its first start: a folder, a file system, a volume group."""

    NONE = "none"
    BUILD = "build"  # and nothing that is there is written over
    OVERWRITE = "overwrite"


@dataclass(frozen=True, slots=True)
class PoolNature:
    """What libvirt asks of a type, whichever node it is on."""

    needs: frozenset[Part] = frozenset()
    may: frozenset[Part] = frozenset()
    target: str = ""  # where its volumes appear, when nobody says
    builds: bool = False
    overwrites: bool = False  # building makes a file system, a label or a volume group on a device
    removes: bool = False  # libvirt can remove what lies below it
    discovers: bool = False  # libvirt can look for sources of it
    makes: bool = False  # new volumes can be made in it
    files: bool = False  # its volumes are files
    many_hosts: bool = False
    many_devices: bool = False
    device_is_name: bool = False  # its device is the name of an iSCSI target, no path


_DEV = "/dev/disk/by-path"
NATURES: Mapping[PoolType, PoolNature] = {
    PoolType.DIR: PoolNature(
        needs=frozenset({Part.TARGET}), builds=True, removes=True, makes=True, files=True
    ),
    PoolType.FS: PoolNature(
        needs=frozenset({Part.TARGET, Part.DEVICES}),
        builds=True,
        overwrites=True,
        removes=True,
        makes=True,
        files=True,
    ),
    PoolType.NETFS: PoolNature(
        needs=frozenset({Part.TARGET, Part.HOSTS, Part.DIR}),
        builds=True,
        removes=True,
        discovers=True,
        makes=True,
        files=True,
    ),
    PoolType.LOGICAL: PoolNature(
        needs=frozenset({Part.NAME}),
        may=frozenset({Part.DEVICES}),
        builds=True,
        overwrites=True,
        removes=True,
        discovers=True,
        makes=True,
        many_devices=True,
    ),
    PoolType.DISK: PoolNature(
        needs=frozenset({Part.DEVICES}),
        may=frozenset({Part.TARGET}),
        target="/dev",
        builds=True,
        overwrites=True,
        makes=True,
    ),
    PoolType.ISCSI: PoolNature(
        needs=frozenset({Part.HOSTS, Part.DEVICES}),
        may=frozenset({Part.TARGET, Part.INITIATOR, Part.AUTH}),
        target=_DEV,
        discovers=True,
        device_is_name=True,
    ),
    PoolType.ISCSI_DIRECT: PoolNature(
        needs=frozenset({Part.HOSTS, Part.DEVICES, Part.INITIATOR}),
        may=frozenset({Part.AUTH}),
        discovers=True,
        device_is_name=True,
    ),
    PoolType.SCSI: PoolNature(needs=frozenset({Part.ADAPTER}), may=frozenset({Part.TARGET}), target=_DEV),
    PoolType.MPATH: PoolNature(may=frozenset({Part.TARGET}), target="/dev/mapper"),
    PoolType.RBD: PoolNature(
        needs=frozenset({Part.NAME}), may=frozenset({Part.HOSTS, Part.AUTH}), makes=True, many_hosts=True
    ),
    PoolType.GLUSTER: PoolNature(
        needs=frozenset({Part.HOSTS, Part.NAME}),
        may=frozenset({Part.DIR}),
        discovers=True,
        makes=True,
        many_hosts=True,
    ),
    PoolType.ZFS: PoolNature(
        needs=frozenset({Part.NAME}),
        may=frozenset({Part.DEVICES}),
        builds=True,
        removes=True,
        makes=True,
        many_devices=True,
    ),
    PoolType.VSTORAGE: PoolNature(
        needs=frozenset({Part.TARGET, Part.NAME}), builds=True, removes=True, makes=True, files=True
    ),
}
AUTH_TYPES: Mapping[PoolType, str] = {
    PoolType.ISCSI: "chap",
    PoolType.ISCSI_DIRECT: "chap",
    PoolType.RBD: "ceph",
}


@dataclass(frozen=True, slots=True)
class PoolHost:
    """Where a source is served; without a port at the one that its protocol has."""

    name: str
    port: int | None = None


@dataclass(frozen=True, slots=True)
class PoolAuth:
    """Who we are to a source. The word itself is in a secret of the node's, named here by its UUID."""

    type: str
    username: str
    secret: UUID | None = None


@dataclass(frozen=True, slots=True)
class PoolSource:
    """Where a pool's content comes from. What its type does not have is empty."""

    hosts: tuple[PoolHost, ...] = ()
    dir: str = ""
    devices: tuple[str, ...] = ()
    name: str = ""
    adapter: str = ""
    initiator: str = ""
    format: str = ""
    auth: PoolAuth | None = None

    def plain(self) -> dict[str, Any]:
        """For JSON, without what is empty."""
        found = {name: value for name, value in asdict(self).items() if value}
        if self.hosts:
            found["hosts"] = [
                {"name": host.name} | ({"port": host.port} if host.port else {}) for host in self.hosts
            ]
        if self.devices:
            found["devices"] = list(self.devices)
        if self.auth is not None:
            found["auth"] = {"type": self.auth.type, "username": self.auth.username}
            if self.auth.secret is not None:
                found["auth"]["secret"] = str(self.auth.secret)
        return found

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """From what `plain` gave."""
        auth = plain.get("auth")
        return cls(
            hosts=tuple(PoolHost(host["name"], host.get("port")) for host in plain.get("hosts", ())),
            devices=tuple(plain.get("devices", ())),
            auth=PoolAuth(
                auth["type"], auth["username"], UUID(auth["secret"]) if auth.get("secret") else None
            )
            if auth
            else None,
            **{word: plain.get(word, "") for word in ("dir", "name", "adapter", "initiator", "format")},
        )


@dataclass(frozen=True, slots=True)
class PoolSpec:
    """A pool as it is to be defined."""

    uuid: UUID
    name: str
    type: PoolType
    target: str = ""
    source: PoolSource = PoolSource()


@dataclass(frozen=True, slots=True)
class PoolOffer:
    """One type of pools that a node can keep, by its own word."""

    type: PoolType
    formats: tuple[str, ...] = ()  # of sources: file systems, partition tables …
    default_format: str = ""
    volume_formats: tuple[str, ...] = ()
    default_volume_format: str = ""


class KeepsPools(Protocol):
    """Storage pools, defined and removed. All raise NotFound, OperationInvalid, NotSupported, HypervisorError."""

    def pool_offers(self) -> tuple[PoolOffer, ...] | None:
        """The types that this node can keep; None where its driver does not say."""
        ...

    def define_pool(self, spec: PoolSpec, secret: str = "") -> None:
        """`secret`: the word of its `auth`, which goes into a secret of the node's that nothing ever shows.

        What fails half-way leaves neither.
        """
        ...

    def rename_pool(self, uuid: UUID, name: str) -> None:
        """Of one that is not active."""
        ...

    def build_pool(self, uuid: UUID, *, overwrite: bool) -> None:
        """Blocks until done: a file system of terabytes takes its time."""
        ...

    def start_pool(self, uuid: UUID) -> None: ...
    def stop_pool(self, uuid: UUID) -> None:
        """libvirt's destroy: its content stays."""
        ...

    def set_pool_autostart(self, uuid: UUID, on: bool) -> None: ...
    def undefine_pool(self, uuid: UUID) -> None:
        """Its definition, and the secret that was made for it. Of one that is not active; its content stays."""
        ...

    def delete_pool(self, uuid: UUID) -> None:
        """What lies below one that is not active: its folder if that is empty, its volume group. Not the definition."""
        ...

    def discover_pools(self, type: PoolType, source: PoolSource) -> tuple[PoolSource, ...]:
        """The sources of that type that the node finds, at `source` where it is a server."""
        ...
