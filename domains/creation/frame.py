"""What the machine of a new domain is: type, architecture, firmware, processors, memory; by what its host offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domains.creation.complaints import Complaints
from hosts.models import Host
from hosts.offers import offer_for
from hypervisor.data import DomainCapabilities
from hypervisor.newdomain import X86, Topology
from hypervisor.systems import GuestOS
from hypervisor.xml.osinfo import system_named

MIB = 2**20
_CONTAINER_MEMORY = 256 * MIB
_BEST_FIRST = ("kvm", "qemu", "hvf", "xen", "ch", "bhyve", "test", "lxc")


@dataclass(frozen=True, slots=True)
class Frame:
    """The machine as it was decided. `offer` is what its host said of such machines; None where it says nothing."""

    type: str
    arch: str
    machine: str
    firmware: str
    system: GuestOS
    vcpus: int
    topology: Topology | None
    cpu_mode: str
    cpu_model: str
    memory_bytes: int
    offer: DomainCapabilities | None

    @property
    def container(self) -> bool:
        return self.type == "lxc"

    @property
    def x86(self) -> bool:
        return self.arch in X86

    @property
    def q35(self) -> bool:
        return self.x86 and "q35" in self.machine

    def offers(self, device: str, name: str, value: str) -> bool:
        """Whether the host's emulator has this value; where nothing is known, it may."""
        if self.offer is None or not self.offer.devices:
            return True
        return value in self.offer.devices.get(device, {}).get(name, ())


def decide(body: Mapping[str, Any], host: Host, complaints: Complaints) -> Frame:
    """The machine; what cannot be is complained about, and something possible stands in its place."""
    system = system_named(body.get("os", ""))
    if system is None:
        complaints.add("os", "No operating system of that name is known here.")
        system = GuestOS()
    type, arch, machines = _guest(body, host, complaints)
    machine = _machine(body, type, arch, machines, system, complaints)
    offer = offer_for(host.pk, domain_type=type, arch=arch, machine=machine)
    vcpus, topology = _processors(body, type, system, offer, complaints)
    mode, model = _cpu(body, type, arch, offer, complaints)
    return Frame(
        type=type,
        arch=arch,
        machine=machine,
        firmware=_firmware(body, type, arch, machine, system, offer, complaints),
        system=system,
        vcpus=vcpus,
        topology=topology,
        cpu_mode=mode,
        cpu_model=model,
        memory_bytes=_memory(body, type, host, system, complaints),
        offer=offer,
    )


def types_of(host: Host) -> list[str]:
    """What kinds of domains the host runs, the best first."""
    found = {type for guest in host.capabilities.get("guests", []) for type in guest["domain_types"]}
    return sorted(found, key=lambda one: (_BEST_FIRST.index(one) if one in _BEST_FIRST else 99, one))


def _guest(body: Mapping[str, Any], host: Host, complaints: Complaints) -> tuple[str, str, list[str]]:
    offered = [
        (type, guest["arch"], guest["machines"])
        for guest in host.capabilities.get("guests", [])
        for type in guest["domain_types"]
    ]
    known = types_of(host)
    wanted_type, wanted_arch = body.get("type"), body.get("arch")
    if not known:
        complaints.add("host", f"{host.name} does not say what domains it can run.")
    if wanted_type and wanted_type not in known:
        complaints.add("type", f"{host.name} runs {', '.join(known) or 'nothing that is known'}.")
    arches = sorted({arch for type, arch, _ in offered if wanted_type in {None, type}})
    if wanted_arch and arches and wanted_arch not in arches:
        complaints.add("arch", f"{host.name} runs {', '.join(arches)}.")
    fitting = [one for one in offered if wanted_type in {None, one[0]} and wanted_arch in {None, one[1]}]
    if not fitting:
        if not complaints:
            complaints.add("type", f"{host.name} cannot run such a domain.")
        return wanted_type or "qemu", wanted_arch or host.arch or "x86_64", []
    return min(fitting, key=lambda one: (one[1] != host.arch, known.index(one[0])))


