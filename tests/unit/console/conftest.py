"""A Redis of these tests' own, on a socket."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real server: tickets stand on what it promises, not on what a stand-in would do."""
    program = shutil.which("redis-server")
    assert program is not None, "install Debian's package redis-server"
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        path = Path(folder) / "redis.sock"
        process = subprocess.Popen(
            [program, "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        try:
            ends = time.monotonic() + 10
            while not path.exists():
                assert process.poll() is None
                assert time.monotonic() < ends
                time.sleep(0.01)
            yield f"unix://{path}?db=0"
        finally:
            process.terminate()
            process.wait()


@pytest.fixture
def store(redis_url: str) -> Iterator["redis.Redis"]:
    """An empty database of it."""
    with redis.Redis.from_url(redis_url) as connected:
        connected.flushall()
        yield connected
