"""Every built-in role × every endpoint and action: who may is let through, who may not learns nothing new."""

import pytest
from django.db import transaction

from access.permissions import BUILT_IN_ROLES, BuiltInRole
from tests.unit.access.people import client_of, person
from tests.unit.permissions.rules import SIGNING_IN, Route, Rule, permitted, said
from tests.unit.permissions.table import TABLE, routes
from tests.unit.permissions.world import World, ask, own

pytestmark = pytest.mark.django_db

# By the first word of a route: who may see such an object.
_SEEN_BY = {
    "domains": "domain.read",
    "templates": "template.read",
    "deleted-domains": "domain.read",
    "backups": "domain.read",
    "schedules": "domain.read",
    "tags": "domain.read",
    "hosts": "host.read",
    "clusters": "cluster.read",
    "jobs": "job.read",
    "pools": "pool.read",
    "shared-pools": "pool.read",
    "volumes": "pool.read",
    "uploads": "pool.read",
    "images": "pool.read",
    "networks": "network.read",
    "cluster-networks": "network.read",
    "network-filters": "network.read",
}
_ACCOUNTS = {"users", "groups", "roles", "grants", "quotas", "audit"}
# What these name beside their own object: who does not see that is told that there is no such thing.
_NAMES: dict[Route, frozenset[str]] = {
    ("post", "domains/"): frozenset({"host.read"}),
    ("post", "domains/import/"): frozenset({"host.read", "pool.read"}),
    ("get", "domains/creation-options/"): frozenset({"host.read"}),
    ("post", "templates/"): frozenset({"domain.read"}),
    ("post", "pools/"): frozenset({"host.read"}),
    ("post", "pools/discover/"): frozenset({"host.read"}),
    ("get", "pools/options/"): frozenset({"host.read"}),
    ("post", "shared-pools/"): frozenset({"pool.read"}),
    ("post", "volumes/"): frozenset({"pool.read"}),
    ("post", "uploads/"): frozenset({"pool.read"}),
    ("post", "images/"): frozenset({"pool.read"}),
    ("post", "networks/"): frozenset({"host.read"}),
    ("get", "networks/options/"): frozenset({"host.read"}),
    ("post", "cluster-networks/"): frozenset({"cluster.read"}),
    ("post", "network-filters/"): frozenset({"host.read"}),
    ("post", "schedules/"): frozenset({"pool.read"}),
}
# Whoever may gets as far as to be told that the node, or the world of these tests, has no such thing.
_NOT_THERE: set[Route] = {
    ("get", "domains/<uuid:pk>/screenshot/"),
    ("get", "volumes/<uuid:pk>/content/"),
    ("delete", "me/second-factors/<uuid:pk>/"),
}
_LET_THROUGH = {200, 201, 202, 204, 400, 409}


def test_the_table_has_every_route() -> None:
    missing, gone = routes() - set(TABLE), set(TABLE) - routes()
    assert not missing, "these need a line in tests/unit/permissions (see table.py)"
    assert not gone, "these routes are no more"


@pytest.mark.parametrize("role", BUILT_IN_ROLES, ids=lambda role: role.name)
def test_every_role_can_do_what_its_permissions_say(role: BuiltInRole, world: World) -> None:
    wrong = {}
    with transaction.atomic():
        user = person("one", role.name)
        client = client_of(user)
        own(world, user)
        for route, rule in TABLE.items():
            status = ask(client, world, route).status_code
            if status not in _expected(route, rule, role.permissions):
                wrong[route] = (status, said(rule))
        transaction.set_rollback(True)
    assert not wrong, "\n".join(f"{route}: {what}" for route, what in wrong.items())


def _expected(route: Route, rule: "str | Rule", held: frozenset[str]) -> set[int]:
    """Every status that is right."""
    if rule is SIGNING_IN:
        return {401}
    if permitted(rule, held):
        return _LET_THROUGH | ({404} if route in _NOT_THERE else set())
    start = route[1].split("/", maxsplit=1)[0]
    if start in _ACCOUNTS:
        return {403, 404}  # who has nothing to do with them is told neither way
    if "<uuid:pk>" in route[1]:
        return {403} if _SEEN_BY[start] in held else {404}
    return {403} if _NAMES.get(route, frozenset()) <= held else {400, 403, 404}


def test_how_much_that_was(world: World) -> None:
    """Six roles and more, more than two hundred routes: each pair was asked."""
    pairs = len(BUILT_IN_ROLES) * len(TABLE)
    print(f"{len(BUILT_IN_ROLES)} roles × {len(TABLE)} routes = {pairs} pairs")
    assert len(BUILT_IN_ROLES) >= 6
    assert pairs >= 1300
