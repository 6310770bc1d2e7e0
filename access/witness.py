"""The head of the audit log's chain, kept in a file beside the database: so an end that was cut off is missed.

Each machine keeps its own, of what it has seen sealed. It only ever moves on; where the database no longer has what
it tells of, it stays, until a person says `manage.py verify_audit --accept`.
"""

import fcntl
import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)
_missed: set[tuple[int, str]] = set()

Head = tuple[int, str]


def _file() -> Path:
    return Path(settings.HOME.path) / "audit-head"


@contextmanager
def _alone() -> Iterator[Path]:
    file = _file()
    with open(file.with_name(f"{file.name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield file


def known() -> Head | None:
    """The last entry that this machine saw, and the digest up to it."""
    try:
        said = json.loads(_file().read_text())
        return int(said["sequence"]), str(said["digest"])
    except FileNotFoundError:
        return None


def _write(file: Path, head: Head) -> None:
    part = file.with_name(f"{file.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump({"sequence": head[0], "digest": head[1]}, out)
    os.replace(part, file)


def saw(before: Head, now: Head, digest_at: Callable[[int], str | None]) -> None:
    """Move on to `now`, which was sealed upon `before`, unless what was seen earlier is not in the database."""
    with _alone() as file:
        seen = known()
        if seen is not None and seen[0] >= now[0]:
            if seen[0] == now[0] and seen[1] != now[1]:
                _miss(seen)
            return  # another process of this machine was here first; or the end is missing, as verifying says
        if seen is not None and seen != before and digest_at(seen[0]) not in {seen[1], None}:
            _miss(seen)
            return
        _write(file, now)


def accept(head: Head | None) -> None:
    """Take the database's word for it: a person looked."""
    with _alone() as file:
        if head is None:
            file.unlink(missing_ok=True)
        else:
            _write(file, head)


def _miss(seen: Head) -> None:
    if seen not in _missed:
        _missed.add(seen)
        logger.error("the audit log is not what it was at entry %d; see manage.py verify_audit", seen[0])
