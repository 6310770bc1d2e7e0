"""From what a person asks to changes of the definition: references become what libvirt calls them by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from access.actor import Actor
from access.errors import Invalid, NotPermitted
from domains.editing.edits import Edit
from domains.models import Domain
from hypervisor.xml.disk import Disk
from hypervisor.xml.hardware import Hardware
from hypervisor.xml.interface import Interface
from networks.models import Network
from storage.models import Pool, Volume
from storage.second import lacks_making

# Pools whose volumes lie at the path that their name says.
_FILE_POOLS = frozenset({"dir", "fs", "netfs", "vstorage"})
_FORMATS = ("qcow2", "raw")


@dataclass
class Draft:
    """What is asked of one domain. `fields` says by which name a person gave what the definition calls otherwise."""

    edits: list[Edit] = field(default_factory=list)
    autostart: bool | None = None
    new_volume: dict[str, Any] | None = None
    resize: dict[str, Any] | None = None
    tags: list[str] | None = None
    protected: bool | None = None
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def touches_node(self) -> bool:
        return bool(self.edits) or self.autostart is not None or self.resize is not None


def of_settings(body: Mapping[str, Any]) -> Draft:
    """PATCH of the domain: settings, and what is ours alone."""
    rest = dict(body)
    draft = Draft(
        autostart=rest.pop("autostart", None),
        tags=rest.pop("tags", None),
        protected=rest.pop("protected", None),
    )
    if rest:
        draft.edits.append(Edit("settings", rest))
    return draft


def of_new_device(kind: str, domain: Domain, hardware: Hardware, body: Mapping[str, Any], by: Actor) -> Draft:
    """Raises Invalid."""
    draft = Draft()
    values = _resolved(kind, domain, dict(body), by, draft)
    if kind == "disk":
        values["bus"] = values.get("bus") or _bus_for(values.get("device") or "disk", hardware)
    if kind == "interface" and not values.get("model") and domain.os_type != "exe":
        models = [placed.device.model for placed in hardware.devices if isinstance(placed.device, Interface)]
        values["model"] = models[0] if models else "virtio"
    if kind == "disk" and "pool" in values:
        _new_volume(domain, values, by, draft)
    draft.edits.append(Edit("add", {name: one for name, one in values.items() if one is not None}, kind=kind))
    return draft


def of_changed_device(
    domain: Domain, hardware: Hardware, key: str, body: Mapping[str, Any], by: Actor
) -> Draft:
    """Raises Invalid, and NotFound for a key that is not there."""
    placed = hardware.find(key)
    draft = Draft()
    values = _resolved(placed.kind, domain, dict(body), by, draft)
    if placed.kind == "disk" and "capacity_bytes" in values:
        draft.resize = _larger(domain, placed.device, values.pop("capacity_bytes"))
    if values:
        draft.edits.append(Edit("change", values, kind=placed.kind, key=key))
    return draft


def of_removed_device(hardware: Hardware, key: str) -> Draft:
    """Raises NotFound for a key that is not there."""
    return Draft([Edit("remove", kind=hardware.find(key).kind, key=key)])


def _bus_for(device: str, hardware: Hardware) -> str:
    """Where its like stands already, for the guest has a driver for that; else what its machine has."""
    disks = [placed.device for placed in hardware.devices if isinstance(placed.device, Disk)]
    if device == "floppy":
        return "fdc"
    alike = [disk.bus for disk in disks if (disk.device == "cdrom") == (device == "cdrom") and disk.bus]
    if device != "cdrom":
        return "virtio" if "virtio" in alike or not alike else alike[0]
    machine = hardware.settings.machine or ""
    return alike[0] if alike else "sata" if "q35" in machine else "ide" if "i440fx" in machine else "scsi"


def source_of(volume: Volume) -> dict[str, Any]:
    """A volume as a disk's source."""
    match volume.type:
        case "block":
            return {"type": "block", "device": volume.path}
        case "dir":
            return {"type": "dir", "dir": volume.path}
        case "network" | "netdir":
            return {"type": "volume", "pool": volume.pool.name, "volume": volume.name}
    return {"type": "file", "file": volume.path}


def _resolved(kind: str, domain: Domain, values: dict[str, Any], by: Actor, draft: Draft) -> dict[str, Any]:
    if kind == "disk" and "volume" in values:
        if "source" in values:
            raise Invalid(
                "Name a volume or a source.", errors={"volume": ["name a volume or a source, not both"]}
            )
        _name_volume(domain, values, by, draft)
    if kind == "interface" and ("network" in values or "bridge" in values):
        named = {"source", "network", "bridge"} & set(values)
        if len(named) > 1:
            raise Invalid("Name one source.", errors={name: ["only one of them can be"] for name in named})
        values["source"] = _plugged_into(domain, values, by)
        draft.fields["source.network"] = draft.fields["source"] = named.pop()
    return values


