"""Looking at content that is on a node: is it what was declared, and is its sum right?"""

import hashlib
import time
from dataclasses import dataclass

from hosts.models import Host
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed
from storage.content import lines
from storage.content.giving import Reading
from storage.content.inspecting import inspect_volume, is_archive, refusal_of
from storage.models import Pool

_SAY_EVERY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """What content is. `format` may be `ova`."""

    format: str
    capacity_bytes: int
    label: str
    head: bytes


def verify(
    carrying: Carrying, host: Host, pool: Pool, name: str, *, size: int, format: str, sha256: str
) -> Found:
    """Look at a volume's first `size` bytes. Raises JobFailed, JobCancelled, HypervisorError."""
    found = look_into(host, pool, name, size=size, format=format)
    if sha256:
        summed = sum_of(carrying, host, pool, name, size)
        if summed != sha256:
            raise JobFailed("checksum", f"Its SHA-256 is {summed}, and {sha256} was declared.")
    return found


def look_into(host: Host, pool: Pool, name: str, *, size: int, format: str) -> Found:
    """What it is. Raises JobFailed where that may not be, HypervisorError."""
    with lines.line(host) as node:
        header, head = inspect_volume(node, pool.uuid, name, size)
    if problem := refusal_of(header, format, head):
        raise JobFailed("content_refused", problem)
    archive = header.format == "raw" and is_archive(head)
    return Found("ova" if archive else header.format, header.capacity_bytes or size, header.label, head)


def sum_of(carrying: Carrying, host: Host, pool: Pool, name: str, size: int) -> str:
    """The SHA-256 of the first `size` bytes, read back from the node. Raises JobCancelled, HypervisorError."""
    digest = hashlib.sha256()
    reading = Reading(host, lines.take(host), pool.uuid, name, 0, size)
    moved, done = Moved(carrying, "checking the sum", size), 0
    try:
        while block := reading.read():
            digest.update(block)
            done += len(block)
            moved.to(done)
    finally:
        reading.close()
    return digest.hexdigest()


class Moved:
    """Says how far content is, and stops where that is wished or its time is over; twice a second at most."""

    def __init__(self, carrying: Carrying, step: str, size: int) -> None:
        self._carrying = carrying
        self._step = step
        self._size = size
        self._began = time.monotonic()
        self._said = 0.0

    def to(self, done: int) -> None:
        """Raises JobCancelled, JobFailed, LeaseLost."""
        now = time.monotonic()
        if now - self._said < _SAY_EVERY_SECONDS and done < self._size:
            return
        self._said = now
        if self._carrying.cancel_requested():
            raise JobCancelled
        if self._carrying.late:
            raise JobFailed("deadline", f"Its time passed after {done} of {self._size} bytes.")
        self._carrying.progress(
            99 * done // max(1, self._size),
            self._step,
            {
                "total_bytes": self._size,
                "processed_bytes": done,
                "remaining_bytes": max(0, self._size - done),
                "rate_bytes": int(done / max(0.001, now - self._began)),
            },
        )
