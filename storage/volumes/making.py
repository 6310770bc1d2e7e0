"""What people wish of volumes that do not exist yet: new ones, copies, and copies in another format."""

from typing import Any
from uuid import UUID, uuid4

from access import secrets
from access.actor import Actor
from access.errors import Invalid, NotPermitted
from storage import owners
from storage.models import Pool, Volume
from storage.second import lacks_reading
from storage.services.wishes import PoolForbids, check_running, find_pool, find_volume
from storage.volumes import names
from storage.volumes.decided import Decided
from storage.volumes.errors import NameTaken, NoRoom, OtherHost
from storage.volumes.pool_types import ENDINGS, FILES, FORMATLESS, OURS, WRITABLE
from storage.volumes.standing import check_readable, on_host

QCOW2_LEAST = 256 * 1024  # what an empty one takes


def decide_create(
    pool_id: UUID,
    name: str,
    *,
    by: Actor,
    capacity_bytes: int | None = None,
    format: str | None = None,
    backing: UUID | None = None,
    preallocation: str = "off",
    passphrase: str = "",
) -> Decided:
    """A new volume. Raises NotThere, NotPermitted, Invalid, NameTaken, NoRoom, Conflict."""
    pool = _target(pool_id, name, by)
    errors: dict[str, list[str]] = {}
    format = _format(pool, format, errors)
    below = on_host(pool.host, backing, by) if backing is not None else None
    if backing is not None and below is None:
        errors["backing"] = [f"There is no such volume on {pool.host.name}."]
    if below is not None:
        _may_read(below, "backing", by)
        _check_below(below, format, errors)
        capacity_bytes = capacity_bytes or below.capacity_bytes
        if capacity_bytes < below.capacity_bytes:
            errors["capacity_bytes"] = [f"Smaller than what it is a layer over: {below.capacity_bytes}."]
        if preallocation != "off":
            errors["preallocation"] = ["Not for a layer."]
    if not capacity_bytes and backing is None:
        errors["capacity_bytes"] = ["Say how large it is to be."]
    if preallocation == "metadata" and format != "qcow2":
        errors["preallocation"] = ["Only qcow2 has metadata."]
    if passphrase and (pool.type not in FILES or below is not None):
        errors["encryption"] = ["Only for a volume of its own, in a pool that keeps files."]
    if errors or capacity_bytes is None:
        raise Invalid(next(iter(errors.values()))[0], errors=errors)
    notes = []
    if below is not None:
        check_running(below.pool)
        _, disks = check_readable(below, by)  # a layer over what is written to shows garbage
        if any(disk.written for disk in disks):
            notes.append(
                f"The domain that has {below.name} cannot be started as long as this layer is there."
            )
    whole = preallocation == "full" or pool.type in FORMATLESS
    _check_room(pool, capacity_bytes if whole else QCOW2_LEAST if format == "qcow2" else 0)
    options = {
        **_into(pool, name, format, capacity_bytes),
        "preallocation": preallocation,
        "backing": below.path if below else "",
        "backing_format": _driver_format(below) if below else "",
        "sealed": secrets.seal(passphrase) if passphrase else "",
        "secret": str(uuid4()) if passphrase else "",
    }
    if not whole and capacity_bytes > pool.available_bytes:
        notes.append(f"{pool.name} has less free than the volume may grow to.")
    return Decided(
        "volume.create",
        pool,
        ("volume", uuid4(), name),
        options,
        told={
            "volume": name,
            "format": format,
            "capacity_bytes": capacity_bytes,
            "preallocation": preallocation,
            "encrypted": bool(passphrase),
            "backing": below.path if below else "",
        },
        changes=((f"volume:{name}", None, f"{format or 'raw'} of {capacity_bytes} bytes"),),
        notes=tuple(notes),
        takes=owners.new(pool, name, capacity_bytes, by),
    )


def decide_clone(
    volume_id: UUID, name: str, *, by: Actor, pool: UUID | None = None, format: str | None = None
) -> Decided:
    """A whole copy of its own. Raises NotThere, NotPermitted, Invalid, Busy, InUse, OtherHost, NameTaken, NoRoom …"""
    source = find_volume(volume_id, "volume.create", by)
    into = _target(pool or source.pool_id, name, by)
    errors: dict[str, list[str]] = {}
    if format is None and into.type not in FORMATLESS:
        format = source.format if source.format in OURS else "raw" if source.format == "iso" else "qcow2"
    format = _format(into, format, errors)
    if errors:
        raise Invalid(next(iter(errors.values()))[0], errors=errors)
    return _copy("volume.clone", source, into, name, format, by)


