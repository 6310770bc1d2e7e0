"""The keys of secrets at rest and of the audit log's chain, kept outside the database. See ADR 0031.

The first key seals; the others still open what was sealed with them. They stand in a file (`settings.KEYS_FILE`), or
in the environment (`settings.SECRETS_KEYS`) where several machines work on one database.
"""

import base64
import fcntl
import hashlib
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SEALING, CHAINING, _NAMING = b"ovirtlite.sealing.v1", b"ovirtlite.audit.v1", b"ovirtlite.key-id.v1"
_SHORTEST = 32
_RETIRED = "audit:"


@lru_cache(maxsize=256)
def derived(word: str, purpose: bytes) -> bytes:
    """32 bytes for one purpose: what is known of them tells nothing of the key or of another purpose's."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(word.encode())


@dataclass(frozen=True)
class Key:
    """One key of the ring. `made_at`: Unix time; 0 where nobody wrote it down."""

    word: str = field(repr=False)
    made_at: float = 0.0

    @property
    def id(self) -> str:
        return hashlib.sha256(derived(self.word, _NAMING)).hexdigest()[:12]


@dataclass(frozen=True)
class Ring:
    """The keys, the one that seals first. `retired`: of keys that are gone, only what verifies the audit log."""

    keys: tuple[Key, ...]
    retired: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def current(self) -> Key:
        return self.keys[0]

    def key(self, id: str) -> Key | None:
        """The key of that name. SECRET_KEY is always one: it sealed for as long as nobody had named another."""
        return next((key for key in (*self.keys, Key(settings.SECRET_KEY)) if key.id == id), None)

    def chaining(self, id: str) -> bytes | None:
        """What entries of the audit log that name this key are verified with."""
        key = self.key(id)
        return derived(key.word, CHAINING) if key is not None else self.retired.get(id)


class RingUnreadable(ImproperlyConfigured):
    """The keys are not there, or not as they were written. What they sealed cannot be opened without them."""


_lock = threading.Lock()
_read: tuple[object, Ring] | None = None


def ring() -> Ring:
    """The keys as they are now: another process may have added one, so the file is looked at each time."""
    global _read
    file: Path | None = settings.KEYS_FILE
    words: tuple[str, ...] = tuple(settings.SECRETS_KEYS)
    if words:
        return _from_words(words)
    if file is None:
        return Ring((Key(settings.SECRET_KEY),))
    while True:
        try:
            said = file.stat()
            break
        except FileNotFoundError:
            _make(file)
    mark = (file, said.st_ino, said.st_mtime_ns, said.st_size)
    with _lock:
        if _read is None or _read[0] != mark:
            _read = (mark, _parse(file))
        return _read[1]


@lru_cache(maxsize=8)
def _from_words(words: tuple[str, ...]) -> Ring:
    keys = [Key(word) for word in words if not word.startswith(_RETIRED)]
    if not keys or any(len(key.word) < _SHORTEST for key in keys):
        raise RingUnreadable(f"OVIRTLITE_SECRETS_KEY: each key must have {_SHORTEST} characters or more.")
    try:
        retired = {
            id: base64.urlsafe_b64decode(text)
            for id, _, text in (
                word.removeprefix(_RETIRED).partition(":") for word in words if word.startswith(_RETIRED)
            )
        }
    except ValueError as error:
        raise RingUnreadable("OVIRTLITE_SECRETS_KEY: what follows audit: is not as it was told.") from error
    return Ring(tuple(keys), retired)


def _parse(file: Path) -> Ring:
    try:
        said = json.loads(file.read_text())
        keys = tuple(Key(each["key"], float(each["made_at"])) for each in said["keys"])
        retired = {id: base64.urlsafe_b64decode(text) for id, text in said["audit"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RingUnreadable(f"{file} cannot be read as keys; put it back from a copy.") from error
    if not keys:
        raise RingUnreadable(f"{file} has no key in it; put it back from a copy.")
    return Ring(keys, retired)


def _make(file: Path) -> None:
    """At the first start. Of several processes one makes it, and the others read that one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = _written(file, Ring((_new(),)))
    try:
        os.link(part, file)  # unlike a rename it never takes another's place
    except FileExistsError:
        pass
    finally:
        part.unlink()


def _new() -> Key:
    return Key(secrets.token_urlsafe(48), time.time())


def _written(file: Path, made: Ring) -> Path:
    said = {
        "keys": [{"id": key.id, "key": key.word, "made_at": key.made_at} for key in made.keys],
        "audit": {id: base64.urlsafe_b64encode(key).decode() for id, key in made.retired.items()},
    }
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(said, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    return part


@contextmanager
def _changing() -> Iterator[Path]:
    file: Path | None = settings.KEYS_FILE
    if settings.SECRETS_KEYS or file is None:
        raise RingUnreadable("The keys come from the environment and are changed there.")
    ring()  # makes it
    with open(file.with_name(f"{file.name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield file


def add_key() -> Key:
    """Make a key that seals from now on. Every process takes it at its next secret. Raises RingUnreadable."""
    with _changing() as file:
        known, made = _parse(file), _new()
        os.replace(_written(file, Ring((made, *known.keys), known.retired)), file)
    return made


def replaced_at(ring: Ring, id: str) -> float:
    """When the key ceased to seal: when the one before it in the ring was made."""
    at = [key.id for key in ring.keys].index(id)
    return ring.keys[at - 1].made_at if at else time.time()


def drop_keys(ids: set[str]) -> None:
    """Forget keys, but for what verifies the audit log. The caller knows that nothing is sealed with them."""
    with _changing() as file:
        known = _parse(file)
        kept = tuple(key for key in known.keys if key.id not in ids or key is known.current)
        gone = {key.id: derived(key.word, CHAINING) for key in known.keys if key not in kept}
        os.replace(_written(file, Ring(kept, {**known.retired, **gone})), file)


def retired_word(key: Key) -> str:
    """What stays in OVIRTLITE_SECRETS_KEY of a key that is taken out of it."""
    return f"{_RETIRED}{key.id}:{base64.urlsafe_b64encode(derived(key.word, CHAINING)).decode()}"
