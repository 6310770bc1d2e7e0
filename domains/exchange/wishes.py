"""A domain that is to come out of a volume: what was asked for, and the ordinary wish that it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from access.actor import Actor
from domains.backups.users import standing_on
from domains.copies.users import reserve, told, users_of
from domains.creation import names, wish
from domains.creation.complaints import Complaints
from domains.creation.interfaces import default_network
from domains.creation.place import host_for
from domains.creation.storage import WRITABLE, default_pool
from domains.creation.wish import Wish
from domains.exchange.kinds import INSPECT
from domains.models import Domain
from domains.quotas.amounts import Amounts
from hosts.models import Host
from jobs.errors import JobFailed
from jobs.models import Job, JobState
from jobs.services import open_job_of
from networks.models import Network
from networks.second import lacks_connecting
from storage.models import Pool, Volume
from storage.second import lacks_making, lacks_reading

_ASKED = ("os", "firmware", "vcpus", "memory_bytes")
_ENDINGS = (".ova", ".vmdk", ".vdi", ".vhdx", ".vhd", ".qcow2", ".img", ".raw")


@dataclass(frozen=True, slots=True)
class Coming:
    """An import as it was asked for. `networks` None: there is none; `asked` holds what overrules the appliance."""

    host: Host
    volume: Volume
    name: str
    pool: Pool | None = None
    networks: tuple[str, ...] | None = None
    start: bool = False
    asked: Mapping[str, Any] = field(default_factory=dict)

    def options(self) -> dict[str, Any]:
        """As plain data, for the job."""
        return {
            "volume": str(self.volume.pk),
            "path": self.volume.path,
            "pool": str(self.pool.pk) if self.pool else None,
            "networks": list(self.networks) if self.networks is not None else None,
            "start": self.start,
            "asked": dict(self.asked),
        }


def coming(
    body: Mapping[str, Any], *, by: Actor, complaints: Complaints, deciding: bool = False
) -> Coming | None:
    """What a body means now; None where not even the volume is known. Raises Invalid (no such host), NotPermitted.

    `deciding`: until the transaction ends nobody else decides who has which name and disk on the host.
    """
    host = host_for({"host": body["host"]}, by=by)
    if deciding:
        reserve(host)
    if host.state != "up":
        complaints.add("host", f"{host.name} is {host.state}; domains are made on a host that is up.")
    volume = _volume(body["volume"], host, by, complaints)
    if volume is None:
        return None
    inside = last_look(volume) or {}
    name = body.get("name") or inside.get("name") or _name_of(volume)
    names.check(name, host, complaints)
    return Coming(
        host,
        volume,
        name,
        pool=_pool(body, host, volume, by, complaints),
        networks=_networks(body, host, by, complaints),
        start=bool(body.get("start", False)),
        asked={one: body[one] for one in _ASKED if one in body},
    )


def coming_of(job: Job) -> Coming:
    """What the job's wish named, as it is now. Raises JobFailed for what is gone."""
    host = Host.objects.filter(pk=job.host_id).first() if job.host_id else None
    volume = Volume.objects.select_related("pool").filter(pk=job.option("volume")).first()
    pool = Pool.objects.filter(pk=job.option("pool")).first() if job.option("pool") else None
    if host is None or volume is None or (pool is None and job.option("pool")):
        raise JobFailed("not_found", "What it was to be made of, or where, is no longer there.")
    networks = job.option("networks")
    return Coming(
        host,
        volume,
        job.object_name,
        pool=pool,
        networks=tuple(networks) if networks is not None else None,
        start=bool(job.option("start")),
        asked=job.option("asked", {}),
    )


def known(it: Coming) -> Amounts:
    """What it counts for in quotas, as far as it was looked into; the rest is known once its job has read it."""
    inside = last_look(it.volume) or {}
    return Amounts(
        domains=1,
        vcpus=it.asked.get("vcpus") or inside.get("vcpus") or 0,
        memory_bytes=it.asked.get("memory_bytes") or inside.get("memory_bytes") or 0,
        storage_bytes=sum(disk["capacity_bytes"] for disk in inside.get("disks", ())),
    )


def decided(inside: Mapping[str, Any], it: Coming, uuid: UUID, *, by: Actor, complaints: Complaints) -> Wish:
    """The ordinary wish for a new domain that has what is inside. Its volumes are made empty, then filled."""
    return wish.decided(_body(inside, it), it.name, it.host, by=by, complaints=complaints, uuid=uuid)


