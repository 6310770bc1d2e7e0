"""What is known already of a changed definition and its host: refused before anything changes. Asks no node."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from access.actor import Actor
from domains.backups.users import standing_on
from domains.copies.users import told, users_of
from domains.editing.edits import Edit, plain
from domains.models import Domain
from domains.reaching import known_on, sentences
from domains.second import not_connected, not_given
from domains.volume_users import kept_otherwise
from hosts.offers import offer_for
from hypervisor.data import DomainCapabilities
from hypervisor.xml.domain import read_domain
from hypervisor.xml.hardware import Hardware, read_hardware
from hypervisor.xml.reach import newly_reached
from hypervisor.xml.sources import disk_uses
from networks.models import Network
from storage.models import Volume


@dataclass(frozen=True, slots=True)
class Problem:
    """What is in the way. `conflict`: not wrong by itself, but something else is in its place."""

    code: str
    field: str
    detail: str
    conflict: bool = False


def problems(
    domain: Domain, before: str, after: str, edits: list[Edit], by: Actor, *, new: str = ""
) -> list[Problem]:
    """Everything that is in the way. `new`: the path of a volume that the change makes itself."""
    old, hardware = read_hardware(before), read_hardware(after)
    offer = _offer(domain, after)
    return [
        *_permissions(domain, before, after, by, new),
        *_counts(domain, old, hardware, offer),
        *_disks(domain, before, after, by, new),
        *_interfaces(domain, old, hardware, by),
        *_models(edits, hardware, offer),
    ]


def _offer(domain: Domain, xml: str) -> DomainCapabilities | None:
    said = read_domain(xml)
    return offer_for(domain.host_id, domain_type=said.domain_type, arch=said.arch, machine=said.machine)


def _permissions(domain: Domain, before: str, after: str, by: Actor, new: str) -> Iterator[Problem]:
    """What it reaches on its host that it did not before needs a permission of its own."""
    at = {"domain": domain.pk, **domain.host.within}
    known = known_on(domain.host, by)
    is_volume = known.is_volume
    known = replace(known, is_volume=lambda path, use: path == new or is_volume(path, use))
    for reach in newly_reached(before, after, known):
        if not by.scope(f"domain.{reach.permission}").covers(at):
            yield Problem("not_permitted", reach.path, sentences([reach])[0])
    for text in not_given(before, after, domain.host, by, new=new):
        yield Problem("not_permitted", "source", text)
    for text in not_connected(before, after, domain.host, by):
        yield Problem("not_permitted", "source.network", text)


def _counts(
    domain: Domain, old: Hardware, new: Hardware, offer: DomainCapabilities | None
) -> Iterator[Problem]:
    was, now = old.settings, new.settings
    if offer is not None and offer.max_vcpus and now.max_vcpus > max(offer.max_vcpus, was.max_vcpus):
        field = "max_vcpus" if now.vcpus <= offer.max_vcpus else "vcpus"
        yield Problem("vcpus", field, f"{domain.host.name} gives such a domain at most {offer.max_vcpus}.")
    most = domain.host.memory_bytes
    if most and now.max_memory_bytes > max(most, was.max_memory_bytes):
        yield Problem("memory", "max_memory_bytes", f"{domain.host.name} has {most} bytes.")


def _disks(domain: Domain, before: str, after: str, by: Actor, new: str) -> Iterator[Problem]:
    was = {(use.source, use.readonly or use.shareable or use.device == "cdrom") for use in disk_uses(before)}
    now = disk_uses(after)
    for use in now:
        shared = use.readonly or use.shareable or use.device == "cdrom"
        if not use.source or (use.source, shared) in was or use.source == new:
            continue
        path = use.source
        if use.type == "volume":
            pool, _, name = use.source.partition("/")
            volumes = Volume.objects.permitted(by, "pool.read").filter(pool__host=domain.host_id)
            volume = volumes.filter(pool__name=pool, name=name).first()
            if volume is None:
                yield Problem(
                    "volume", "source", f"{domain.host.name} has no volume {name} in a pool {pool}."
                )
                continue
            path = volume.path
        if not shared and sum(other.source == use.source for other in now) > 1:
            yield Problem(
                "volume_in_use", "source", "Another disk of this domain is the same.", conflict=True
            )
        if parts := standing_on({domain.host_id: [path]}, by):
            words = parts[domain.host_id, path].words
            yield Problem(
                "volume_in_use", "source", f"It is a part of {words}: restore that instead.", conflict=True
            )
            continue
        users = [] if shared else users_of(domain.host, [path], besides=domain.pk).get(path, [])
        kept = None if shared or users else kept_otherwise(domain.host, path, by)
        if kept is not None:
            yield Problem("volume_in_use", "source", f"It is used by {kept.words}.", conflict=True)
        if users:
            yield Problem(
                "volume_in_use",
                "source",
                f"It is used by {told(users, by)[0]}. It can be had read-only, or shareable.",
                conflict=True,
            )


def _interfaces(domain: Domain, old: Hardware, new: Hardware, by: Actor) -> Iterator[Problem]:
    before = {placed.key: plain(placed.device) for placed in old.devices if placed.kind == "interface"}
    had = {(card.get("source") or {}).get("network") for card in before.values()}
    names: set[str] | None = None
    for placed in new.devices:
        if placed.kind != "interface" or before.get(placed.key) == plain(placed.device):
            continue
        card: dict[str, Any] = plain(placed.device)
        mac = (card.get("mac") or "").lower()
        if mac and placed.key not in before:
            others = Domain.objects.filter(host=domain.host_id, gone_at=None, macs__icontains=mac)
            twin = others.exclude(pk=domain.pk).first()
            if twin is not None:
                seen = others.permitted(by, "domain.read").filter(pk=twin.pk).exists()
                name = twin.name if seen else "Another domain"
                yield Problem("mac_in_use", "mac", f"{name} on the same host has {mac}.", conflict=True)
        network = (card.get("source") or {}).get("network")
        if network and network not in had:
            if names is None:
                networks = Network.objects.permitted(by, "network.read").filter(host=domain.host_id)
                names = set(networks.values_list("name", flat=True))
            if network not in names:
                yield Problem("network", "source.network", f"{domain.host.name} has no network {network}.")


def _models(edits: list[Edit], hardware: Hardware, offer: DomainCapabilities | None) -> Iterator[Problem]:
    """What the node's emulator does not have for such a machine. Where it says nothing, libvirt decides."""
    if offer is None:
        return
    for edit in edits:
        for kind, name, enum in (
            ("disk", "bus", "bus"),
            ("video", "model", "modelType"),
            ("tpm", "model", "model"),
            ("rng", "model", "model"),
            ("graphics", "type", "type"),
        ):
            value = edit.values.get(name) if edit.kind == kind else None
            offered = offer.devices.get(kind, {}).get(enum, ())
            if isinstance(value, str) and offered and value not in offered:
                yield Problem(kind, name, f"The host offers {', '.join(offered)}.")
        if edit.verb == "settings":
            yield from _settings(edit, offer)


def _settings(edit: Edit, offer: DomainCapabilities) -> Iterator[Problem]:
    firmware = edit.values.get("firmware")
    if firmware in {"efi", "efi-secure"} and not offer.efi:
        yield Problem("firmware", "firmware", "The host has no UEFI firmware for this machine.")
    elif firmware == "efi-secure" and not offer.secure_boot:
        yield Problem("firmware", "firmware", "The host has no firmware with Secure Boot for this machine.")
    cpu = edit.values.get("cpu")
    if isinstance(cpu, dict):
        mode, model = cpu.get("mode"), cpu.get("model")
        if mode and offer.cpu_modes and mode not in offer.cpu_modes:
            yield Problem("cpu", "cpu.mode", f"The host offers {', '.join(offer.cpu_modes)}.")
        if model and mode in {None, "custom"} and offer.cpu_models and model not in offer.cpu_models:
            yield Problem("cpu", "cpu.model", "This model does not work on the host.")
