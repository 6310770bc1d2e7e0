"""What a wizard may offer for a new domain on a host, from what was recorded. Asks no node."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from access.actor import Actor
from access.errors import NotPermitted, NotThere
from domains.copies.disks import Places
from domains.creation.frame import types_of
from domains.creation.interfaces import default_network, types_on
from domains.creation.place import MOST_AT_ONCE, free_memory, of_template
from domains.creation.storage import WRITABLE, default_pool
from domains.models import Definition, Domain
from hosts.models import Host
from hosts.offers import offers_of
from hypervisor.data import DomainCapabilities
from hypervisor.newdomain import X86
from hypervisor.systems import UNNAMED, GuestOS
from hypervisor.xml.osinfo import systems
from live.figures import latest
from networks.models import Network
from storage.models import Pool, Volume

_MEDIA = (".iso", ".img.iso")


def offered_for(template_id: UUID, *, by: Actor) -> dict[str, Any]:
    """What can be chosen for a domain of a template, by who may know nothing else of its host. Raises NotThere."""
    host = of_template({"template": template_id}, by)
    if host is None:
        raise NotThere
    return _on(host, by)


def offered(host_id: UUID, *, by: Actor) -> dict[str, Any]:
    """What can be chosen. Raises NotThere, NotPermitted."""
    host = Host.objects.permitted(by, "domain.create").filter(pk=host_id).first()
    if host is None:
        if Host.objects.permitted(by, "host.read").filter(pk=host_id).exists():
            raise NotPermitted("You may see this host, but not make domains on it.")
        raise NotThere
    return _on(host, by)


def _on(host: Host, by: Actor) -> dict[str, Any]:
    pools = list(Pool.objects.permitted(by, "pool.read").filter(host=host, state="running").order_by("name"))
    networks = Network.objects.permitted(by, "network.read").filter(host=host, active=True).order_by("name")
    volumes = _volumes(host, pools, by)
    pool, network = default_pool(host, by), default_network(host, by)
    return {
        "host": {"id": host.pk, "name": host.name},
        "types": types_of(host),
        "machines": _machines(host),
        "os": [_system(system, host.arch) for system in _known()],
        "pools": [
            {
                "id": one.pk,
                "name": one.name,
                "type": one.type,
                "available_bytes": one.available_bytes,
                "writable": one.type in WRITABLE,
            }
            for one in pools
        ],
        "default_pool": pool.pk if pool else None,
        "networks": [
            {"id": one.pk, "name": one.name, "bridge": one.bridge, "forward": one.forward} for one in networks
        ],
        "default_network": network.pk if network else None,
        "interface_types": types_on(host),
        "volumes": volumes,
        "media": [one for one in volumes if one["format"] == "iso" or one["name"].lower().endswith(_MEDIA)],
        "limits": {
            "cpus": host.cpus,
            "memory_bytes": host.memory_bytes,
            "memory_free_bytes": free_memory(host, latest("host", [host.pk]).get(host.pk, {})),
            "count": MOST_AT_ONCE,
        },
    }


def _known() -> list[GuestOS]:
    """Newest first; the Linux that nobody names stands before all."""
    named = sorted(systems().values(), key=lambda one: (one.released, one.name), reverse=True)
    return [UNNAMED, *named]


def _system(system: GuestOS, arch: str) -> dict[str, Any]:
    q35 = system.q35
    return {
        "id": system.short_id,
        "name": system.name or "Linux, or not in this list",
        "family": system.family,
        "vendor": system.vendor,
        "version": system.version,
        "released": system.released,
        "vcpus": system.vcpus,
        "memory_bytes": system.memory_bytes,
        "minimum_memory_bytes": system.minimum_memory_bytes,
        "disk_bytes": system.disk_bytes,
        "firmware": "efi" if arch in system.efi_only else "bios",
        "disk_bus": "virtio" if system.virtio_disk else "sata" if q35 else "ide",
        "interface_model": "virtio" if system.virtio_net else "e1000e" if q35 else "e1000",
    }


def _machines(host: Host) -> list[dict[str, Any]]:
    """What the emulator said; of drivers that say nothing, what the capabilities name."""
    names = {
        (type, guest["arch"]): guest["machines"]
        for guest in host.capabilities.get("guests", [])
        for type in guest["domain_types"]
    }
    found = [_offer(one, names.get((one.domain_type, one.arch), [])) for one in offers_of(host.pk)]
    if found:
        return found
    return [
        _offer(
            DomainCapabilities(type, arch, "", "", 0, False, False, (), (), (), (), False, {}, ()), machines
        )
        for (type, arch), machines in sorted(names.items())
    ]


def _offer(one: DomainCapabilities, machines: Iterable[str]) -> dict[str, Any]:
    firmwares = ["bios"] if one.arch in X86 else []
    firmwares += ["efi"] if one.efi else []
    firmwares += ["efi-secure"] if one.secure_boot and "q35" in one.machine else []
    return {
        "type": one.domain_type,
        "arch": one.arch,
        "machine": one.machine,
        "machines": list(machines),
        "firmwares": firmwares,
        "max_vcpus": one.max_vcpus,
        "cpu_modes": list(one.cpu_modes),
        "cpu_models": list(one.cpu_models),
        "disk_buses": list(one.devices.get("disk", {}).get("bus", ())),
        "video_models": list(one.devices.get("video", {}).get("modelType", ())),
        "graphics": list(one.devices.get("graphics", {}).get("type", ())),
        "tpm": "emulator" in one.devices.get("tpm", {}).get("backendModel", ()),
    }


def _volumes(host: Host, pools: list[Pool], by: Actor) -> list[dict[str, Any]]:
    """With the domain that has each as a disk: one query for all, so a name may stand for several."""
    used: dict[str, str] = {}
    places = Places(host)
    here = Domain.objects.filter(host=host, gone_at=None)
    seen = dict(here.permitted(by, "domain.read").values_list("pk", "name"))
    for domain_id, disks in Definition.objects.filter(domain__in=here).values_list("pk", "disks"):
        domain = seen.get(domain_id, "another domain")
        for disk in disks:
            if disk["source"]:
                path = (
                    places.path(disk["type"], disk["source"]) if disk["type"] == "volume" else disk["source"]
                )
                used.setdefault(path, domain)
    rows = Volume.objects.filter(pool__in=pools).select_related("pool").order_by("name")
    return [
        {
            "id": one.pk,
            "name": one.name,
            "pool": {"id": one.pool.pk, "name": one.pool.name},
            "format": one.format,
            "capacity_bytes": one.capacity_bytes,
            "used_by": used.get(one.path, ""),
        }
        for one in rows
    ]
