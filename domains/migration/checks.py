"""What is known already of both hosts: refuse before anything begins, with the reason. Asks no node."""

from dataclasses import dataclass

from domains.models import Definition, Domain
from hosts.models import Host
from networks.models import Network
from storage.models import Pool


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
        Check("networks", *_networks(definition, destination)),
        Check("storage", *_storage(definition, destination, copy_storage)),
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


def _networks(definition: Definition | None, destination: Host) -> tuple[bool, str]:
    wanted = {i["source"] for i in (definition.interfaces if definition else []) if i["type"] == "network"}
    there = set(Network.objects.filter(host=destination, active=True).values_list("name", flat=True))
    missing = sorted(wanted - there)
    if missing:
        return False, f"{destination.name} has no active network {', '.join(missing)}."
    return True, "Its networks are there."


def _storage(definition: Definition | None, destination: Host, copy_storage: bool) -> tuple[bool, str]:
    disks = [
        disk for disk in (definition.disks if definition else []) if disk["source"] and not disk["readonly"]
    ]
    local = [disk for disk in disks if disk["type"] in {"file", "block"}]
    if copy_storage:
        if not local:
            return True, "It has no local disk to copy; its network disks are opened by both hosts."
        pools = set(Pool.objects.filter(host=destination, state="running").values_list("target", flat=True))
        homeless = [disk["source"] for disk in local if disk["source"].rpartition("/")[0] not in pools]
        if homeless:
            return False, f"{destination.name} has no running pool for {', '.join(homeless)}."
        return True, f"{len(local)} disks are copied."
    return (
        True,
        "Its disks must be shared by both hosts; libvirt checks that."
        if local
        else "Its disks are network disks, or it has none.",
    )
