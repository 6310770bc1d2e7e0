"""When a schedule is due next: hours, days, weeks, months; clocks that are put forward and back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domains.schedules.rule import faults, is_zone, next_after

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "zone", "after", "expected"),
    [
        ({"every": "hour", "minute": 15}, "UTC", "2026-03-01T10:15:00", "2026-03-01T11:15:00"),
        ({"every": "hour", "minute": 15}, "UTC", "2026-03-01T10:14:59", "2026-03-01T10:15:00"),
        ({"every": "hour", "minute": 0}, "Asia/Kolkata", "2026-03-01T10:00:00", "2026-03-01T10:30:00"),
        ({"every": "day", "at": "02:30"}, "UTC", "2026-02-28T02:30:00", "2026-03-01T02:30:00"),
        ({"every": "day", "at": "23:00"}, "Asia/Tokyo", "2026-03-01T13:00:00", "2026-03-01T14:00:00"),
        ({"every": "week", "at": "06:00", "weekdays": [0, 4]}, "UTC", "2026-03-02T06:00:00", "2026-03-06T06:00:00"),
        ({"every": "month", "at": "00:00", "day": 28}, "UTC", "2026-02-28T00:00:00", "2026-03-28T00:00:00"),
        # On 29 March 2026 there is no 02:30 in Berlin: what comes is 03:30 of summer time.
        ({"every": "day", "at": "02:30"}, BERLIN, "2026-03-28T12:00:00", "2026-03-29T01:30:00"),
        ({"every": "day", "at": "02:30"}, BERLIN, "2026-03-29T01:30:00", "2026-03-30T00:30:00"),
        # On 25 October it comes twice: the first counts, once.
        ({"every": "day", "at": "02:30"}, BERLIN, "2026-10-24T12:00:00", "2026-10-25T00:30:00"),
        ({"every": "day", "at": "02:30"}, BERLIN, "2026-10-25T00:30:00", "2026-10-26T01:30:00"),
        ({"every": "hour", "minute": 30}, BERLIN, "2026-10-25T00:30:00", "2026-10-25T01:30:00"),
        # Lord Howe Island moves its clocks by half an hour.
        ({"every": "hour", "minute": 10}, "Australia/Lord_Howe", "2026-04-04T14:40:00", "2026-04-04T15:40:00"),
    ],
)  # fmt: skip
def test_the_next_time(rule: dict[str, Any], zone: str, after: str, expected: str) -> None:
    assert next_after(rule, zone, at(after)) == at(expected)


_RULES = st.one_of(
    st.builds(lambda minute: {"every": "hour", "minute": minute}, st.integers(0, 59)),
    st.builds(
        lambda hour, minute, days: {
            "every": "week",
            "at": f"{hour:02}:{minute:02}",
            "weekdays": sorted(days),
        },
        st.integers(0, 23),
        st.integers(0, 59),
        st.sets(st.integers(0, 6), min_size=1),
    ),
)


@settings(max_examples=60, deadline=None)
@given(
    rule=_RULES,
    zone=st.sampled_from(["UTC", BERLIN, "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"]),
    after=st.integers(1_577_836_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)
def test_it_is_always_later_and_soon(rule: dict[str, Any], zone: str, after: datetime) -> None:
    following = next_after(rule, zone, after)
    longest = timedelta(hours=2) if rule["every"] == "hour" else timedelta(days=9)
    assert after < following <= after + longest


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ({}, {"every"}),
        ({"every": "year"}, {"every"}),
        ({"every": "day"}, {"at"}),
        ({"every": "hour", "minute": 5, "at": "10:00"}, {"at"}),
        ({"every": "week", "at": "10:00"}, {"weekdays"}),
        ({"every": "month", "at": "10:00", "weekdays": [1]}, {"day", "weekdays"}),
        ({"every": "month", "at": "10:00", "day": 1}, set()),
    ],
)
def test_what_is_wrong_with_a_rule(rule: dict[str, Any], fields: set[str]) -> None:
    assert set(faults(rule)) == fields


def test_zones() -> None:
    assert is_zone(BERLIN)
    assert not is_zone("../../etc/passwd")
    assert not is_zone("Middle/Earth")
