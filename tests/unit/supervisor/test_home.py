"""One Redis by two names: redis-py's and Celery's."""

import ssl
from pathlib import Path

import pytest
from kombu import Connection

from ovirtlite.settings.home import Home


def home(redis_url: str) -> Home:
    return Home(Path("/srv/ovirtlite"), "", "", "", "", redis_url, embedded=False)


@pytest.mark.parametrize(
    ("given", "broker"),
    [
        ("", "redis+socket:///srv/ovirtlite/run/redis.sock?virtual_host=0"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
        ("redis://redis.example:6379/2", "redis://redis.example:6379/2"),
    ],
)
def test_celery_gets_the_same_redis(given: str, broker: str) -> None:
    assert home(given).broker() == broker
    assert home(given).redis() == (given or "unix:///srv/ovirtlite/run/redis.sock?db=0")
    assert Connection(broker).transport_cls == "redis"


@pytest.mark.parametrize("query", ["", "?ssl_ca_certs=/etc/redis/ca.pem", "?ssl_cert_reqs=required"])
def test_certificates_are_looked_at(query: str) -> None:
    demands = Connection(home(f"rediss://:secret@redis.example/0{query}").broker()).ssl
    assert isinstance(demands, dict)
    assert demands["ssl_cert_reqs"] == ssl.CERT_REQUIRED
