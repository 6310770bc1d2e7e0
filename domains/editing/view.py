"""A domain's hardware as people see it: what the next boot brings, what runs now, and where they differ."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from access.actor import Actor
from domains.editing.edits import plain
from domains.models import Definition, Domain
from hypervisor.xml.device_paths import device_path, keys_by_path
from hypervisor.xml.hardware import Hardware, Placed, read_hardware
from networks.models import Network
from storage.models import Volume


def hardware_of(domain: Domain, definition: Definition, by: Actor) -> dict[str, Any]:
    """Settings and devices. Which of them differ is what nodewatch found (`Definition.pending`). Raises InvalidXML."""
    edited = definition.inactive or definition.live or ""
    hardware = read_hardware(edited)
    live = read_hardware(definition.live) if definition.live else None
    changed, removed = _differing(definition, edited)
    devices = [
        _device(placed, changed.get(placed.key), _alike(placed, hardware, live))
        for placed in hardware.devices
    ]
    if live is not None:
        devices += [_device(placed, "removed", placed) for placed in live.devices if placed.key in removed]
    _name_references(domain, devices, by)
    return {
        "active": domain.active,
        "persistent": domain.persistent,
        "settings": {**plain(hardware.settings), "autostart": domain.autostart},
        "live_settings": None if live is None else {**plain(live.settings), "autostart": domain.autostart},
        "devices": devices,
        "pending": definition.pending,
    }


def devices_of(shown: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    return [device for device in shown["devices"] if device["kind"] == kind]


def _differing(definition: Definition, edited: str) -> tuple[dict[str, str], set[str]]:
    """What the next boot changes or adds, by key there; and what it takes away, by key in what runs."""
    if not definition.pending or definition.live is None:
        return {}, set()
    next_keys, live_keys = keys_by_path(edited), keys_by_path(definition.live)
    changed: dict[str, str] = {}
    removed: set[str] = set()
    for one in definition.pending:
        path = device_path(one["path"])
        if not path:
            continue
        whole = path == one["path"]
        if whole and one["inactive"] is None and path in live_keys:
            removed.add(live_keys[path])
        elif path in next_keys:
            changed[next_keys[path]] = "added" if whole and one["live"] is None else "changed"
    return changed, removed


def _alike(placed: Placed, hardware: Hardware, live: Hardware | None) -> Placed | None:
    """The running one of a device: of the same key, where the numbers of both mean the same."""
    if live is None:
        return None
    numbered = placed.key.partition(":")[2].isdecimal()
    if numbered and _count(live, placed.kind) != _count(hardware, placed.kind):
        return None
    return next((one for one in live.devices if one.key == placed.key), None)


def _device(placed: Placed, pending: str | None, live: Placed | None) -> dict[str, Any]:
    return {
        "key": placed.key,
        "kind": placed.kind,
        "pending": pending,
        **plain(placed.device),
        "live": plain(live.device) if live is not None and pending == "changed" else None,
    }


def _name_references(domain: Domain, devices: Iterable[dict[str, Any]], by: Actor) -> None:
    """Which volumes and networks of ours they are: two queries, however many."""
    disks = [device for device in devices if device["kind"] == "disk"]
    cards = [device for device in devices if device["kind"] == "interface"]
    sources = [disk.get("source") or {} for disk in disks]
    paths = {path for source in sources if (path := source.get("file") or source.get("device"))}
    named = {source["volume"] for source in sources if source.get("volume")}
    volumes: dict[Any, Volume] = {}
    if paths or named:
        found_here = Volume.objects.permitted(by, "pool.read").filter(
            Q(path__in=paths) | Q(name__in=named), pool__host=domain.host_id
        )
        for volume in found_here.select_related("pool"):
            volumes[volume.path] = volume
            volumes[(volume.pool.name, volume.name)] = volume
    for disk in disks:
        source = disk.get("source") or {}
        found = volumes.get(source.get("file") or source.get("device")) or volumes.get(
            (source.get("pool"), source.get("volume"))
        )
        disk["volume"] = found and {
            "id": found.pk,
            "name": found.name,
            "pool": {"id": found.pool.pk, "name": found.pool.name},
        }
        disk["capacity_bytes"] = found and found.capacity_bytes
    networks: dict[str, Network] = {}
    if cards:
        networks = {
            network.name: network
            for network in Network.objects.permitted(by, "network.read").filter(host=domain.host_id)
        }
    for card in cards:
        network = networks.get((card.get("source") or {}).get("network") or "")
        card["network"] = network and {"id": network.pk, "name": network.name}


def _count(hardware: Hardware, kind: str) -> int:
    return sum(placed.kind == kind for placed in hardware.devices)