def _machine(
    body: Mapping[str, Any],
    type: str,
    arch: str,
    machines: list[str],
    system: GuestOS,
    complaints: Complaints,
) -> str:
    wanted = str(body.get("machine", ""))
    if type == "lxc":
        if wanted:
            complaints.add("machine", "A container has none.")
        return ""
    if wanted:
        if machines and wanted not in machines:
            complaints.add("machine", f"Not offered by the host for {arch}.")
        return wanted
    for name, suits in (("q35", arch in X86 and system.q35), ("pc", arch in X86), ("virt", True)):
        if suits and name in machines:
            return name
    return ""


def _firmware(
    body: Mapping[str, Any],
    type: str,
    arch: str,
    machine: str,
    system: GuestOS,
    offer: DomainCapabilities | None,
    complaints: Complaints,
) -> str:
    wanted = str(body.get("firmware", ""))
    if type == "lxc":
        if wanted:
            complaints.add("firmware", "A container has none.")
        return "bios"
    can_efi = offer is not None and offer.efi
    can_secure = offer is not None and offer.secure_boot and "q35" in machine
    if not wanted:
        by_itself = "efi" if arch in system.efi_only or arch == "aarch64" else "bios"
        if by_itself == "efi" and not can_efi and "kernel" not in body:
            complaints.add(
                "firmware", f"{system.name or arch} needs UEFI, and the host has no such firmware."
            )
        return by_itself
    if wanted != "bios" and "kernel" in body:
        complaints.add("firmware", "A kernel that is booted directly takes no firmware.")
    elif wanted != "bios" and not can_efi:
        complaints.add("firmware", "The host has no UEFI firmware for this machine.")
    elif wanted == "efi-secure" and not can_secure:
        complaints.add(
            "firmware", "The host has no firmware with Secure Boot for this machine; it needs q35."
        )
    return wanted


def _processors(
    body: Mapping[str, Any],
    type: str,
    system: GuestOS,
    offer: DomainCapabilities | None,
    complaints: Complaints,
) -> tuple[int, Topology | None]:
    topology = Topology(**body["topology"]) if "topology" in body else None
    default = topology.vcpus if topology else 1 if type == "lxc" else system.vcpus
    vcpus = int(body.get("vcpus", default))
    if topology and topology.vcpus != vcpus:
        complaints.add(
            "topology", f"It makes {topology.vcpus} processors, and the domain has {vcpus} (vcpus)."
        )
    if topology and type == "lxc":
        complaints.add("topology", "A container has none.")
    if offer is not None and offer.max_vcpus and vcpus > offer.max_vcpus:
        complaints.add("vcpus", f"At most {offer.max_vcpus} on this machine.")
    return vcpus, topology


def _cpu(
    body: Mapping[str, Any], type: str, arch: str, offer: DomainCapabilities | None, complaints: Complaints
) -> tuple[str, str]:
    modes = offer.cpu_modes if offer is not None else ()
    if "cpu" not in body:
        if type == "kvm":
            return next((mode for mode in ("host-passthrough", "host-model") if mode in modes), ""), ""
        # Its machine's own processor is one of 32 bits.
        return ("custom", "cortex-a57") if arch == "aarch64" else ("", "")
    mode, model = body["cpu"]["mode"], body["cpu"].get("model", "")
    if modes and mode not in modes:
        complaints.add("cpu.mode", f"The host offers {', '.join(modes)}.")
    if mode == "custom" and not model:
        complaints.add("cpu.model", "The mode custom needs a model.")
    if mode != "custom" and model:
        complaints.add("cpu.model", "Only the mode custom has a model.")
    if (
        mode == "custom"
        and model
        and offer is not None
        and offer.cpu_models
        and model not in offer.cpu_models
    ):
        complaints.add("cpu.model", "This model does not work on the host.")
    return mode, model


def _memory(body: Mapping[str, Any], type: str, host: Host, system: GuestOS, complaints: Complaints) -> int:
    default = _CONTAINER_MEMORY if type == "lxc" else system.memory_bytes
    memory = int(body.get("memory_bytes", default))
    if host.memory_bytes and memory > host.memory_bytes:
        complaints.add(
            "memory_bytes",
            f"{host.name} has {host.memory_bytes // MIB} MiB in all, this is {memory // MIB} MiB.",
        )
    return memory // 1024 * 1024
