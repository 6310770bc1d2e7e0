"""Every route of the API refuses strangers, and the OpenAPI document says what is true of each."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.urls import URLResolver, get_resolver
from rest_framework.test import APIClient

from tests.unit.access.people import client_with

pytestmark = pytest.mark.django_db

_OPEN = {"api/v1/auth/login/", "api/v1/auth/methods/", "api/v1/schema/", "api/v1/docs/"}
_METHODS = ("get", "post", "put", "patch", "delete")


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, route)
        elif str(pattern.pattern):
            yield route


def _api_routes() -> list[str]:
    return sorted({route for route in _routes(get_resolver()) if route.startswith("api/v1/")} - _OPEN)


def _path(route: str) -> str:
    path = "/" + route.replace("^", "").replace("$", "")
    while "<" in path:
        before, _, rest = path.partition("<")
        kind, _, after = rest.partition(">")
        path = before + ("1" if kind.startswith("int:") else str(uuid4())) + after
    return path


def test_strangers_get_nothing_from_any_route() -> None:
    routes = _api_routes()
    assert len(routes) > 15
    for client in (APIClient(), client_with("ovl_forged")):
        for route in routes:
            for method in _METHODS:
                reply = getattr(client, method)(_path(route), {}, format="json")
                assert reply.status_code in {401, 405}, f"{method} {route}: {reply.status_code}"
                assert reply["Content-Type"] == "application/problem+json"


def test_a_session_without_its_csrf_token_changes_nothing(admin: object) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(admin)  # type: ignore[arg-type]
    for route in _api_routes():
        for method in ("post", "put", "patch", "delete"):
            reply = getattr(client, method)(_path(route), {}, format="json")
            assert reply.status_code in {403, 405}, f"{method} {route}: {reply.status_code}"


def test_the_document_is_valid_and_complete(client: APIClient) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
    document = client.get("/api/v1/schema/").json()
    assert document["openapi"] == "3.1.1"
    described = {path.replace("{id}", "").rstrip("/") for path in document["paths"]}
    assert "/api/v1/users" in described
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            problems = [
                status
                for status, response in operation["responses"].items()
                if "application/problem+json" in response.get("content", {})
            ]
            assert "default" in operation["responses"], f"{method} {path}"
            assert problems or path == "/api/v1/schema/", f"{method} {path}"
