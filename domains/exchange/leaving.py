"""A domain that is to leave as an appliance: which disks, into which volume, and why not."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted
from domains.copies.disks import Disk
from domains.copies.errors import CannotCopy
from domains.copies.services import known_disks, refuse_container
from domains.creation.names import file_stem
from domains.exchange.kinds import EXPORT
from domains.migration.checks import Check
from domains.models import Domain
from hosts.models import Host
from jobs.models import OPEN, Job
from storage.models import Pool, Volume

_FILES = frozenset({"dir", "fs", "netfs", "vstorage"})
_ENDING = ".ova"
_DEEPEST = 32  # layers
_BESIDE_BYTES = 2**20  # the description, the manifest and the archive's own blocks


@dataclass(frozen=True, slots=True)
class Leaving:
    """An export as it would be. `most_bytes` is what its disks hold now: the appliance is compressed."""

    pool: Pool
    name: str
    most_bytes: int
    notes: list[Check] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"{self.pool.target.rstrip('/')}/{self.name}"

    def options(self) -> dict[str, Any]:
        """As plain data, for the job."""
        return {
            "pool": str(self.pool.pk),
            "pool_uuid": str(self.pool.uuid),
            "volume": self.name,
            "path": self.path,
        }


def leaving(domain: Domain, by: Actor, pool_id: UUID, name: str) -> Leaving:
    """Raises Invalid by field, NotPermitted, Conflict, CannotCopy (with all reasons)."""
    refuse_container(domain)
    pool = _pool(domain.host, pool_id, by)
    name = name or file_stem(domain.name)
    name = name if name.lower().endswith(_ENDING) else f"{name}{_ENDING}"
    disks = known_disks(domain)
    own = [disk for disk in disks if disk.use.own]
    if reasons := [f"{disk.use.target}: {why}" for disk in own if (why := _fault(domain.host, disk))]:
        raise CannotCopy(" ".join(reasons))
    notes = [
        Check("left_out", True, f"{disk.use.target} ({disk.use.source}) does not go with it.")
        for disk in disks
        if not disk.use.own
    ]
    export = Leaving(pool, name, sum(_held(domain.host, disk) for disk in own) + _BESIDE_BYTES, notes)
    _refuse_taken(export)
    if export.most_bytes > pool.available_bytes:
        notes.append(
            Check("space", True, f"{pool.name} has {pool.available_bytes // 2**20} MiB free: it may not do.")
        )
    return export


def _pool(host: Host, pool_id: UUID, by: Actor) -> Pool:
    seen = Pool.objects.permitted(by, "pool.read").filter(pk=pool_id, host=host).first()
    pool = Pool.objects.permitted(by, "volume.create").filter(pk=pool_id, host=host).first()
    if seen is None and pool is None:
        raise Invalid("There is no such pool.", errors={"pool": [f"there is no such pool on {host.name}"]})
    if pool is None:
        raise NotPermitted("You may see this pool, but you lack volume.create on it.")
    if pool.type not in _FILES:
        text = f"an appliance is a file, and {pool.name} of type {pool.type} holds none"
        raise Invalid(f"pool: {text}.", errors={"pool": [text]})
    if pool.state != "running":
        raise Conflict(f"The pool {pool.name} is {pool.state}.", code="operation_invalid", state=pool.state)
    return pool


def _fault(host: Host, disk: Disk) -> str:
    """Why this disk cannot leave; "" when it can."""
    if disk.use.encrypted:
        return "it is encrypted."
    if disk.place is None:
        return f"{disk.use.source} is in no storage pool that is known."
    below = Volume.objects.filter(pool__host=host, path=disk.path).values_list("backing", flat=True).first()
    for _ in range(_DEEPEST):
        if not below:
            return ""
        found = Volume.objects.filter(pool__host=host, path=below).first()
        if found is None:
            return f"it is a layer over {below}, which is in no storage pool that is known."
        below = found.backing
    return "it has too many layers."


def _held(host: Host, disk: Disk) -> int:
    """What the disk and the layers below it take now."""
    held, path = 0, disk.path
    for _ in range(_DEEPEST):
        found = Volume.objects.filter(pool__host=host, path=path).first() if path else None
        if found is None:
            break
        held += found.allocation_bytes
        path = found.backing
    return held


def _refuse_taken(export: Leaving) -> None:
    taken = Volume.objects.filter(pool=export.pool, name=export.name).exists()
    made = Job.objects.filter(
        kind=EXPORT, host_id=export.pool.host_id, options__path=export.path, state__in=OPEN
    ).exists()
    if taken or made:
        raise Conflict(
            f"There is a volume {export.name} in {export.pool.name} already. Give another name.",
            code="name_taken",
            errors={"name": ["there is a volume of that name already"]},
        )
