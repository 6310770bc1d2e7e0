"""The audit log's chain: every entry proves itself when it is written, and gets its place soon after. See ADR 0031.

An entry's `mac` is an HMAC of all that it says, by a key outside the database. It is written in the transaction of the
change, and waits for nobody. Sealing, in a short transaction of its own right after the commit, numbers what was
committed and carries a digest on from each entry to the next: whoever changes, removes or moves one, or cuts the end
off, breaks it. `access.verifying` says where.
"""

import hashlib
import hmac
import json
import logging
import threading
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models, transaction

from access import witness
from access.keys import ring
from access.models import AuditAnchor, AuditEntry

logger = logging.getLogger(__name__)

# What an entry says: all but its proof and its place.
SAID = (
    "id", "at", "actor_id", "actor_name", "token_id", "token_name", "session_id", "address", "action",
    "object_kind", "object_id", "object_name", "result", "detail", "changes",
)  # fmt: skip
_AT_ONCE = 200
_PASSES = 5
_LOCK = 0x6F7661756469  # "ovaudi": any number that nothing else takes as a PostgreSQL advisory lock


def canonical(said: dict[str, Any]) -> bytes:
    """The same bytes for the same words, however a database keeps JSON and times."""
    return json.dumps(
        _plain(said), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)


def signed(text: bytes, key_id: str = "") -> str:
    """ "KEY.HMAC" by this key of the ring, or by the one that seals now. "" where there is no such key."""
    id = key_id or ring().current.id
    key = ring().chaining(id)
    return f"{id}.{hmac.new(key, text, hashlib.sha256).hexdigest()}" if key is not None else ""


def is_signed(text: bytes, mac: str) -> bool:
    return hmac.compare_digest(signed(text, mac.partition(".")[0] or "none"), mac) and bool(mac)


def mac_of(entry: AuditEntry) -> str:
    """The proof of a new entry."""
    return signed(b"entry:" + canonical({name: getattr(entry, name) for name in SAID}))


def is_genuine(said: dict[str, Any], mac: str) -> bool:
    """Whether an entry was written by one who has the key, and says what it said then."""
    return is_signed(b"entry:" + canonical(said), mac)


def linked(sequence: int, before: str, mac: str, key_id: str = "") -> str:
    """The digest up to this entry, from the digest up to the one before it."""
    return signed(f"link:{sequence}:{before}:{mac}".encode(), key_id)


def anchor_text(sequence: int, digest: str) -> bytes:
    return f"anchor:{sequence}:{digest}".encode()


def head() -> tuple[int, str]:
    """The last entry that has its place, and the digest up to it; (0, "") at the very beginning."""
    last = AuditEntry.objects.filter(sequence__isnull=False).order_by("-sequence")
    found = (
        last.values_list("sequence", "digest").first()
        or AuditAnchor.objects.values_list("sequence", "digest").first()
    )
    return (int(found[0] or 0), found[1]) if found else (0, "")


_sealing = threading.Lock()
_again = threading.Event()


def seal_soon() -> None:
    """Have what this transaction records sealed right after its commit."""
    if not any(call is _seal_now for _, call, *_ in connection.run_on_commit[-8:]):
        transaction.on_commit(
            _seal_now, robust=True
        )  # what fails here is logged, and done by the next or by beat


def _seal_now() -> None:
    """Seal, unless another thread is at it: then it goes round once more, and nobody waits."""
    _again.set()
    for _ in range(_PASSES):
        if not _sealing.acquire(blocking=False):
            return
        try:
            _again.clear()
            seal_pending()
        finally:
            _sealing.release()
        if not _again.is_set():
            return


def seal_pending() -> int:
    """Give what was committed its places, up to some hundreds; returns how many. 0 while another process does it."""
    with transaction.atomic():
        if not _alone():
            return 0
        before = at, digest = head()
        waiting = AuditEntry.objects.filter(sequence__isnull=True).order_by("at", "id")
        rows = list(waiting.values_list("pk", "mac")[:_AT_ONCE])
        if not rows:
            return 0
        # Past AppendOnlyQuerySet, and only where there is no place yet: the triggers let nothing else through.
        entries: models.QuerySet[AuditEntry] = models.QuerySet(AuditEntry)
        for pk, mac in rows:
            at, digest = at + 1, linked(at + 1, digest, mac)
            entries.filter(pk=pk, sequence__isnull=True).update(sequence=at, digest=digest)
        transaction.on_commit(lambda: witness.saw(before, (at, digest), _digest_at), robust=True)
    return len(rows)


def seal_all() -> int:
    """Seal until nothing waits; returns how many."""
    total = 0
    while sealed := seal_pending():
        total += sealed
    return total


def _alone() -> bool:
    """One sealer at a time. SQLite's transactions exclude one another from their start."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _digest_at(sequence: int) -> str | None:
    return AuditEntry.objects.filter(sequence=sequence).values_list("digest", flat=True).first()
