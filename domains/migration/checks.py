"""What is known already of both hosts: refuse before anything begins, with the reason. Asks no node."""

from dataclasses import dataclass

from domains.migration.storage import arrival
from domains.models import Definition, Domain
from hosts.models import Host
from hypervisor.errors import InvalidXML
from hypervisor.xml.interface_uses import read_networks
from networks.models import Network


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold. `detail` is a sentence for both outcomes."""

    code: str
    ok: bool
    detail: str


def checks(domain: Domain, destination: Host, *, copy_storage: bool) -> list[Check]:
    """All of them, those that hold too: the plan shows what was looked at."""
    source = domain.host
    definition = Definition.objects.filter(pk=domain.pk).first()
    return [
        Check("other_host", source.pk != destination.pk, f"{domain.name} is on {source.name}."),
        Check("answers", destination.answers, f"{destination.name} is {destination.state}."),
        Check(
            "driver",
            source.driver == destination.driver,
            f"{source.name} runs {source.driver}, {destination.name} runs {destination.driver}.",
        ),
        Check(
            "can_migrate",
            bool(source.capabilities.get("migration")) and bool(destination.capabilities.get("migration")),
            "Both hosts offer live migration."
            if source.capabilities.get("migration") and destination.capabilities.get("migration")
            else f"The {source.driver} driver offers no live migration.",
        ),
        Check("arch", *_arch(domain, destination)),
        Check("memory", *_memory(domain, destination)),
        Check("networks", *_networks(definition, source, destination)),
        Check("storage", *_storage(definition, source, destination, copy_storage)),
    ]


def _arch(domain: Domain, destination: Host) -> tuple[bool, str]:
    guests = destination.capabilities.get("guests", [])
    fits = any(
        guest["arch"] == domain.arch and domain.domain_type in guest["domain_types"] for guest in guests
    )
    if not domain.arch or fits:
        return (
            True,
            f"{destination.name} runs {domain.arch or 'such'} guests of type {domain.domain_type or 'any'}.",
        )
    return False, f"{destination.name} cannot run {domain.arch} guests of type {domain.domain_type}."


def _memory(domain: Domain, destination: Host) -> tuple[bool, str]:
    fits = domain.memory_bytes <= destination.memory_bytes
    gib = domain.memory_bytes / 2**30
    return (
        fits,
        f"It uses {gib:.2f} GiB; {destination.name} has {destination.memory_bytes / 2**30:.1f} GiB in all.",
    )


def _networks(definition: Definition | None, source: Host, destination: Host) -> tuple[bool, str]:
    """By name: a domain finds its network by it. That one of that name is of another kind is said, not refused."""
    wanted = _named(definition) if definition is not None else frozenset()
    there = {
        network.name: network
        for network in Network.objects.filter(host=destination, name__in=wanted).defer("xml")
    }
    missing = sorted(name for name in wanted if name not in there or not there[name].active)
    if missing:
        return False, f"{destination.name} has no active network {', '.join(missing)}."
    here = {
        network.name: network for network in Network.objects.filter(host=source, name__in=wanted).defer("xml")
    }
    other = [
        f"{name} is {_kind(there[name])} there and {_kind(here[name])} here"
        for name in sorted(wanted)
        if name in here and _kind(there[name]) != _kind(here[name])
    ]
    if other:
        return (
            True,
            f"Its networks are there, but of another kind: {'; '.join(other)}. The guest may lose its link.",
        )
    return True, "Its networks are there."


def _kind(network: Network) -> str:
    return network.forward or "isolated"


def _named(definition: Definition) -> frozenset[str]:
    xml = definition.live or definition.inactive
    if xml:
        try:
            return read_networks(xml)
        except InvalidXML:
            pass  # what was read of it in its time still stands
    return frozenset(one["source"] for one in definition.interfaces if one["type"] == "network")


def _storage(
    definition: Definition | None, source: Host, destination: Host, copy_storage: bool
) -> tuple[bool, str]:
    disks = arrival(definition, source, destination, copy_storage=copy_storage)
    return disks.ok, disks.words()