def last_look(volume: Volume) -> dict[str, Any] | None:
    """What the last look into the volume found, while the volume is as large as it was then."""
    looks = Job.objects.filter(kind=INSPECT, object_id=volume.pk, state=JobState.SUCCEEDED)
    job = looks.order_by("-finished_at").first()
    found: dict[str, Any] | None = job.result if job is not None else None
    return found if found and found.get("volume_bytes") == volume.capacity_bytes else None


def _body(inside: Mapping[str, Any], it: Coming) -> dict[str, Any]:
    """As `POST /domains/` takes it."""
    body: dict[str, Any] = {"start": it.start, "disks": []}
    body |= {one: inside[one] for one in _ASKED if inside.get(one)}
    body |= it.asked
    for disk in inside["disks"]:
        wanted: dict[str, Any] = {"capacity_bytes": disk["capacity_bytes"]}
        if it.pool is not None:
            wanted["pool"] = it.pool.pk
        if inside.get("windows") and "os" not in body:
            wanted["bus"] = "sata"  # which of them it is nobody knows, and none has virtio's driver by itself
        body["disks"].append(wanted)
    cards = len(inside["interfaces"])
    if it.networks is not None:
        cards = cards if inside["kind"] == "appliance" else len(it.networks)
        chosen = [
            it.networks[min(number, len(it.networks) - 1)] for number in range(cards if it.networks else 0)
        ]
        body["interfaces"] = [{"network": UUID(network)} for network in chosen]
    elif not cards:
        body["interfaces"] = []
    return body


def _volume(id: UUID, host: Host, by: Actor, complaints: Complaints) -> Volume | None:
    volume = (
        Volume.objects.permitted(by, "pool.read")
        .select_related("pool")
        .filter(pk=id, pool__host=host)
        .first()
    )
    if volume is None:
        complaints.add("volume", f"There is no such volume on {host.name}.")
        return None
    if lacking := lacks_reading(volume, by):
        complaints.add("volume", lacking)
    if volume.pool.state != "running":
        complaints.add("volume", f"Its pool {volume.pool.name} is {volume.pool.state}.")
    if volume.type == "dir":
        complaints.add("volume", f"{volume.name} is a folder.")
    under_way = open_job_of("volume", volume.pk)
    if under_way is not None and under_way.kind != INSPECT:
        complaints.add("volume", f"{volume.name} is busy: {under_way.kind} is {under_way.state}.")
    if volume.backing:
        complaints.add("volume", f"{volume.name} is a layer over {volume.backing}: it is not whole.")
    # Templates and the library only read it, and so does another import.
    users = users_of(host, [volume.path]).get(volume.path, [])
    there = set(Domain.objects.filter(pk__in=[user.id for user in users]).values_list("pk", flat=True))
    if users := [user for user in users if user.id in there]:
        complaints.add("volume", f"{volume.name} is used by {told(users, by)[0]}.")
    if parts := standing_on({host.pk: [volume.path]}, by):
        words = parts[host.pk, volume.path].words
        complaints.add("volume", f"{volume.name} is a part of {words}: restore that instead.")
    return volume


def _pool(
    body: Mapping[str, Any], host: Host, volume: Volume, by: Actor, complaints: Complaints
) -> Pool | None:
    if "pool" not in body:
        own = volume.pool.type in WRITABLE and not lacks_making(volume.pool, by)
        return volume.pool if own else default_pool(host, by)
    pool = Pool.objects.permitted(by, "pool.read").filter(pk=body["pool"], host=host).first()
    if pool is None:
        complaints.add("pool", f"There is no such pool on {host.name}.")
    elif lacking := lacks_making(pool, by):
        complaints.add("pool", lacking)
    elif pool.state != "running":
        complaints.add("pool", f"{pool.name} is {pool.state}.")
    elif pool.type not in WRITABLE:
        complaints.add("pool", f"In a pool of type {pool.type} no volumes are made.")
    return pool


def _networks(
    body: Mapping[str, Any], host: Host, by: Actor, complaints: Complaints
) -> tuple[str, ...] | None:
    if "networks" not in body:
        network = default_network(host, by)
        return (str(network.pk),) if network is not None else None
    for id in body["networks"]:
        network = Network.objects.permitted(by, "network.read").filter(pk=id, host=host).first()
        if network is None:
            complaints.add("networks", f"There is no such network on {host.name}.")
        elif lacking := lacks_connecting(network, by):
            complaints.add("networks", lacking)
        elif not network.active:
            complaints.add("networks", f"{network.name} is not active.")
    return tuple(str(id) for id in body["networks"])


def _name_of(volume: Volume) -> str:
    """What it is called when nobody gave a name: the file without its ending."""
    lower = volume.name.lower()
    ending = next((ending for ending in _ENDINGS if lower.endswith(ending)), "")
    return volume.name[: len(volume.name) - len(ending)] if ending else volume.name
