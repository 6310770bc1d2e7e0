"""Every bad request gets a problem document that names what is wrong, and nothing changes."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import Client
from rest_framework.test import APIClient

from access.errors import Conflict
from access.models import Group, User
from hypervisor import errors as hypervisor
from ovirtlite.api import problems
from tests.unit.access.people import client_of, person

pytestmark = pytest.mark.django_db

GROUPS = "/api/v1/groups/"
# Fixed, since it is in names of tests: every process that shares in a run must find the same ones.
NOBODY = "4bb2e2a6-1d2a-4a0e-9a59-3a7d3a2f5c11"


def _problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The document of a response, checked for what every problem has."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail", "code"} <= document.keys()
    assert (document["status"], document["code"]) == (status, code)
    assert "Traceback" not in response.content.decode()
    return document


def _post(client: Client, body: bytes | str, content_type: str = "application/json") -> Any:
    return client.generic("POST", GROUPS, body, content_type=content_type)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'name': 'x'}",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": "x",}',
        b'{"name": "x"} {}',
        b'{"name": "x", "name": "y"}',
        b'{"name": "\\ud800"}',
        b'{"name": "\xff"}',
        b"\xff\xfe{\x00}\x00",
        b"[" * 100_000,
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b'{"name": ' + b"9" * 5000 + b"}",
    ],
)
def test_malformed_json(client: APIClient, body: bytes) -> None:
    reply = _post(client, body)
    assert reply.status_code == 400
    assert reply.json()["code"] in {"malformed_json", "invalid"}
    assert reply["Content-Type"] == "application/problem+json"
    assert not Group.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{}", "name"),
        ('{"name": null}', "name"),
        ('{"name": 5}', "name"),
        ('{"name": true}', "name"),
        ('{"name": ["x"]}', "name"),
        ('{"name": ""}', "name"),
        ('{"name": "a\\u0000b"}', "name"),
        (f'{{"name": "{"x" * 151}"}}', "name"),
        ('{"name": "x", "colour": "red"}', "colour"),
        ('{"name": "x", "id": "x"}', "id"),
        ('{"name": "x", "users": "x"}', "users"),
        ('{"name": "x", "users": ["x"]}', "users.0"),
        ('{"name": "x", "users": [5]}', "users.0"),
        (f'{{"name": "x", "users": ["{NOBODY}"]}}', "users"),
        ("[]", "non_field_errors"),
        ('"x"', "non_field_errors"),
        ("5", "non_field_errors"),
        ("null", "non_field_errors"),
    ],
)
def test_wrong_fields_are_named(client: APIClient, body: str, field: str) -> None:
    document = _problem(_post(client, body), 400, "invalid")
    assert list(document["errors"]) == [field]
    assert all(isinstance(text, str) for text in document["errors"][field])
    assert not Group.objects.exists()


def test_a_body_that_is_too_large(client: APIClient) -> None:
    _problem(_post(client, b'{"name": "' + b"x" * 1024 * 1024 + b'"}'), 400, "body_too_large")
    _problem(client.generic("POST", GROUPS, "{}", CONTENT_LENGTH="99999999999"), 400, "body_too_large")
    _problem(client.generic("POST", GROUPS, "{}", CONTENT_LENGTH="many"), 400, "body_too_large")


def test_an_address_with_too_many_parameters(client: APIClient) -> None:
    reply = client.get(f"{GROUPS}?{'&'.join(['a=b'] * 1001)}")
    assert "1000" in _problem(reply, 400, "too_many_parameters")["detail"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x/y/z"],
)
def test_a_body_of_another_type(client: APIClient, content_type: str) -> None:
    _problem(_post(client, b"name=x", content_type), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("limit=²", "limit"),
        ("offset=-1", "offset"),
        ("offset=99999999999999999999", "offset"),
        ("ordering=colour", "ordering"),
        ("ordering=password", "ordering"),
        ("colour=red", "colour"),
        ("password=x", "password"),
        ("name__startswith=x", "name__startswith"),
        ("user=x", "user"),
        ("search=a%00b", "search"),
        ("fields=colour", "fields"),
        ("format=xml", "format"),
    ],
)
def test_wrong_parameters_are_named(client: APIClient, query: str, name: str) -> None:
    document = _problem(client.get(f"{GROUPS}?{query}"), 400, "invalid")
    assert list(document["errors"]) == [name]


@pytest.mark.parametrize(
    "query", ["domains/?stale=", "networks/?active=", "users/?active=", "roles/?built_in="]
)
def test_what_is_neither_true_nor_false_is_no_filter(client: APIClient, query: str) -> None:
    """A word that is not understood must not show more than was asked for."""
    for said in ("true", "false", "1", "0", ""):
        assert client.get(f"/api/v1/{query}{said}").status_code == 200
    for said in ("perhaps", "2", "None", "unknown"):
        _problem(client.get(f"/api/v1/{query}{said}"), 400, "invalid")


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v1/",
        "/api/v2/groups/",
        "/api/v1/groups",
        "/api/v1/groups/x/",
        "/api/v1/groups/1/",
        f"/api/v1/groups/{NOBODY}/",
        f"/api/v1/groups/{NOBODY}/fly/",
        "/api/v1/groups/../../etc/passwd",
        "/api/v1/groups/%00/",
    ],
)
def test_what_is_not_there(client: APIClient, path: str) -> None:
    _problem(client.get(path), 404, "not_found")


def test_a_method_that_is_not_there(client: APIClient) -> None:
    reply = client.put(GROUPS, {}, format="json")
    _problem(reply, 405, "method_not_allowed")
    assert "POST" in reply["Allow"]


def test_html_is_never_answered(client: APIClient) -> None:
    for path in (GROUPS, "/api/v1/nothing/", f"{GROUPS}?limit=x"):
        assert "json" in client.get(path, HTTP_ACCEPT="text/html")["Content-Type"]


def test_a_fault_of_ours_shows_no_traceback(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("access.services.groups.create", fail)
    document = _problem(_post(client, '{"name": "x"}'), 500, "internal_error")
    assert "secret" not in str(document)


def test_a_constraint_of_the_database_is_a_conflict(
    client: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise IntegrityError("UNIQUE constraint failed: secret.column")

    monkeypatch.setattr("access.services.groups.create", fail)
    document = _problem(_post(client, '{"name": "x"}'), 409, "conflict")
    assert "secret" not in str(document)


def _of(error: Exception) -> HttpResponse:
    response = problems.of(error)
    assert response is not None
    return response


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (hypervisor.InvalidURI("x"), 400),
        (hypervisor.NotFound("x"), 404),
        (hypervisor.OperationInvalid("x"), 409),
        (hypervisor.NodeUnreachable("x"), 503),
        (hypervisor.Timeout("x"), 504),
        (hypervisor.AccessDenied("x"), 502),
        (hypervisor.HypervisorError("x"), 502),
    ],
)
def test_errors_of_nodes_keep_their_code(error: hypervisor.HypervisorError, status: int) -> None:
    response = _of(error)
    assert response.status_code == status
    assert error.code.encode() in response.content


def test_members_of_a_refusal_are_told() -> None:
    response = _of(Conflict("busy", code="busy", job={"id": "1", "kind": "domain.start"}))
    assert b'"job":{"id":"1","kind":"domain.start"}' in response.content


def test_our_own_faults_have_no_problem_of_their_own() -> None:
    assert problems.of(KeyError("x")) is None


def test_complaints_within_are_named_by_path() -> None:
    detail = {"a": {"b": ["x"]}, "c": [{}, {"d": ["y"]}], "e": ["z", "w"]}
    assert problems.by_field(detail) == {"a.b": ["x"], "c.1.d": ["y"], "e": ["z", "w"]}


def test_forbidden_objects_are_not_told_from_absent_ones(admin: User) -> None:
    client = client_of(person("vera", "viewer"))
    forbidden, absent = client.get(f"/api/v1/users/{admin.pk}/"), client.get(f"/api/v1/users/{uuid4()}/")
    assert forbidden.status_code == absent.status_code == 404
    assert forbidden.content == absent.content