def _name_volume(domain: Domain, values: dict[str, Any], by: Actor, draft: Draft) -> None:
    volume_id: UUID | None = values.pop("volume")
    draft.fields["source"] = "volume"
    if volume_id is None:
        values["source"] = None
        return
    volume = (
        Volume.objects.permitted(by, "pool.read")
        .select_related("pool")
        .filter(pk=volume_id, pool__host=domain.host_id)
        .first()
    )
    if volume is None:
        raise Invalid(
            "There is no such volume on that host.",
            errors={"volume": [f"{domain.host.name} has no such volume"]},
        )
    if volume.encryption:
        raise Invalid(
            f"{volume.name} is encrypted.",
            errors={"volume": ["it is encrypted; only a new domain can be made with it"]},
        )
    values["source"] = source_of(volume)
    if volume.format:
        # What stands on a removable drive is read as it is.
        values.setdefault("format", "raw" if volume.format == "iso" else volume.format)


def _plugged_into(domain: Domain, values: dict[str, Any], by: Actor) -> dict[str, Any]:
    network_id, bridge = values.pop("network", None), values.pop("bridge", None)
    if network_id is None:
        return {"type": "bridge", "bridge": bridge}
    network = Network.objects.permitted(by, "network.read").filter(pk=network_id, host=domain.host_id).first()
    if network is None:
        raise Invalid(
            "There is no such network on that host.",
            errors={"network": [f"{domain.host.name} has no such network"]},
        )
    return {"type": "network", "network": network.name}


def _new_volume(domain: Domain, values: dict[str, Any], by: Actor, draft: Draft) -> None:
    """A disk of its own, made in a pool."""
    pool_id, size = values.pop("pool"), values.pop("capacity_bytes", None)
    if "source" in values:
        raise Invalid("Name a volume or a pool.", errors={"pool": ["name a volume or a pool, not both"]})
    pool = Pool.objects.permitted(by, "pool.read").filter(pk=pool_id, host=domain.host_id).first()
    if pool is None:
        raise Invalid(
            "There is no such pool on that host.", errors={"pool": [f"{domain.host.name} has no such pool"]}
        )
    if lacking := lacks_making(pool, by):
        raise NotPermitted(lacking, errors={"pool": [lacking]})
    if pool.state != "running" or pool.type not in _FILE_POOLS or not pool.target:
        raise Invalid(
            f"No volume can be made in {pool.name}.",
            errors={"pool": [f"it is {pool.state}, of type {pool.type}: no volume can be made in it here"]},
        )
    if size is None:
        raise Invalid("A new volume needs a size.", errors={"capacity_bytes": ["a new volume needs a size"]})
    if size > pool.available_bytes and values.get("format") == "raw":
        raise Invalid(
            f"{pool.name} has no room for it.",
            errors={"capacity_bytes": [f"{pool.available_bytes} bytes are free"]},
        )
    format = values.setdefault("format", "qcow2")
    if format not in _FORMATS:
        raise Invalid("No such format.", errors={"format": [f"a new volume is one of {', '.join(_FORMATS)}"]})
    name = _free_name(pool, domain, format)
    path = f"{pool.target.rstrip('/')}/{name}"
    values["source"] = {"type": "file", "file": path}
    draft.fields["source"] = "pool"
    draft.new_volume = {
        "pool": str(pool.uuid), "name": name, "path": path, "capacity_bytes": size, "format": format,
    }  # fmt: skip


def _free_name(pool: Pool, domain: Domain, format: str) -> str:
    taken = set(pool.volumes.values_list("name", flat=True))
    number = 1
    while (name := f"{domain.name}-{number}.{'img' if format == 'raw' else format}") in taken:
        number += 1
    return name


def _larger(domain: Domain, disk: Any, size: int) -> dict[str, Any]:
    """Only ever larger: what a guest has at the end of its disk would be gone."""
    path = disk.source and (disk.source.file or disk.source.device) if isinstance(disk, Disk) else None
    volumes = Volume.objects.filter(pool__host=domain.host_id, path=path).select_related("pool")
    volume = volumes.first() if path else None
    if volume is None:
        raise Invalid(
            "It is not a volume of a pool.",
            errors={"capacity_bytes": ["it is not a volume of a pool that is known"]},
        )
    if size < volume.capacity_bytes:
        raise Invalid(
            "A disk never gets smaller.",
            errors={"capacity_bytes": [f"it has {volume.capacity_bytes}, and a disk never gets smaller"]},
        )
    return {
        "target": disk.target,
        "capacity_bytes": size,
        "pool": str(volume.pool.uuid),
        "volume": volume.name,
    }
