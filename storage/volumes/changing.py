"""What people wish of volumes that exist: another size or name, wiped, without holes, away."""

from typing import Any
from uuid import UUID

from access.actor import Actor
from access.errors import Invalid
from storage import owners
from storage.models import Volume
from storage.services.wishes import check_free, check_running, find_pool, find_volume
from storage.users import InUse, Told
from storage.volumes import names
from storage.volumes.decided import Decided
from storage.volumes.errors import NameTaken, NoRoom, NotShrunk, VolumeForbids
from storage.volumes.pool_types import FILES, FORMATLESS, OURS, WRITABLE
from storage.volumes.standing import (
    check_honest,
    check_unused,
    disks_on,
    only_domain,
    users_on,
)


def decide_resize(volume_id: UUID, capacity_bytes: int, *, by: Actor, force: bool = False) -> Decided:
    """Larger, through the domain that runs with it; smaller only with `force`, and never under a running domain.

    Raises NotThere, NotPermitted, Busy, InUse, NotShrunk, NoRoom, Conflict.
    """
    volume = _free(volume_id, "volume.edit", by)
    disk = only_domain(volume, by)
    check_honest(volume, [disk] if disk else [])
    shrinks = capacity_bytes < volume.capacity_bytes
    if shrinks and disk is not None and disk.active:
        raise InUse(f"{volume.name} cannot be made smaller while it", _told(volume, by))
    if shrinks and not force:
        raise NotShrunk(volume)
    if shrinks and volume.format not in {*OURS, ""}:
        raise VolumeForbids(f"A volume of format {volume.format} cannot be made smaller.")
    if disk is not None and disk.active and not disk.written:
        raise InUse(f"{volume.name} is a medium that is only read: it", _told(volume, by))
    grown = max(0, capacity_bytes - volume.capacity_bytes)
    if volume.pool.type in FORMATLESS and grown > volume.pool.available_bytes:
        raise NoRoom(volume.pool, grown)
    notes = []
    if grown > volume.pool.available_bytes:
        notes.append(f"{volume.pool.name} has less free than the volume may grow to.")
    if shrinks:
        notes.append("What lies beyond the new end is lost.")
    if disk is not None and disk.active:
        notes.append(f"{disk.name} runs with it, so QEMU resizes its disk {disk.target}.")
    return Decided(
        "volume.resize",
        volume,
        _holds(volume, disk.domain if disk else None, disk.name if disk else ""),
        {**_of(volume), "capacity_bytes": capacity_bytes, "before_bytes": volume.capacity_bytes},
        told={"before_bytes": volume.capacity_bytes, "after_bytes": capacity_bytes, "force": force},
        changes=(("capacity_bytes", str(volume.capacity_bytes), str(capacity_bytes)),),
        notes=tuple(notes),
        takes=owners.larger(volume, capacity_bytes, by, domain=disk.domain if disk else None),
    )


def decide_wipe(volume_id: UUID, *, by: Actor, algorithm: str = "zero") -> Decided:
    """Raises NotThere, NotPermitted, Busy, InUse, Conflict."""
    volume = _free(volume_id, "volume.wipe", by)
    check_unused(volume, by)
    notes = ["All that is in it is lost."]
    if volume.format not in {"", "raw"}:
        notes.append(f"Its {volume.format} structure goes too: what is left is a raw volume of zeros.")
    return Decided(
        "volume.wipe",
        volume,
        _holds(volume),
        {**_of(volume), "algorithm": algorithm},
        told={"algorithm": algorithm},
        changes=(("content", volume.format or "raw", None),),
        notes=tuple(notes),
    )


def decide_sparsify(volume_id: UUID, *, by: Actor) -> Decided:
    """Copied without the blocks that hold nothing, and put in its own place.

    Raises NotThere, NotPermitted, Busy, InUse, NoRoom, Conflict.
    """
    volume = _free(volume_id, "volume.edit", by)
    disk = only_domain(volume, by)
    if disk is not None and disk.active:
        raise InUse(f"{volume.name} cannot be made sparse while it", _told(volume, by))
    check_honest(volume, [disk] if disk else [])
    _check_copied(volume, by)
    notes = ["For a while there are two copies of it; while it is put in its place its domain cannot start."]
    return Decided(
        "volume.sparsify",
        volume,
        _holds(volume, disk.domain if disk else None, disk.name if disk else ""),
        {**_of(volume), "before_bytes": volume.allocation_bytes},
        told={"before_bytes": volume.allocation_bytes},
        changes=(("allocation_bytes", str(volume.allocation_bytes), None),),
        notes=tuple(notes),
    )


