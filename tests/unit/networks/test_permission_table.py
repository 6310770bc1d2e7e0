"""Which permission each route of networks takes, tried with every built-in role."""

from typing import Any

import pytest
from django.urls import resolve

from access.permissions import BUILT_IN_ROLES
from hosts.models import Cluster, Host
from networks.models import ClusterNetwork
from tests.unit.access.people import client_of, give, person
from tests.unit.api.test_routes import _api_routes, _path
from tests.unit.networks.world import NAT, make_host, network, nwfilter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

_N, _C, _F = "networks/<uuid:pk>/", "cluster-networks/<uuid:pk>/", "network-filters/<uuid:pk>/"
_H = "hosts/<uuid:pk>/interfaces/"
TABLE: dict[tuple[str, str], str] = {
    ("get", "networks/"): "network.read",
    ("post", "networks/"): "network.create",
    ("get", "networks/options/"): "network.create",
    ("get", _N): "network.read",
    ("get", f"{_N}leases/"): "network.read",
    ("get", f"{_N}xml/"): "network.read",
    ("patch", _N): "network.edit",
    ("post", f"{_N}start/"): "network.start",
    ("post", f"{_N}stop/"): "network.stop",
    ("delete", _N): "network.delete",
    ("get", "cluster-networks/"): "network.read",
    ("post", "cluster-networks/"): "network.create",
    ("get", _C): "network.read",
    ("patch", _C): "network.edit",
    ("post", f"{_C}apply/"): "network.edit",
    ("delete", _C): "network.delete",
    ("get", "network-filters/"): "network.read",
    ("post", "network-filters/"): "filter.manage",
    ("get", _F): "network.read",
    ("put", _F): "filter.manage",
    ("delete", _F): "filter.manage",
    ("get", _H): "host.read",
}


@pytest.fixture
def world(db: None) -> dict[str, Any]:
    cluster = Cluster.objects.create(name="rack")
    host = make_host("alpha", cluster)
    wish = ClusterNetwork.objects.create(cluster=cluster, name="lan", spec=NAT)
    ids = {_N: network(host).pk, _C: wish.pk, _F: nwfilter(host, "mine").pk, _H: host.pk}
    bodies = {
        ("post", "networks/"): {"host": str(host.pk), "name": "new", "forward": "none"},
        ("patch", _N): {"mtu": 1400},
        ("post", "cluster-networks/"): {"cluster": str(cluster.pk), "name": "new", "spec": {"forward": "none"}},
        ("patch", _C): {"description": "x"},
        ("post", "network-filters/"): {"host": str(host.pk), "name": "new", "preset": "no-spoofing"},
        ("put", _F): {"xml": "<filter/>"},
    }  # fmt: skip
    return {"ids": ids, "bodies": bodies, "host": host}


def _statuses(client: Any, world: dict[str, Any]) -> dict[tuple[str, str], int]:
    found = {}
    for method, route in TABLE:
        url = route
        for start, id in world["ids"].items():
            if url.startswith(start):
                url = url.replace("<uuid:pk>", str(id))
        query = f"?host={world['host'].pk}" if route == "networks/options/" else ""
        more = {} if method == "get" else {"format": "json"}
        body = world["bodies"].get((method, route), {})
        found[method, route] = getattr(client, method)(f"/api/v1/{url}{query}", body, **more).status_code
    return found


def test_the_table_has_every_route() -> None:
    found = set()
    for route in _api_routes():
        short = route.removeprefix("api/v1/")
        if short.startswith(("networks", "cluster-networks", "network-filters")) or short == _H:
            actions = resolve(_path(route)).func.actions  # type: ignore[attr-defined]
            found |= {(method, short) for method in actions if method != "head"}
    assert found == set(TABLE)


@pytest.mark.parametrize("role", BUILT_IN_ROLES, ids=lambda role: role.name)
def test_every_role_can_do_what_its_permissions_say(role: Any, world: dict[str, Any]) -> None:
    statuses = _statuses(client_of(person("one", role.name)), world)
    wrong = {
        at: status
        for at, status in statuses.items()
        if status >= 500
        or (status in {401, 403}) is (TABLE[at] in role.permissions)
        or (status == 404 and TABLE[at] in role.permissions)
    }
    assert not wrong


def test_who_may_all_on_another_host_does_not_even_see_these(world: dict[str, Any]) -> None:
    other: Host = make_host("other")
    eve = person("eve")
    give(eve, "operator", kind="host", at=other.pk)
    statuses = _statuses(client_of(eve), world)
    assert {at: status for at, status in statuses.items() if "<uuid:pk>" in at[1] and status != 404} == {}
    assert {status for at, status in statuses.items() if "<uuid:pk>" not in at[1] and at[0] == "post"} == {
        400
    }
    for route in ("networks/", "cluster-networks/", "network-filters/"):
        assert client_of(eve).get(f"/api/v1/{route}").json()["results"] == []
