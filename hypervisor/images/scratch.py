"""A private folder for images under way, which ends with its use, and after a crash with the next start.

As root the folder and what is put into it belong to the account that reads images (see `hypervisor.images.qemu_img`).
"""

import fcntl
import os
import pwd
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedRandom, BufferedReader
from pathlib import Path

from hypervisor.errors import NoCapacity

_ACCOUNT = "nobody"
_KEPT_FREE_BYTES = 256 * 2**20  # of the disk: others live there too
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who runs programs that read images."""

    uid: int
    gid: int


def reader() -> Reader | None:
    """The account without privileges, for root; None for everybody else, who cannot become another."""
    if os.getuid():
        return None
    entry = pwd.getpwnam(_ACCOUNT)
    return Reader(entry.pw_uid, entry.pw_gid)


@dataclass(frozen=True, slots=True)
class Scratch:
    """One folder. Names in it are ours."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    def create(self, name: str) -> BufferedRandom:
        """A new file to write, for the account that reads images."""
        handle = os.open(self.path(name), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            if (account := reader()) is not None:
                os.fchown(handle, account.uid, account.gid)
            return os.fdopen(handle, "w+b")
        except BaseException:
            os.close(handle)
            raise

    def read(self, name: str) -> BufferedReader:
        """A file to read; no link is followed, for others may write here."""
        return os.fdopen(os.open(self.path(name), os.O_RDONLY | os.O_NOFOLLOW), "rb")

    def size(self, name: str) -> int:
        return self.path(name).lstat().st_size

    def remove(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def check_room(self, needed_bytes: int) -> None:
        """Raises NoCapacity when the disk has no room for so much."""
        free = shutil.disk_usage(self.folder).free - _KEPT_FREE_BYTES
        if needed_bytes > free:
            raise NoCapacity(
                f"The worker needs {needed_bytes // 2**20} MiB of room for a while, and its disk has "
                f"{max(0, free) // 2**20} MiB to give."
            )


@contextmanager
def scratch(root: Path) -> Iterator[Scratch]:
    """A fresh folder below `root`, removed at the end whatever happens."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    name, lock = _locked(root)
    folder = root / name
    try:
        folder.mkdir(mode=0o700)
        if (account := reader()) is not None:
            os.chown(folder, account.uid, account.gid)
        yield Scratch(folder)
    finally:
        _remove(root, name, lock)


def clean(root: Path) -> int:
    """Remove what processes left that ended without a word; those that live hold a lock. Gives how many there were."""
    removed = 0
    for path in sorted(root.glob(f"*{_LOCK}")) if root.is_dir() else ():
        lock = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        _remove(root, path.name.removesuffix(_LOCK), lock)
        removed += 1
    return removed


def _locked(root: Path) -> tuple[str, int]:
    """A new name and its lock, which a cleaner that came between may have taken away: then another."""
    while True:
        name = secrets.token_hex(8)
        path = root / f"{name}{_LOCK}"
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        if path.exists():
            return name, lock
        os.close(lock)


def _remove(root: Path, name: str, lock: int) -> None:
    """The folder first, the lock last: what a crash leaves here is found again by its lock."""
    folder = root / name
    if folder.exists():
        shutil.rmtree(folder)
    (root / f"{name}{_LOCK}").unlink(missing_ok=True)
    os.close(lock)
