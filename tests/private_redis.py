"""A real Redis of the tests' own: on a socket, without a file, gone with the tests."""

import shutil
import subprocess
import time
from pathlib import Path

import redis


class PrivateRedis:
    """One server on `<folder>/redis.sock`."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return self._folder / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def client(self) -> "redis.Redis":
        return redis.Redis.from_url(self.url)

    def start(self) -> None:
        """Raises AssertionError when it does not start within ten seconds."""
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        assert program, "install Debian's package redis-server"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "KILL", program),  # killed tests leave no server behind
                "--port",
                "0",
                "--unixsocket",
                str(self.socket),
                "--save",
                "",
                "--dir",
                str(self._folder),
            ],
            stdout=subprocess.DEVNULL,
        )
        ends = time.monotonic() + 10
        while True:
            assert self._process.poll() is None, "redis-server ended at once"
            try:
                self.client().ping()
                return
            except redis.ConnectionError:
                assert time.monotonic() < ends, "redis-server did not answer in time"
                time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None
