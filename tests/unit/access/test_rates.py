"""Who sends too many requests is asked to go slower, for a moment, and nobody else is."""

import pytest
from django.test import override_settings

from access.api import rates
from access.api.rates import Buckets, Rate
from access.models import AuditEntry
from tests.unit.access.people import client_of, client_with, person

pytestmark = pytest.mark.django_db


def test_a_bucket_fills_up_again() -> None:
    now = 0.0
    buckets = Buckets(lambda: now)
    rate = Rate(burst=3, a_second=2)
    assert [buckets.take("ada", rate) for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("bob", rate) == 0
    now = 0.5
    assert [buckets.take("ada", rate) for _ in range(2)] == [0, 0.5]
    now = 100.0
    assert [buckets.take("ada", rate) for _ in range(4)] == [0, 0, 0, 0.5]


def test_it_forgets_those_it_has_not_seen_for_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "_MOST", 2)
    buckets, rate = Buckets(lambda: 0.0), Rate(1, 1)
    assert [buckets.take(name, rate) for name in ("ada", "bob", "eve", "ada")] == [0, 0, 0, 0]
    assert buckets.take("eve", rate) > 0


@override_settings(RATE_LIMITS=True)
def test_changes_and_readings_and_strangers_count_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "_buckets", Buckets(lambda: 0.0))
    for name, burst in (("CHANGING", 2), ("READING", 3), ("STRANGERS", 2)):
        monkeypatch.setattr(rates, name, Rate(burst, 1))
    ada, bob = client_of(person("ada", "administrator")), client_of(person("bob", "administrator"))
    assert [ada.post("/api/v1/clusters/", {}, format="json").status_code for _ in range(3)] == [400, 400, 429]
    kept = AuditEntry.objects.count()
    reply = ada.post("/api/v1/clusters/", {}, format="json")
    assert (reply.json()["code"], reply["Retry-After"]) == ("too_many_attempts", "2")
    assert AuditEntry.objects.count() == kept, "it would fill the log"
    assert [ada.get("/api/v1/me/").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert bob.get("/api/v1/me/").status_code == 200
    forged = client_with("ovl_forged")
    assert [forged.get("/api/v1/me/").status_code for _ in range(3)] == [401, 401, 429]
