"""Carrying out an export: each disk compressed, then all of it as one archive into a new volume."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from domains.copies import copying
from domains.copies.carry import seen
from domains.copies.disks import Disk, Places
from domains.creation.names import file_stem
from domains.exchange.transfer import Meter, VolumeContent, fetch, filling, put, workplace
from domains.models import Domain
from hosts import looking, nodes
from hypervisor import errors
from hypervisor.appliance import Appliance, ApplianceCard, ApplianceDisk
from hypervisor.content import ContentSink
from hypervisor.data import NewVolume, VolumeSeen
from hypervisor.images import archive, qemu_img
from hypervisor.images.qemu_img import Layer
from hypervisor.images.scratch import Scratch
from hypervisor.node import Node
from hypervisor.states import ACTIVE
from hypervisor.xml.domain import read_domain
from hypervisor.xml.osinfo_id import system_of
from hypervisor.xml.ovf_writing import write_ovf
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed
from jobs.kinds import Again, Failed, Unknown, Verdict, WasCancelled
from jobs.models import Job
from storage.models import Volume
from storage.volumes.trust import check_chain

_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)
_DEEPEST = 32  # layers
_DISKS_END, _ARCHIVE_END = 70, 97  # percent
_BUSES = {"ide": "ide", "sata": "sata"}  # any other becomes SCSI
_OPTIONS = {"subformat": "streamOptimized"}


@dataclass(frozen=True, slots=True)
class _Below:
    """A layer of a disk, the top one first."""

    pool: UUID
    seen: VolumeSeen
    format: str


@dataclass(frozen=True, slots=True)
class _Member:
    """A file of the archive: its content, or None for one that lies in the scratch folder."""

    name: str
    size_bytes: int
    content: bytes | None = None


def export(carrying: Carrying) -> dict[str, Any]:
    """Make the appliance; end when its volume can be seen."""
    job = carrying.job
    domain = _domain(job)
    pool, name = UUID(job.option("pool_uuid")), str(job.option("volume"))
    qemu_img.check_there()
    # Streams fill their connection, so this one is nobody else's.
    node = nodes.connect(domain.host)
    try:
        whole, disks = _ready(carrying, node, domain)
        _refuse_taken(node, pool, name)
        with workplace() as scratch:
            stem = file_stem(domain.name)
            files = [f"{stem}-disk{number}.vmdk" for number, _ in enumerate(disks, 1)]
            meter = Meter(carrying, 2, _DISKS_END)
            capacities = _compress(meter, node, scratch, list(zip(disks, files, strict=True)))
            made = [
                ApplianceDisk(file, file, capacities[file], scratch.size(file), _bus(whole, disk))
                for disk, file in zip(disks, files, strict=True)
            ]
            _write(carrying, node, scratch, stem, _appliance(domain, whole, made))
    finally:
        node.close()
        looking.look(domain.host_id, "pool", pool)
    row = Volume.objects.filter(pool_id=job.option("pool"), name=name).first()
    return {"volume": {"id": str(row.pk) if row is not None else None, "name": name}}


def recover(job: Job) -> Verdict:
    """What an interrupted attempt wrote is not whole: it goes, and the export begins anew."""
    try:
        domain = _domain(job)
    except JobFailed as gone:
        return Failed(gone.code, gone.detail)
    if job.option("began"):
        with nodes.pooled(domain.host) as node:
            try:
                node.delete_volume(UUID(job.option("pool_uuid")), job.option("volume"))
            except errors.NotFound:
                pass
            except (errors.OperationInvalid, errors.Busy) as busy:
                return Unknown(f"The node still works at {job.option('volume')}: {busy.detail}")
        looking.look(domain.host_id, "pool", UUID(job.option("pool_uuid")))
    return WasCancelled() if job.cancel_requested_at is not None else Again()


def _domain(job: Job) -> Domain:
    domain = Domain.objects.select_related("host").filter(pk=job.object_id, gone_at=None).first()
    if domain is None:
        raise JobFailed("not_found_on_node", f"{job.object_name} is no longer there.")
    return domain


def _ready(carrying: Carrying, node: Node, domain: Domain) -> tuple[str, list[Disk]]:
    """Its definition and its own disks, once all is seen to hold. Raises JobFailed."""
    carrying.progress(1, f"looking at {domain.name} and its disks")
    now = seen(node, domain.pk)
    if now is None:
        raise JobFailed("not_found_on_node", f"{domain.name} is no longer there.")
    if now.state in ACTIVE:
        raise JobFailed(
            "operation_invalid", f"{domain.name} is {now.state} again; one that is off is exported."
        )
    whole = node.secret_definition(domain.pk)
    own = [disk for disk in Places(domain.host).disks(whole) if disk.use.own]
    for disk in own:
        if disk.place is None or disk.use.encrypted:
            raise JobFailed("changed", f"The disk {disk.use.target} is not one that can leave any more.")
    for pool in {disk.place.pool_uuid for disk in own if disk.place is not None}:
        node.refresh_pool(pool)  # a guest may have written there since
    copying.refuse_disguised(node, own)
    return whole, own


def _refuse_taken(node: Node, pool: UUID, name: str) -> None:
    node.refresh_pool(pool)
    try:
        node.volume(pool, name)
    except errors.NotFound:
        return
    raise JobFailed("name_taken", f"There is a volume {name} already. Nothing was made.")


def _compress(
    meter: Meter, node: Node, scratch: Scratch, disks: Sequence[tuple[Disk, str]]
) -> dict[str, int]:
    """Each disk as a compressed file of the scratch folder; gives how large each disk is."""
    capacities = {}
    for number, (disk, file) in enumerate(disks):
        share = meter.part(number / len(disks), (number + 1) / len(disks))
        layers = _layers(node, disk)
        check_chain(node, layers[0].pool, layers[0].seen)
        sizes = [node.content_size(one.pool, one.seen.name) for one in layers]
        # Compressed it is rarely larger than what it holds; zeros become holes here.
        scratch.check_room(
            2 * sum(min(one.seen.allocation_bytes, size) for one, size in zip(layers, sizes, strict=True))
        )
        local = [Layer(f"layer-{at}", one.format) for at, one in enumerate(layers)]
        for at, (one, size) in enumerate(zip(layers, sizes, strict=True)):
            content = VolumeContent(node, one.pool, one.seen.name)
            part = share.part(0.5 * at / len(layers), 0.5 * (at + 1) / len(layers))
            fetch(content, 0, size, scratch, local[at].file, step=f"reading {disk.use.target}", meter=part)
        capacity = capacities[file] = layers[0].seen.capacity_bytes
        qemu_img.convert(
            scratch,
            local,
            Layer(file, "vmdk"),
            capacity_bytes=capacity,
            watch=partial(share.part(0.5, 1).fraction, f"compressing {disk.use.target}", capacity),
            options=_OPTIONS,
        )
        for layer in local:
            scratch.remove(layer.file)
    return capacities


def _layers(node: Node, disk: Disk) -> list[_Below]:
    """The disk and all that it stands on: volumes, by the formats that were written down for them."""
    found: list[_Below] = []
    path, format = disk.path, disk.use.format
    while path and len(found) < _DEEPEST:
        pool, volume = node.volume_at(path)
        if format not in qemu_img.DRIVERS:
            raise JobFailed("not_supported", f"The disk {disk.use.target} is of the format {format}.")
        found.append(_Below(pool, volume, format))
        path, format = ("", "") if format == "raw" else (volume.backing, volume.backing_format or "raw")
    if path:
        raise JobFailed("not_supported", f"The disk {disk.use.target} has more than {_DEEPEST} layers.")
    return found


def _write(carrying: Carrying, node: Node, scratch: Scratch, stem: str, appliance: Appliance) -> None:
    """The archive, into a volume that is made for it and goes again when that fails."""
    job = carrying.job
    pool, name = UUID(job.option("pool_uuid")), str(job.option("volume"))
    members = _members(scratch, stem, appliance)
    whole = archive.archive_bytes({one.name: one.size_bytes for one in members})
    free = node.pool(pool).available_bytes
    if whole > free:
        raise errors.NoCapacity(
            f"The appliance takes {whole // 2**20} MiB, and its pool has {free // 2**20} MiB free."
        )
    carrying.touching(f"writing {name}")
    _refuse_taken(node, pool, name)  # compressing may have taken hours
    copying.began(job)  # from here on what is there is its own
    node.create_volume(pool, NewVolume(name, whole, "raw"))
    try:
        with filling(node, pool, name, whole) as sink:
            _send(sink, scratch, members, Meter(carrying, _DISKS_END, _ARCHIVE_END), f"writing {name}", whole)
    except _NOBODY_KNOWS:
        raise
    except (errors.HypervisorError, JobCancelled, OSError) as failure:
        raise copying.undone(failure, _removed(node, pool, name)) from None


def _members(scratch: Scratch, stem: str, appliance: Appliance) -> list[_Member]:
    """The description, the disks, the manifest of all."""
    text = write_ovf(appliance)
    digests = {f"{stem}.ovf": hashlib.sha256(text).hexdigest()}
    for disk in appliance.disks:
        with scratch.read(disk.file) as content:
            digests[disk.file] = hashlib.file_digest(content, "sha256").hexdigest()
    manifest = archive.write_manifest(digests)
    return [
        _Member(f"{stem}.ovf", len(text), text),
        *(_Member(disk.file, disk.size_bytes) for disk in appliance.disks),
        _Member(f"{stem}.mf", len(manifest), manifest),
    ]


def _send(
    sink: ContentSink, scratch: Scratch, members: Sequence[_Member], meter: Meter, step: str, whole: int
) -> None:
    done = 0
    for one in members:
        sink.write(archive.header(one.name, one.size_bytes))
        if one.content is not None:
            sink.write(one.content)
        else:
            put(sink, scratch, one.name, tell=partial(_tell, meter, step, done, whole))
        if rest := archive.padding(one.size_bytes):  # nothing at all would be the end of the stream
            sink.write(rest)
        done += archive.archive_bytes({one.name: one.size_bytes}) - len(archive.END)
    sink.write(archive.END)


def _tell(meter: Meter, step: str, before: int, whole: int, sent: int) -> None:
    meter.at(step, before + sent, whole)


def _removed(node: Node, pool: UUID, name: str) -> list[str]:
    """The half-made volume; gives its name when it could not be removed."""
    try:
        node.delete_volume(pool, name)
    except errors.NotFound:
        return []
    except _NOBODY_KNOWS:
        raise
    except errors.HypervisorError:
        return [name]
    return []


def _bus(whole: str, disk: Disk) -> str:
    by_target = {one.target: one.bus for one in read_domain(whole).disks}
    return _BUSES.get(by_target.get(disk.use.target, ""), "scsi")


def _appliance(domain: Domain, whole: str, disks: Sequence[ApplianceDisk]) -> Appliance:
    detail = read_domain(whole)
    system = system_of(whole)
    return Appliance(
        name=domain.name,
        vcpus=detail.vcpus,
        memory_bytes=detail.memory_bytes,
        system=(system.name,) if system is not None and system.name else (),
        windows=system is not None and system.is_windows,
        firmware=detail.firmware or "bios",
        description=detail.description or detail.title,
        disks=tuple(disks),
        cards=tuple(ApplianceCard(one.source or "NAT") for one in detail.interfaces),
    )