def decide_rename(volume_id: UUID, name: str, *, by: Actor) -> Decided:
    """libvirt has no such call: a whole copy under the new name, then the old one goes.

    Raises NotThere, NotPermitted, Invalid, Busy, InUse, NameTaken, NoRoom, Conflict.
    """
    volume = _free(volume_id, "volume.edit", by)
    problem = names.fault_in(name, volume.pool)
    if problem:
        raise Invalid(problem, errors={"name": [problem]})
    find_pool(volume.pool_id, "pool.read", by, lock=True)
    there = names.taken(volume.pool, name)
    if there:
        raise NameTaken(there)
    check_unused(volume, by)
    _check_copied(volume, by)
    return Decided(
        "volume.rename",
        volume,
        _holds(volume),
        {**_of(volume), "old_name": volume.name, "name": name},
        told={"new_name": name},
        changes=(("name", volume.name, name),),
        notes=("It is copied under the new name, and then the old one goes.",),
    )


def decide_delete(volume_id: UUID, *, by: Actor) -> Decided:
    """Raises NotThere, NotPermitted, Busy, InUse, Conflict."""
    volume = _free(volume_id, "volume.delete", by)
    if volume.pool.type not in WRITABLE:
        raise VolumeForbids(f"From a pool of type {volume.pool.type} no volumes are deleted.")
    check_unused(volume, by)
    return Decided(
        "volume.delete",
        volume,
        _holds(volume),
        _of(volume),
        told={"path": volume.path},
        changes=((f"volume:{volume.name}", volume.path, None),),
        notes=("It does not go into the recycle bin.",),
    )


def _free(volume_id: UUID, permission: str, by: Actor) -> Volume:
    volume = find_volume(volume_id, permission, by, lock=True)
    check_running(volume.pool)
    check_free("volume", volume.pk)
    for disk in disks_on(volume):
        check_free("domain", disk.domain)
    if volume.type == "dir":
        raise VolumeForbids(f"{volume.name} is a folder.")
    return volume


def _check_copied(volume: Volume, by: Actor) -> None:
    """It can be copied onto a file of its own kind, nothing lost."""
    if volume.pool.type not in FILES:
        raise VolumeForbids(
            f"In a pool of type {volume.pool.type} this is not possible.", code="not_supported"
        )
    if volume.encryption:
        raise VolumeForbids(f"{volume.name} is encrypted, so the host cannot copy it.", code="encrypted")
    if volume.format not in {*OURS, "", "iso"}:
        raise VolumeForbids(
            f"A volume of format {volume.format} is not copied as it is.", code="not_supported"
        )
    if volume.backing:
        raise VolumeForbids(
            f"{volume.name} is a layer, and libvirt copies the whole of what it shows. Clone it instead.",
            code="not_supported",
        )
    if volume.allocation_bytes > volume.pool.available_bytes:
        raise NoRoom(volume.pool, volume.allocation_bytes)


def _holds(volume: Volume, domain: UUID | None = None, name: str = "") -> tuple[str, UUID, str]:
    """Its domain, so that nothing is done with that meanwhile, or the volume itself."""
    return ("domain", domain, name) if domain is not None else ("volume", volume.pk, volume.name)


def _of(volume: Volume) -> dict[str, Any]:
    return {
        "volume": str(volume.pk),
        "path": volume.path,
        "pool": str(volume.pool_id),
        "pool_uuid": str(volume.pool.uuid),
        "name": volume.name,
        "volume_format": volume.format,
        "volume_backing": volume.backing,
    }


def _told(volume: Volume, by: Actor) -> Told:
    return users_on(volume, by) or Told("a domain", (), 1)
