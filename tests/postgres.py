"""A PostgreSQL of the tests' own: Debian's programs, a Unix socket in a temporary folder, gone with the tests."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SUPERUSER = "ovirtlite"
_START_WITHIN = 30.0


class PrivatePostgres:
    """One server. Raises `RuntimeError`, with what to install or the server's own words, when it cannot start."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """For `OVIRTLITE_DATABASE_URL`."""
        return f"postgres://{_SUPERUSER}@/{self._socket_folder}/postgres"

    @property
    def _socket_folder(self) -> Path:
        if self._folder is None:
            raise RuntimeError("this PostgreSQL was not started")
        return self._folder

    def start(self) -> None:
        programs = _programs()
        # /tmp whatever TMPDIR says: a Unix socket's path holds 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="ovirtlite-postgres-", dir="/tmp"))
        data = self._folder / "data"
        try:
            if os.geteuid() == 0:
                owner = _unprivileged()
                os.chown(self._folder, owner.pw_uid, owner.pw_gid)
            made = self._as_unprivileged(
                programs / "initdb",
                "-D",
                data,
                "-U",
                _SUPERUSER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            )
            _, words = made.communicate(timeout=60)
            if made.returncode:
                raise RuntimeError(f"initdb failed:\n{words.decode(errors='replace')}")
            settings = {
                "listen_addresses": "",
                "unix_socket_directories": str(self._folder),
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "max_connections": "200",
            }
            options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            self._server = self._as_unprivileged(programs / "postgres", "-D", data, *options)
            self._wait_until_it_answers(programs)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server and remove its folder. Does nothing when it never started."""
        if self._server is not None:
            self._server.send_signal(
                signal.SIGINT
            )  # PostgreSQL's "fast" way: it does not wait for its clients
            try:
                self._server.wait(5)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
            self._server = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _as_unprivileged(self, *argv: object) -> "subprocess.Popen[bytes]":
        """PostgreSQL refuses to run as root. `--pdeathsig` ends it with the tests, however those end."""
        dropped: list[str] = []
        if os.geteuid() == 0:
            owner = _unprivileged()
            dropped = ["--reuid", str(owner.pw_uid), "--regid", str(owner.pw_gid), "--clear-groups"]
        return subprocess.Popen(
            ["setpriv", *dropped, "--pdeathsig", "INT", "--", *map(str, argv)],
            cwd=self._socket_folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if "initdb" in str(argv[0]) else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )

    def _wait_until_it_answers(self, programs: Path) -> None:
        deadline = time.monotonic() + _START_WITHIN
        asking = (str(programs / "pg_isready"), "-q", "-h", str(self._socket_folder))
        while subprocess.run(asking, check=False).returncode != 0:
            if self._server is None or self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the private PostgreSQL did not start")
            time.sleep(0.05)


def _programs() -> Path:
    """The folder of the newest PostgreSQL server here, where Debian puts it beside PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda file: int(file.parts[-3]))
    if not found:
        raise RuntimeError("there is no PostgreSQL server here: install Debian's package postgresql")
    return found[-1].parent


def _unprivileged() -> pwd.struct_passwd:
    return pwd.getpwnam("postgres")  # comes with Debian's package


@contextmanager
def private_postgres_url() -> Iterator[str]:
    """A PostgreSQL for as long as the block lasts; gives its URL."""
    server = PrivatePostgres()
    server.start()
    try:
        yield server.url
    finally:
        server.stop()
