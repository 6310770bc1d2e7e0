"""What the parts are, and what is refused before any of them starts."""

import importlib.util
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ovirtlite.settings.home import Home
from ovirtlite.supervisor import parts
from ovirtlite.supervisor.parts import CannotStart


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("OVIRTLITE_HOME", str(tmp_path))
    monkeypatch.delenv("OVIRTLITE_LISTEN", raising=False)
    return Home.from_env()


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("127.0.0.1:8000", ("127.0.0.1", 8000)),
        ("[::1]:80", ("::1", 80)),
        (":9000", ("0.0.0.0", 9000)),
        ("example.net:443", ("example.net", 443)),
    ],
)
def test_addresses(listen: str, address: tuple[str, int]) -> None:
    assert parts.split_address(listen) == address


@pytest.mark.parametrize(
    "listen", ["8000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "h:0", "h:65536", "h:-1"]
)
def test_what_is_no_address(listen: str) -> None:
    with pytest.raises(CannotStart, match=r"no address"):
        parts.split_address(listen)


@pytest.mark.parametrize(
    ("listen", "shown"),
    [
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("[::]:80", "http://[::1]:80"),
        ("[fd00::1]:80", "http://[fd00::1]:80"),
    ],
)
def test_where_a_browser_goes(listen: str, shown: str) -> None:
    assert parts.browser_address(listen) == shown


def test_a_taken_address_is_refused_with_the_setting_to_change(taken: str) -> None:
    with pytest.raises(CannotStart, match=f"{taken}.*OVIRTLITE_LISTEN"):
        parts.check_free(taken, "OVIRTLITE_LISTEN")


def test_a_free_address_is_left_free() -> None:
    listen = f"127.0.0.1:{_free_port()}"
    parts.check_free(listen, "OVIRTLITE_LISTEN")
    parts.check_free(listen, "OVIRTLITE_LISTEN")


def test_without_redis_the_package_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(CannotStart, match=r"package redis-server.*OVIRTLITE_REDIS_URL"):
        parts.redis(home)


def test_every_part_is_a_module_that_there_is(home: Home) -> None:
    for part in [parts.embedded(), parts.prepare("--enrol"), *parts.product(home)]:
        module = part.argv[part.argv.index("-m") + 1]
        assert part.argv[0] == sys.executable
        assert importlib.util.find_spec(module) is not None, part.name


def test_every_part_has_its_place_in_the_log(home: Home) -> None:
    started = [parts.redis(home), parts.embedded(), parts.prepare(), *parts.product(home)]
    assert {part.name for part in started} <= set(parts.NAMES)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
