"""Carrying out an import: look inside, decide the domain as for any other, and fill its new volumes."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import transaction

from access.actor import Actor
from domains.creation import carry
from domains.creation.complaints import Complaints
from domains.creation.services import takes
from domains.creation.storage import Made
from domains.exchange import wishes
from domains.exchange.inspecting import Inside, check_fetched, look
from domains.exchange.transfer import Meter, VolumeContent, fetch, filling, put, workplace
from domains.quotas.errors import QuotaExceeded
from domains.quotas.holding import hold
from hosts import nodes
from hypervisor.data import Kind
from hypervisor.images import archive, qemu_img
from hypervisor.images.qemu_img import Layer
from hypervisor.images.scratch import Scratch
from hypervisor.node import Node
from jobs import claims
from jobs.carrying import Carrying
from jobs.errors import JobFailed

_FIRST, _LAST = 3, 78  # percent of the job
_FILE = "disk"


def bring_in(carrying: Carrying) -> dict[str, Any]:
    """Make the domain, or finish what an earlier attempt defined."""
    job = carrying.job
    host = carry.host_of(job)
    with nodes.pooled(host) as node:
        there = not carrying.first and node.has(Kind.DOMAIN, job.object_id)
    if there:
        return carry.make(carrying, lambda made, number: None)
    qemu_img.check_there()
    it = wishes.coming_of(job)
    # Streams fill their connection, so this one is nobody else's.
    own = nodes.connect(host)
    try:
        carrying.progress(1, f"looking into {it.volume.name}")
        content = VolumeContent(own, it.volume.pool.uuid, it.volume.name)
        inside = look(content)
        _decide(carrying, it, inside)
        with workplace() as scratch:
            filler = _Filler(carrying, own, scratch, content, inside)
            return carry.make(carrying, filler.fill)
    finally:
        own.close()


def _decide(carrying: Carrying, it: wishes.Coming, inside: Inside) -> None:
    """Write into the job what is to be made. Raises JobFailed with all that stands in the way."""
    job = carrying.job
    by = Actor(user=job.requested_by)
    complaints = Complaints()
    wish = wishes.decided(inside.told(), it, job.object_id, by=by, complaints=complaints)
    if complaints:
        said = " ".join(f"{field}: {text}" for field, texts in complaints.by_field.items() for text in texts)
        raise JobFailed("invalid", f"{said} Nothing was made.")
    try:
        with transaction.atomic():
            hold(job, takes([wish], it.host), host=it.host, owner=job.requested_by, by=by, makes=True)
    except QuotaExceeded as exceeded:
        raise JobFailed(exceeded.code, f"{exceeded.detail} Nothing was made.") from None
    claims.note(job, **wish.options())


class _Filler:
    """Gives each new volume what the volume that came has for it."""

    def __init__(
        self, carrying: Carrying, node: Node, scratch: Scratch, content: VolumeContent, inside: Inside
    ) -> None:
        self._node = node
        self._scratch = scratch
        self._content = content
        self._inside = inside
        self._meter = Meter(carrying, _FIRST, _LAST)

    def fill(self, made: Made, number: int) -> None:
        """Raises BadArchive (the manifest), CannotConvert, CutShort, NoCapacity, JobCancelled, HypervisorError."""
        disks = self._inside.disks
        disk = disks[number]
        if not disk.format:
            return
        share = self._meter.part(number / len(disks), (number + 1) / len(disks))
        self._scratch.check_room(disk.size_bytes + min(disk.capacity_bytes, 4 * disk.size_bytes))
        hashing = disk.checksum.begin() if disk.checksum is not None else None
        fetch(
            self._content, disk.offset, disk.size_bytes, self._scratch, _FILE,
            step=f"reading {disk.file or self._content.name}", meter=share.part(0, 0.4), hashing=hashing,
        )  # fmt: skip
        if disk.checksum is not None and hashing is not None:
            archive.check(disk.file, disk.checksum, hashing.hexdigest())
        with self._scratch.read(_FILE) as copied:
            check_fetched(disk, copied)
        with self._converted(disk.format, made, share.part(0.4, 0.7)) as file:
            self._send(file, made, share.part(0.7, 1))

    @contextmanager
    def _converted(self, format: str, made: Made, meter: Meter) -> Iterator[str]:
        """The disk as the volume is to have it: a file of the scratch folder, for as long as it is needed."""
        target = Layer("converted", "qcow2" if made.format == "qcow2" else "raw")
        watch = partial(meter.fraction, f"converting to {made.name}", made.capacity_bytes)
        try:
            qemu_img.convert(
                self._scratch, [Layer(_FILE, format)], target, capacity_bytes=made.capacity_bytes, watch=watch
            )
            self._scratch.remove(_FILE)
            yield target.file
        finally:
            self._scratch.remove(_FILE)
            self._scratch.remove(target.file)

    def _send(self, file: str, made: Made, meter: Meter) -> None:
        size = self._scratch.size(file)
        with filling(self._node, made.pool_uuid, made.name, size) as sink:
            put(sink, self._scratch, file, tell=lambda sent: meter.at(f"filling {made.name}", sent, size))
