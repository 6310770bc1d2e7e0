"""The last hour on a real Redis: steps, gaps, devices, and how little room it takes."""

from uuid import uuid4

import pytest
import redis

from live import hour
from live.doorbell import client

pytestmark = pytest.mark.usefixtures("doorbell")
FIGURES = dict.fromkeys(hour.FIGURES["domain"], 1234.5)
NOW = 1_800_000_005.0


def add(id: object, at: float, devices: dict[str, hour.Rates] | None = None, **figures: float | None) -> None:
    with client().pipeline(transaction=False) as pipe:
        hour.append(pipe, "domain", id, at, FIGURES | figures, devices)  # type: ignore[arg-type]
        pipe.execute()


def test_steps_and_gaps() -> None:
    id = uuid4()
    add(id, NOW - 30, cpu_percent=25.0)
    add(id, NOW - 10, cpu_percent=None, memory_unused_bytes=2.0**37)
    add(id, NOW - 4000)
    past = hour.read("domain", id, 60, now=NOW)
    assert past.start == NOW - 55
    assert past.series["cpu_percent"] == [None, None, 25.0, None, None, None]
    assert past.series["memory_unused_bytes"] == [None, None, 1234.5, None, 2.0**37, None]
    assert list(past.devices("disk")) == []
    assert len(hour.read("domain", id, now=NOW).series["cpu_percent"]) == 360


def test_devices_come_and_go() -> None:
    id = uuid4()
    add(id, NOW - 10, {"disk:vda": (1000.0, None), "interface:vnet0": (0.0, 5e9)})
    add(id, NOW, {"interface:vnet0": (1.0, 2.0)})
    past = hour.read("domain", id, 20, now=NOW)
    ((target, (read, written)),) = past.devices("disk")
    assert target == "vda"
    assert read == [pytest.approx(1000, rel=0.01), None]
    assert written == [None, None]
    ((target, (received, sent)),) = past.devices("interface")
    assert (target, received) == ("vnet0", [0.0, 1.0])
    assert sent == [pytest.approx(5e9, rel=0.01), 2.0]


def test_an_hour_of_a_domain_with_many_devices_stays_below_40_kb() -> None:
    id = uuid4()
    devices: dict[str, hour.Rates] = {f"disk:vd{letter}": (12345.6, 7.0) for letter in "abcdefgh"}
    devices |= {f"interface:vnet{number}": (1.0, 1e9) for number in range(10, 18)}
    for step in range(400):
        add(id, NOW + 10 * step, devices)
    kept: redis.Redis = client()
    key = f"hour:domain:{id}"
    assert kept.llen(key) == 360
    assert 0 < int(kept.ttl(key)) <= 3660
    assert int(kept.memory_usage(key, samples=0)) <= 40 * 1024  # type: ignore[arg-type]
    usual = uuid4()
    for step in range(360):
        add(usual, NOW + 10 * step, {"disk:vda": (1.0, 2.0), "interface:vnet0": (1.0, 2.0)})
    assert int(kept.memory_usage(f"hour:domain:{usual}", samples=0)) <= 24 * 1024  # type: ignore[arg-type]
