"""Reading a volume's content: may they, which part of it, and the way to the node."""

from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from access import audit
from access.actor import Actor
from storage.content import lines
from storage.content.allowed import ReadingWhileAllowed, give_place_back, take_place
from storage.content.giving import Reading
from storage.models import Volume
from storage.services.wishes import check_running, find_volume
from storage.uploads.errors import NotSatisfiable


@dataclass(frozen=True, slots=True)
class Opened:
    """What of a volume is read. `part`: not all of it, as it was asked for."""

    giver: ReadingWhileAllowed | None
    offset: int
    length: int
    size: int
    part: bool


def find(uuid: UUID, *, by: Actor) -> Volume:
    """Raises NotThere, NotPermitted, HostSilent, PoolForbids."""
    volume = find_volume(uuid, "volume.download", by)
    check_running(volume.pool)
    return volume


def open_content(
    volume: Volume, asked: tuple[int | None, int | None] | None, *, by: Actor, body: bool
) -> Opened:
    """The way to the bytes; without `body` only what they would be.

    Raises TooManyTransfers, NotSatisfiable, HypervisorError.
    """
    if not body:
        return _opened(volume, asked, by=by, body=False)
    take_place(by)
    given = None
    try:
        opened = _opened(volume, asked, by=by, body=True)
        given = opened.giver
        return opened
    finally:
        if given is None:
            give_place_back(by)


def _opened(volume: Volume, asked: tuple[int | None, int | None] | None, *, by: Actor, body: bool) -> Opened:
    host, pool = volume.pool.host, volume.pool.uuid
    node = lines.take(host)
    kept = False
    try:
        size = node.content_size(pool, volume.name)
        offset, length = _within(asked, size)
        giver = None
        if body:
            reading = Reading(host, node, pool, volume.name, offset, length)
            giver = ReadingWhileAllowed(reading, volume.pk, by)
            kept = True
            audit.record(by, "volume.download", "volume", volume.pk, volume.name, offset=offset, bytes=length)
        return Opened(giver, offset, length, size, asked is not None)
    finally:
        if not kept:
            lines.give_back(host, node, good=node.alive())


def disposition(volume: Volume) -> str:
    """A name for the file: what programs of old understand, and the name as it is."""
    plain = "".join(
        letter if (letter.isascii() and letter.isalnum()) or letter in "._-" else "_"
        for letter in volume.name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(volume.name, safe='')}"


def _within(asked: tuple[int | None, int | None] | None, size: int) -> tuple[int, int]:
    """Offset and length of what was asked for. Raises NotSatisfiable."""
    if asked is None:
        return 0, size
    first, last = asked
    if first is None:  # so many from the end
        length = min(last or 0, size)
        if not length:
            raise NotSatisfiable(size)
        return size - length, length
    if first >= size:
        raise NotSatisfiable(size)
    return first, min(size - 1 if last is None else last, size - 1) - first + 1