def decide_convert(
    volume_id: UUID, format: str, *, by: Actor, name: str | None = None, pool: UUID | None = None
) -> Decided:
    """A copy in another format; the original stays. Raises as `decide_clone`."""
    source = find_volume(volume_id, "volume.edit", by)
    name = name or _with_ending(source.name, format)
    into = _target(pool or source.pool_id, name, by)
    if into.type not in FILES and format != "raw":
        raise Invalid(
            f"A pool of type {into.type} keeps raw volumes alone.",
            errors={"format": [f"A pool of type {into.type} keeps raw volumes alone."]},
        )
    return _copy("volume.convert", source, into, name, "" if into.type in FORMATLESS else format, by)


def _copy(kind: str, source: Volume, into: Pool, name: str, format: str, by: Actor) -> Decided:
    if source.pool.host_id != into.host_id:
        raise OtherHost(source, into)
    _may_read(source, "volume", by)
    check_running(source.pool)
    below, _ = check_readable(source, by)
    held = sum(one.allocation_bytes for one in (source, *below))
    _check_room(into, source.capacity_bytes if into.type in FORMATLESS else min(held, source.capacity_bytes))
    return Decided(
        kind,
        source,
        ("volume", uuid4(), name),
        {
            **_into(into, name, format, source.capacity_bytes),
            "source": source.path,
            "source_id": str(source.pk),
            "source_pool": str(source.pool.uuid),
            "source_name": source.name,
            "source_format": source.format,
            "source_backing": source.backing,
        },
        told={"copy": name, "pool": into.name, "format": format},
        changes=((f"volume:{name}", None, f"{format or 'raw'}, a copy of {source.name} in {into.name}"),),
        takes=owners.new(into, name, source.capacity_bytes, by),
    )


def _may_read(volume: Volume, field: str, by: Actor) -> None:
    """Raises NotPermitted: whoever has a copy of it, or a layer over it, reads it."""
    if lacking := lacks_reading(volume, by):
        raise NotPermitted(lacking, errors={field: [lacking]})


def _target(pool_id: UUID, name: str, by: Actor) -> Pool:
    """The pool, its row held until the transaction ends, with this name free in it."""
    pool = find_pool(pool_id, "volume.create", by, lock=True)
    problem = names.fault_in(name, pool)
    if problem:
        raise Invalid(problem, errors={"name": [problem]})
    check_running(pool)
    if pool.type not in WRITABLE:
        raise PoolForbids(f"In a pool of type {pool.type} no volumes are made.")
    there = names.taken(pool, name)
    if there:
        raise NameTaken(there)
    return pool


def _format(pool: Pool, format: str | None, errors: dict[str, list[str]]) -> str:
    if pool.type in FORMATLESS:
        if format not in {None, "raw"}:
            errors["format"] = [f"A pool of type {pool.type} keeps raw volumes alone."]
        return ""
    return format or "qcow2"


def _check_below(below: Volume, format: str, errors: dict[str, list[str]]) -> None:
    if format != "qcow2":
        errors["format"] = ["Only qcow2 can be a layer over another volume."]
    if below.type not in {"file", "block"} or not below.path:
        errors["backing"] = [f"{below.name} is no file and no device."]
    elif below.encryption:
        errors["backing"] = [f"{below.name} is encrypted."]


def _check_room(pool: Pool, needed: int) -> None:
    if needed > pool.available_bytes:
        raise NoRoom(pool, needed)


def _into(pool: Pool, name: str, format: str, capacity_bytes: int) -> dict[str, Any]:
    return {
        "pool": str(pool.pk),
        "pool_uuid": str(pool.uuid),
        "name": name,
        "format": format,
        "capacity_bytes": capacity_bytes,
    }


def _driver_format(volume: Volume) -> str:
    """What QEMU takes the content for: never a guess, and an ISO is raw to it."""
    return volume.format if volume.format in {"qcow2", "vmdk", "vdi", "qed", "vpc", "vhdx"} else "raw"


def _with_ending(name: str, format: str) -> str:
    stem, dot, ending = name.rpartition(".")
    known = {*ENDINGS.values(), "raw", "vhdx"}
    return f"{stem if dot and ending.lower() in known else name}.{ENDINGS[format]}"
