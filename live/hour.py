"""The last hour of hosts and domains in steps of ten seconds: packed, in Redis, one short list each.

Figures of an hour are no inventory, and no database hears of them. A sample is a moment, the figures of its kind as
floats, and the rates of single devices at two bytes a rate, which a chart cannot tell from four.
"""

import math
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import redis

from live.doorbell import client

STEP_SECONDS = 10
KEPT_SECONDS = 3600
FIGURES: Mapping[str, tuple[str, ...]] = {
    "domain": (
        "cpu_percent",
        "memory_bytes",
        "memory_unused_bytes",
        "disk_read_bytes_per_second",
        "disk_write_bytes_per_second",
        "net_rx_bytes_per_second",
        "net_tx_bytes_per_second",
    ),
    "host": ("cpu_percent", "memory_used_bytes"),
}
_KEPT = KEPT_SECONDS // STEP_SECONDS
_EXPIRES = KEPT_SECONDS + 60
_LONGEST = (
    104  # bytes a sample, so that an hour of a domain stays below 40 KB; devices beyond that are left out
)

Rates = tuple[float | None, float | None]
Series = list[float | None]


@dataclass(frozen=True)
class Past:
    """From `start` (seconds since 1970) on, one value a step; None where nothing was measured."""

    start: int
    series: Mapping[str, Series]
    _devices: Mapping[str, tuple[Series, Series]] = field(default_factory=dict)

    def devices(self, kind: str) -> Iterator[tuple[str, tuple[Series, Series]]]:
        """The two rates of each device: read and written of a disk, received and sent of an interface."""
        for name, series in sorted(self._devices.items()):
            if name.startswith(f"{kind}:"):
                yield name.partition(":")[2], series


def append(
    pipe: "redis.client.Pipeline",
    kind: str,
    id: UUID,
    at: float,
    figures: Mapping[str, float | None],
    devices: Mapping[str, Rates] | None = None,
) -> None:
    """Add a sample through a pipeline. Devices are named `disk:vda`, `interface:vnet0`."""
    key = _key(kind, id)
    pipe.rpush(key, _pack([figures.get(name) for name in FIGURES[kind]], at, devices or {}))
    pipe.ltrim(key, -_KEPT, -1)
    pipe.expire(key, _EXPIRES)


def read(kind: str, id: UUID, seconds: int = KEPT_SECONDS, *, now: float | None = None) -> Past:
    """The last so many seconds. Redis being away is no error of a page: then there is nothing."""
    steps = max(1, min(_KEPT, seconds // STEP_SECONDS))
    last = int(now if now is not None else time.time()) // STEP_SECONDS
    first = last - steps + 1
    try:
        samples: list[bytes] = client().lrange(_key(kind, id), -_KEPT, -1)  # type: ignore[assignment]
    except redis.RedisError:
        samples = []
    names = FIGURES[kind]
    series: dict[str, Series] = {name: [None] * steps for name in names}
    devices: dict[str, tuple[Series, Series]] = {}
    for sample in samples:
        at, figures, rates = _unpack(sample, len(names))
        step = at // STEP_SECONDS - first
        if not 0 <= step < steps:
            continue
        for name, value in zip(names, figures, strict=True):
            series[name][step] = value
        for name, pair in rates.items():
            both = devices.setdefault(name, ([None] * steps, [None] * steps))
            both[0][step], both[1][step] = pair
    return Past(first * STEP_SECONDS, series, devices)


def _pack(figures: Sequence[float | None], at: float, devices: Mapping[str, Rates]) -> bytes:
    packed = struct.pack(
        f"<I{len(figures)}f", int(at), *(math.nan if value is None else value for value in figures)
    )
    for name, pair in devices.items():
        word = f"{name[0]}{name.partition(':')[2]}".encode()[:40]
        more = bytes([len(word)]) + word + b"".join(map(_short, pair))
        if len(packed) + len(more) > _LONGEST:
            break
        packed += more
    return packed


def _unpack(sample: bytes, number: int) -> tuple[int, list[float | None], dict[str, Rates]]:
    shape = struct.Struct(f"<I{number}f")
    at, *figures = shape.unpack_from(sample)
    devices: dict[str, Rates] = {}
    place = shape.size
    while place < len(sample):
        length = sample[place]
        word = sample[place + 1 : place + 1 + length].decode(errors="replace")
        place += 1 + length
        kind = "disk" if word[:1] == "d" else "interface"
        devices[f"{kind}:{word[1:]}"] = (
            _long(sample[place : place + 2]),
            _long(sample[place + 2 : place + 4]),
        )
        place += 4
    return at, [_told(value) for value in figures], devices


def _short(value: float | None) -> bytes:
    """The upper half of a float: its whole range, to less than a hundredth."""
    return struct.pack(">f", math.nan if value is None else value)[:2]


def _long(half: bytes) -> float | None:
    (value,) = struct.unpack(">f", half + b"\0\0")
    return _told(value)


def _told(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 1)


def _key(kind: str, id: UUID) -> str:
    return f"hour:{kind}:{id}"
