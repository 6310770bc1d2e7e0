"""A database with every migration applied, made once for the migrations of this checkout and copied from then on.

Applying them costs each of some forty installations of the tests seconds that tell nothing new; tests/stack/test_up.py
goes the whole way.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
_KEPT = PROJECT / ".make" / "migrated"


def put_into(home: Path) -> None:
    """Give a new installation its database. One that has any keeps it."""
    if (home / "db.sqlite3").exists():
        return
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(_kept(), home / "db.sqlite3")


def _kept() -> Path:
    kept = _KEPT / f"{_version()}.sqlite3"
    if not kept.exists():
        _KEPT.mkdir(parents=True, exist_ok=True)
        for old in _KEPT.glob("*.sqlite3"):
            old.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory() as home:
            subprocess.run(
                (sys.executable, "manage.py", "migrate", "--verbosity=0"),
                cwd=PROJECT,
                env={**os.environ, "OVIRTLITE_HOME": home, "OVIRTLITE_DATABASE_URL": ""},
                check=True,
            )
            whole = Path(home, "whole.sqlite3")
            with closing(sqlite3.connect(Path(home, "db.sqlite3"))) as made:
                made.execute("VACUUM INTO ?", (str(whole),))
            shutil.copyfile(whole, kept.with_suffix(".part"))
        kept.with_suffix(".part").rename(kept)
    return kept


def _version() -> str:
    """What changes with any migration, ours or of the packages that are locked."""
    told = hashlib.sha256((PROJECT / "requirements.txt").read_bytes())
    for file in sorted(PROJECT.glob("*/migrations/*.py")):
        told.update(f"{file.relative_to(PROJECT)}\n".encode() + file.read_bytes())
    return told.hexdigest()[:16]
