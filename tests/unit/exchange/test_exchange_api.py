"""Who may look into a volume, let a domain out and make one of a volume."""

from typing import Any
from uuid import uuid4

import pytest

from access.models import AuditEntry
from storage.models import Pool
from tests.unit.access.people import client_of, give, person
from tests.unit.domains.conftest import two_hosts
from tests.unit.domains.test_copies_api import domain, pool, post, volume

__all__ = ["pool", "two_hosts"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


@pytest.fixture
def routes(pool: Pool) -> dict[str, tuple[str, Any]]:
    """By permission: the route and a body with which nothing but the permission decides."""
    one, held = domain(pool), volume(pool, "old.ova")
    return {
        "volume.download": (f"/api/v1/volumes/{held.pk}/appliance/", {}),
        "domain.export": (f"/api/v1/domains/{one.pk}/export/", {"pool": str(pool.pk)}),
        "domain.create": ("/api/v1/domains/import/", {"host": str(pool.host_id), "volume": str(held.pk)}),
    }


def test_nobody_else_s_are_even_seen(routes: dict[str, tuple[str, Any]], pool: Pool) -> None:
    eve = person("eve")
    give(eve, "operator", kind="domain", at=uuid4())
    statuses = {name: post(client_of(eve), route, body).status_code for name, (route, body) in routes.items()}
    assert statuses == {"volume.download": 404, "domain.export": 404, "domain.create": 400}


def test_an_export_needs_a_pool_in_which_one_may_make_volumes(
    routes: dict[str, tuple[str, Any]], pool: Pool
) -> None:
    ada = person("ada")
    route, body = routes["domain.export"]
    give(ada, "operator", kind="domain", at=_id(route))
    answer = post(client_of(ada), route, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["pool"]), "it is not even seen"
    give(ada, "viewer", kind="pool", at=pool.pk)
    assert post(client_of(ada), route, body).status_code == 403
    give(ada, "operator", kind="pool", at=pool.pk)
    assert post(client_of(ada), route, body).status_code == 202
    assert AuditEntry.objects.filter(action="domain.export", result="accepted").count() == 1
    busy = post(client_of(ada), route, body)
    assert (busy.status_code, busy.json()["code"]) == (409, "busy")


def _id(route: str) -> Any:
    return route.split("/")[4]


def test_what_is_running_or_whose_host_is_away_does_not_leave(routes: dict[str, Any], pool: Pool) -> None:
    client = client_of(person("ada", "administrator"))
    route, body = routes["domain.export"]
    running = domain(pool, "running", state="running")
    refused = post(client, f"/api/v1/domains/{running.pk}/export/", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "operation_invalid")
    assert "cannot be exported" in refused.json()["detail"]
    for name in ("a/b", "../up", ".hidden", "a\nb", "x" * 300):
        answer = post(client, route, body | {"name": name})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["name"])
    Pool.objects.update(type="logical")
    assert list(post(client, route, body).json()["errors"]) == ["pool"]
    Pool.objects.update(type="dir", state="inactive")
    assert post(client, route, body).status_code == 409
    plan = post(client, f"{route}?plan=1", body)
    assert (plan.status_code, plan.json()["allowed"]) == (200, False)
    assert post(client, *routes["volume.download"]).status_code == 409
    assert "volume" in post(client, *routes["domain.create"]).json()["errors"]
