"""Snapshots: what a node tells of them, and what is asked of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Kept(StrEnum):
    """How a snapshot keeps a disk or the memory, by libvirt's words."""

    NO = "no"
    INTERNAL = "internal"  # inside the disk's own file
    EXTERNAL = "external"  # the old file stays as it was, a new one lies over it; memory in a file of its own


@dataclass(frozen=True, slots=True)
class SnapshotDisk:
    """A disk in a snapshot. `source` is the file that is written to since, of an external one."""

    target: str
    snapshot: Kept
    source: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotSeen:
    """A snapshot as libvirt keeps it. `before` says, by target, where each disk was when it was taken."""

    name: str
    parent: str
    description: str
    state: str  # the domain's when it was taken; "disk-snapshot" of disks alone while it ran
    created_at: int  # seconds since 1970
    current: bool
    memory: Kept
    memory_file: str
    disks: tuple[SnapshotDisk, ...]
    before: dict[str, str]
    vcpus: int = 0  # of the domain as it was then, or as it was to be at its next boot: the larger of both
    memory_bytes: int = 0  # the most that its guest might have

    @property
    def external(self) -> bool:
        return self.memory is Kept.EXTERNAL or any(disk.snapshot is Kept.EXTERNAL for disk in self.disks)


@dataclass(frozen=True, slots=True)
class SnapshotWish:
    """What is to be taken. Every disk of the domain is named, those that are left out with `Kept.NO`."""

    name: str
    description: str
    memory: Kept
    disks: tuple[SnapshotDisk, ...]
    memory_file: str = ""
    quiesce: bool = False
    only_disks: bool = False  # no memory, and no internal one of a domain that is off

    @property
    def external(self) -> bool:
        return self.memory is Kept.EXTERNAL or any(disk.snapshot is Kept.EXTERNAL for disk in self.disks)


@dataclass(frozen=True, slots=True)
class SnapshotableDisk:
    """A disk, as far as it matters to whether a snapshot can hold it."""

    target: str
    type: str  # file, block, network, volume …
    format: str
    source: str
    writable: bool


@dataclass(frozen=True, slots=True)
class Snapshotable:
    """What a domain's XML says of how it can be taken."""

    disks: tuple[SnapshotableDisk, ...]
    pflash: bool  # its UEFI variables are in a file that no internal snapshot of libvirt 9.0 holds
    agent: str  # "connected", "disconnected"; "" without a channel

    @property
    def writable(self) -> tuple[SnapshotableDisk, ...]:
        return tuple(disk for disk in self.disks if disk.writable)


@dataclass(frozen=True, slots=True)
class Reverted:
    """What going back to an external snapshot changed beside the domain itself."""

    made: tuple[str, ...] = field(default=())  # files that are written to from now on
    removed: tuple[str, ...] = field(default=())  # files of the state that was given up
    left: tuple[str, ...] = field(default=())  # such files that could not be removed


class TakesSnapshots(Protocol):
    """A domain's snapshots. All raise NotFound, OperationInvalid, NotSupported, HypervisorError."""

    def snapshots(self, uuid: UUID) -> tuple[SnapshotSeen, ...]:
        """All of a domain, parents before children; none where the driver keeps none."""
        ...

    def create_snapshot(self, uuid: UUID, wish: SnapshotWish) -> None:
        """Without a deadline: memory goes to disk."""
        ...

    def snapshot_under_way(self, uuid: UUID) -> bool:
        """Whether the node is still busy with the domain: with a snapshot, a revert, a save."""
        ...

    def revert_to_snapshot(
        self, uuid: UUID, name: str, *, running: bool | None = None, force: bool = False
    ) -> None:
        """To an internal one. `running`: whatever it was when it was taken."""
        ...

    def revert_to_external(
        self, uuid: UUID, name: str, *, token: str, running: bool | None = None
    ) -> Reverted:
        """Off; new files over those of the snapshot, with `token` in their names; started where it ran or is wanted.

        What fails half-way leaves the definition as it was and removes the new files; then the domain is off.
        """
        ...

    def delete_snapshot(self, uuid: UUID, name: str, *, metadata_only: bool = False) -> tuple[str, ...]:
        """This one alone; its children hang on its parent then. An external one is merged into what lies below.

        Gives the files that could not be removed.
        """
        ...

    def edit_snapshot(
        self, uuid: UUID, name: str, *, description: str | None = None, current: bool = False
    ) -> None:
        """Another description, or this one as the current. Nothing of the domain changes."""
        ...
