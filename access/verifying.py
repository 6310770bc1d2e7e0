"""Is the audit log what was written? Every entry, its place, the chain through all of them, and the end."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from access import chain, witness
from access.models import AuditAnchor, AuditEntry

_COLUMNS = (*chain.SAID, "mac", "sequence", "digest")
_AT_ONCE = 1000


@dataclass(frozen=True)
class Verdict:
    """`checked` entries were looked at, from number `first` on; `unsealed` wait for their place.

    `broken_at`: the first number where something is wrong; `problem`: changed, missing, moved, truncated, unknown_key,
    or "" ; `detail`: the same in words. `head_known`: this machine had its own note of the end to compare with.
    """

    checked: int
    first: int = 1
    unsealed: int = 0
    head_known: bool = False
    broken_at: int | None = None
    problem: str = ""
    detail: str = ""

    @property
    def valid(self) -> bool:
        return not self.problem


class _BrokenError(Exception):
    def __init__(self, at: int, problem: str, detail: str) -> None:
        self.at, self.problem, self.detail = at, problem, detail


def verify(*, last: int | None = None) -> Verdict:
    """Go through the log, or its `last` so many entries, upon the digest before them."""
    chain.seal_all()
    head = witness.known()
    first, checked, unsealed = 1, 0, 0
    try:
        number, digest = _beginning(last)
        first = number + 1
        for row in _rows(number):
            number, digest = _next(row, number, digest, head)
            checked += 1
        if head is not None and head[0] > number:
            raise _BrokenError(
                number + 1,
                "truncated",
                f"This machine has seen entries up to {head[0]}; the last is {number}.",
            )
        for row in AuditEntry.objects.filter(sequence__isnull=True).values(*_COLUMNS).iterator():
            unsealed += 1
            _prove(row, number + 1)
    except _BrokenError as broken:
        return Verdict(checked, first, unsealed, head is not None, broken.at, broken.problem, broken.detail)
    return Verdict(checked, first, unsealed, head is not None)


def _beginning(last: int | None) -> tuple[int, str]:
    """The number and digest upon which the first entry that is looked at stands."""
    anchor = AuditAnchor.objects.first()
    number, digest = (anchor.sequence, anchor.digest) if anchor is not None else (0, "")
    if anchor is not None and not chain.is_signed(chain.anchor_text(number, digest), anchor.mac):
        raise _BrokenError(number + 1, "missing", "Where the log begins was not written by ovirtlite.")
    if last is not None and (end := chain.head()[0]) - last > number:
        found = AuditEntry.objects.filter(sequence=end - last).values_list("sequence", "digest").first()
        if found is None:
            raise _BrokenError(end - last, "missing", f"Entry {end - last} is not there.")
        return int(found[0] or 0), found[1]
    return number, digest


def _rows(after: int) -> Iterator[dict[str, Any]]:
    """All that have a place beyond this number, a few at a time."""
    while rows := list(
        AuditEntry.objects.filter(sequence__gt=after).order_by("sequence").values(*_COLUMNS)[:_AT_ONCE]
    ):
        yield from rows
        after = rows[-1]["sequence"]


def _next(row: dict[str, Any], number: int, digest: str, head: witness.Head | None) -> tuple[int, str]:
    at, expected = row["sequence"], number + 1
    if at != expected:
        raise _BrokenError(expected, "missing", f"Entry {expected} is not there; the next one is {at}.")
    _prove(row, at)
    link = chain.linked(at, digest, row["mac"], row["digest"].partition(".")[0])
    if not link:
        raise _BrokenError(
            at, "unknown_key", f"The key that entry {at} was chained with is not among the keys."
        )
    if link != row["digest"]:
        raise _BrokenError(at, "moved", f"Entry {at} is genuine, but did not stand here.")
    if head is not None and head[0] == at and head[1] != link:
        raise _BrokenError(at, "moved", f"Entry {at} is not the one that this machine has seen here.")
    return at, link


def _prove(row: dict[str, Any], at: int) -> None:
    said = {name: row[name] for name in chain.SAID}
    if chain.is_genuine(said, row["mac"]):
        return
    if row["mac"] and not chain.signed(b"", row["mac"].partition(".")[0]):
        raise _BrokenError(at, "unknown_key", f"The key that proves entry {at} is not among the keys.")
    raise _BrokenError(
        at, "changed", f"Entry {at} ({row['id']}) is not what was written, or by another hand."
    )
