"""When a schedule is due next, by the clock of a place: each hour, day, week or month."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

EVERY = ("hour", "day", "week", "month")
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "hour": ("minute",),
    "day": ("at",),
    "week": ("at", "weekdays"),
    "month": ("at", "day"),
}
_DAYS_AHEAD = 70


def faults(rule: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a rule, by its field: what is missing, and what another `every` has."""
    every = str(rule.get("every", ""))
    if every not in _NEEDS:
        return {"every": f"This must be one of {', '.join(EVERY)}."}
    needed = _NEEDS[every]
    found = {name: f"A rule for every {every} needs it." for name in needed if rule.get(name) is None}
    found |= {
        name: f"A rule for every {every} has none."
        for name in ("at", "minute", "weekdays", "day")
        if name not in needed and rule.get(name) is not None
    }
    return found


def is_zone(name: str) -> bool:
    """Whether this is the IANA name of a time zone that is known here."""
    return name in available_timezones()


def next_after(rule: Mapping[str, Any], zone: str, after: datetime) -> datetime:
    """The first time after `after`, in UTC.

    A time that the clocks skip in spring is as much later as they skip; one that they show twice in autumn comes once,
    the first time.
    """
    place = ZoneInfo(zone)
    if rule["every"] == "hour":
        return _next_minute(rule["minute"], place, after)
    hour, minute = (int(part) for part in rule["at"].split(":"))
    for day in _days(rule, after.astimezone(place).date() - timedelta(days=1)):
        moment = datetime.combine(day, time(hour, minute), place).astimezone(UTC)
        if moment > after:
            return moment
    raise ValueError(f"no day fits {rule}")


def _next_minute(minute: int, place: ZoneInfo, after: datetime) -> datetime:
    moment = after.astimezone(UTC).replace(second=0, microsecond=0)
    moment += timedelta(minutes=(minute - moment.astimezone(place).minute) % 60)
    while moment <= after or moment.astimezone(place).minute != minute:
        # Some places move their clocks by half an hour.
        moment += timedelta(minutes=30 if moment > after else 60)
    return moment


def _days(rule: Mapping[str, Any], first: date) -> Iterator[date]:
    for number in range(_DAYS_AHEAD):
        day = first + timedelta(days=number)
        if rule["every"] == "week" and day.weekday() not in rule["weekdays"]:
            continue
        if rule["every"] == "month" and day.day != rule["day"]:
            continue
        yield day
