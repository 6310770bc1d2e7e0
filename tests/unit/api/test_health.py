"""Health: what is missing is named; numbers are for this machine and for tokens that may read them."""

from datetime import timedelta

import pytest
import redis
from django.db import DatabaseError, connection
from django.test import Client, override_settings
from django.utils import timezone

from hosts.models import Host
from jobs.models import Process
from tests.unit.access.people import client_with, person, program_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def redis_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis that answers: tests/stack asks a real one."""
    monkeypatch.setattr(redis.Redis, "ping", lambda self: True)


def _seen(role: str, age_seconds: float = 1) -> None:
    Process.objects.create(name=role, role=role, seen_at=timezone.now() - timedelta(seconds=age_seconds))


def test_this_process_answers() -> None:
    assert Client().get("/healthz").status_code == 200
    assert Client().post("/healthz").status_code == 405


@pytest.mark.usefixtures("redis_answers")
def test_ready_when_all_is_there() -> None:
    _seen("worker")
    _seen("nodewatch")
    assert Client().get("/readyz").json() == {"status": "ready"}


@pytest.mark.usefixtures("redis_answers")
def test_what_was_not_seen_lately_is_missing() -> None:
    _seen("worker", age_seconds=20)
    _seen("nodewatch")
    reply = Client().get("/readyz")
    assert (reply.status_code, reply["Content-Type"]) == (503, "application/problem+json")
    assert reply.json()["missing"] == ["worker"]


@override_settings(REDIS_URL="unix:///nonexistent/redis.sock")
def test_an_absent_redis_is_named() -> None:
    _seen("worker")
    _seen("nodewatch")
    assert Client().get("/readyz").json()["missing"] == ["redis"]


@pytest.mark.usefixtures("redis_answers")
def test_an_absent_database_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise DatabaseError("no such file")

    monkeypatch.setattr(connection, "cursor", fail)
    assert Client().get("/readyz").json()["missing"] == ["database"]


def test_metrics_count_hosts_and_processes() -> None:
    Host.objects.create(name="node1", uri="test:///node1", state="up")
    _seen("worker")
    text = Client().get("/metrics").content.decode()
    assert 'ovirtlite_hosts{state="up"} 1.0' in text
    assert 'ovirtlite_processes{role="worker"} 1.0' in text
    assert "django_http_requests" in text


def test_metrics_are_not_for_strangers() -> None:
    assert Client().get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 401
    assert Client().get("/metrics", HTTP_X_FORWARDED_FOR="127.0.0.1").status_code == 401
    assert client_with("ovl_wrong").get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 401


@pytest.mark.parametrize(("role", "status"), [("administrator", 200), ("operator", 401)])
def test_metrics_for_a_token_with_the_permission(role: str, status: int) -> None:
    program = program_of(person("somebody", role))
    assert program.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == status
