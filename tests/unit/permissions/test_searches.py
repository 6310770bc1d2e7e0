"""Nothing is found by what is not shown: a search, an order or a filter on a hidden column is a way to guess it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import resolve

from access.api.views import ObjectViewSet
from access.models import User
from live.models import happened
from storage.api.pools_told import SEEN
from tests.unit.access.people import client_of, give, person
from tests.unit.api.test_routes import _api_routes, _path
from tests.unit.domains.test_backups_api import backup
from tests.unit.permissions.world import World

pytestmark = pytest.mark.django_db


def _lists() -> Iterator[tuple[str, type[ObjectViewSet]]]:
    for route in _api_routes():
        view: Any = resolve(_path(route)).func
        if "list" in getattr(view, "actions", {}).values() and issubclass(view.cls, ObjectViewSet):
            yield route, view.cls


LISTS = dict(_lists())
_NARROW = {
    "domains": ("owner", "domain"),
    "pools": ("operator", "pool"),
    "networks": ("operator", "network"),
    "templates": ("viewer", "template"),
    "hosts": ("viewer", "host"),
}


@pytest.fixture(params=[*_NARROW, "everything"])
def somebody(request: Any, world: World) -> Iterator[User]:
    with transaction.atomic():
        user = person("eve")
        backup(world.pool, world.domain)
        happened("domain.started", ("domain", world.domain.pk, world.domain.name), host_name="alpha")
        if request.param in _NARROW:
            role, kind = _NARROW[request.param]
            give(user, role, kind=kind, at=world.at[request.param])
        else:
            give(user, "viewer")
            give(user, "administrator", kind="domain", at=world.at["domains"])
        yield user
        transaction.set_rollback(True)


def test_there_are_lists() -> None:
    assert len(LISTS) > 20


def test_what_a_search_finds_is_shown(world: World, somebody: User) -> None:
    client = client_of(somebody)
    found: list[str] = []
    for route, view in LISTS.items():
        url = world.url(route.removeprefix("api/v1/"))
        reply = client.get(url)
        if reply.status_code != 200:
            continue
        shown = {row["id"]: str(row).lower() for row in reply.json()["results"] if "id" in row}
        for column in view.search_fields:
            name = "pool__name" if column == SEEN else column
            rows = view.model._default_manager.filter(id__in=shown).values_list("id", name)
            for pk, held in rows:
                words = str(held or "").split()
                for word in words:
                    if word.lower() in shown[str(pk)]:
                        continue
                    hits = client.get(url, {"search": word}).json()["results"]
                    if str(pk) in {row["id"] for row in hits}:
                        found.append(f"{route}: {name} {word!r}")
    assert not found, "\n".join(found)


_HIDDEN = ("password", "digest", "secret", "credential", "sealed", "key", "token", "auth")


@pytest.mark.parametrize("route", LISTS)
def test_no_order_and_no_filter_goes_by_a_secret(route: str) -> None:
    view = LISTS[route]
    columns = {*view.ordering_fields.values(), *view.search_fields}
    for name, one in getattr(view.filterset_class, "base_filters", {}).items():
        columns |= {one.field_name or "", name}
    for column in columns:
        assert not any(word in column.lower() for word in _HIDDEN), column


@pytest.mark.parametrize(
    "query", ["password", "password__startswith", "tokens__digest__startswith", "user__password"]
)
def test_what_nobody_offers_is_refused_by_name(world: World, query: str) -> None:
    with transaction.atomic():
        client = client_of(person("root", "administrator"))
        for route in ("users/", "tokens/", "grants/", "hosts/", "domains/"):
            for asked in ({query: "argon2"}, {"ordering": query}, {"fields": query}):
                reply = client.get(world.url(route), asked)
                assert reply.status_code == 400, (route, asked)
                assert reply.json()["errors"]
        assert client.get(world.url("users/"), {"search": "argon2"}).json()["count"] == 0
        transaction.set_rollback(True)
