"""Backups of running domains, and disks that move while their guest goes on: what is asked of a node and told by it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BackupDisk:
    """A disk, and the qcow2 volume that was made for what is read of it. `block`: the volume is a device."""

    target: str
    path: str
    block: bool = False


@dataclass(frozen=True, slots=True)
class BackupWish:
    """What is to be backed up. Disks that are not named are left out.

    `checkpoint` is the name of the one that is made at that moment, "" for none. `since`: only what was written since
    that checkpoint is copied; the volumes must be layers over those of the backup that was made with it.
    """

    disks: tuple[BackupDisk, ...]
    checkpoint: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class BackupProgress:
    """How far it is. `volumes`: the paths that it writes to."""

    total_bytes: int
    processed_bytes: int
    elapsed_seconds: float
    volumes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckpointSeen:
    """A point in time since which the node knows what was written. `xml` makes it known to another node again."""

    name: str
    parent: str
    xml: str


@dataclass(frozen=True, slots=True)
class BackedUpDisk:
    """What of a running domain's disk decides how it can be backed up: qcow2 alone keeps what was written since."""

    target: str
    format: str
    capacity_bytes: int


class BacksUp(Protocol):
    """Backups by the node's own job. All raise NotFound, OperationInvalid, NotSupported, HypervisorError."""

    def disks_to_back_up(self, uuid: UUID) -> tuple[BackedUpDisk, ...]:
        """Of a running domain, those that are written to."""
        ...

    def begin_backup(self, uuid: UUID, wish: BackupWish) -> None:
        """Begins it and returns; the node writes on into the volumes. CheckpointBroken: begin with a full one."""
        ...

    def backup_progress(self, uuid: UUID) -> BackupProgress | None:
        """None while none is under way."""
        ...

    def backup_succeeded(self, uuid: UUID) -> bool | None:
        """Whether the last one did; None when the node does not know any more."""
        ...

    def abort_backup(self, uuid: UUID) -> None:
        """No error when none is under way."""
        ...

    def checkpoints(self, uuid: UUID) -> tuple[CheckpointSeen, ...]:
        """Parents before children; none where the driver knows none."""
        ...

    def redefine_checkpoint(self, uuid: UUID, xml: str) -> None:
        """Make known again one whose record was lost, by a migration. CheckpointBroken where the disk has no such."""
        ...

    def delete_checkpoint(self, uuid: UUID, name: str) -> None:
        """With what the disks keep for it, of a running domain; of one that is off its record alone."""
        ...

    def forget_checkpoints(self, uuid: UUID) -> int:
        """Delete all, and what the disks keep for them; how many. One that is off is started paused for that moment.

        The node neither goes back to a snapshot while there are any, nor takes one of a domain that is off.
        """
        ...

    def digest_volume(self, pool: UUID, name: str, tell: Callable[[int], None]) -> str:
        """Read it from end to end and give its SHA-256. `tell` hears how many bytes were read, and may raise."""
        ...


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """A copy of a running domain's disk that the node makes. `ready`: both are the same and stay so until it ends."""

    destination: str
    total_bytes: int
    processed_bytes: int
    ready: bool


class MovesDisks(Protocol):
    """Disks of running domains into other volumes. All raise NotFound, OperationInvalid, HypervisorError."""

    def begin_copy(self, uuid: UUID, target: str, path: str, format: str, *, block: bool = False) -> None:
        """Begins to copy the disk, with all below it, into a volume that is there already."""
        ...

    def copy_progress(self, uuid: UUID, target: str) -> CopyProgress | None:
        """None while no copy of this disk is under way."""
        ...

    def pivot(self, uuid: UUID, target: str) -> None:
        """From now on the domain uses the copy, after its next boot too."""
        ...

    def abort_copy(self, uuid: UUID, target: str) -> None:
        """The domain stays with its old disk. No error when no copy is under way."""
        ...

    def disk_capacity(self, uuid: UUID, target: str) -> int:
        """Of a running domain's disk, in bytes."""
        ...
