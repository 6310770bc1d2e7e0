"""Accounts over HTTP: shapes, permissions, versions, tokens shown once, the audit log."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from access.models import AuditEntry, Grant, Group, Role, Token, User
from hosts.models import Host
from tests.unit.access.people import PASSWORD, client_of, client_with, person, program_of

pytestmark = pytest.mark.django_db

V1 = "/api/v1"


def test_a_user_from_made_to_deleted(client: APIClient) -> None:
    group = Group.objects.create(name="team")
    made = client.post(
        f"{V1}/users/", {"username": "bob", "password": PASSWORD, "groups": [str(group.pk)]}, format="json"
    )
    assert made.status_code == 201
    user = made.json()
    assert user["groups"] == [{"id": str(group.pk), "name": "team"}]
    assert "password" not in user
    address = made["Location"]
    assert address == f"{V1}/users/{user['id']}/"
    seen = client.get(address)
    assert seen.json() == user
    assert seen["ETag"] == '"1"'
    changed = client.patch(address, {"name": "Bob B", "groups": []}, format="json", HTTP_IF_MATCH='"1"')
    assert (changed.json()["name"], changed.json()["groups"], changed["ETag"]) == ("Bob B", [], '"2"')
    stale = client.patch(address, {"name": "x"}, format="json", HTTP_IF_MATCH='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert client.patch(address, {"name": "x"}, format="json", HTTP_IF_MATCH="nonsense").status_code == 412
    assert client.delete(address, HTTP_IF_MATCH="*").status_code == 204
    assert client.get(address).status_code == 404


def test_a_grant_from_made_to_taken_back(client: APIClient) -> None:
    user, role = person("vera"), Role.objects.get(name="user")
    host = Host.objects.create(name="node1", uri="test:///node1")
    made = client.post(
        f"{V1}/grants/",
        {"user": str(user.pk), "role": str(role.pk), "object": {"kind": "host", "id": str(host.pk)}},
        format="json",
    )
    assert made.status_code == 201
    assert made.json()["object"] == {"kind": "host", "id": str(host.pk), "name": "node1"}
    assert made.json()["role"] == {"id": str(role.pk), "name": "user"}
    address = made["Location"]
    found = client.get(f"{V1}/grants/", {"user": str(user.pk)}).json()
    assert [one["id"] for one in found["results"]] == [made.json()["id"]]
    assert client.patch(address, {"object": None}, format="json").json()["object"] is None
    assert client.delete(address).status_code == 204
    twice = {"user": str(user.pk), "group": str(uuid4()), "role": str(role.pk)}
    assert client.post(f"{V1}/grants/", twice, format="json").json()["errors"].keys() == {"user", "group"}


def test_a_role_takes_only_permissions_that_there_are(client: APIClient) -> None:
    reply = client.post(
        f"{V1}/roles/", {"name": "x", "permissions": ["domain.read", "domain.fly"]}, format="json"
    )
    assert reply.status_code == 400
    assert list(reply.json()["errors"]) == ["permissions.1"]
    built_in = Role.objects.get(name="viewer")
    assert client.get(f"{V1}/roles/{built_in.pk}/").json()["actions"] == []
    assert client.delete(f"{V1}/roles/{built_in.pk}/").status_code == 409


def test_a_token_is_shown_once_and_works(client: APIClient, admin: User) -> None:
    made = client.post(f"{V1}/tokens/", {"name": "ci", "permissions": ["user.manage"]}, format="json")
    assert made.status_code == 201
    text = made.json()["token"]
    assert "token" not in client.get(made["Location"]).json()
    program = client_with(text)
    assert program.get(f"{V1}/users/").status_code == 200
    assert program.get(f"{V1}/roles/").status_code == 403
    # No CSRF token is asked of a program, and the audit log names its token.
    assert program.post(f"{V1}/users/", {"username": "bob"}, format="json").status_code == 201
    entry = AuditEntry.objects.get(action="user.create")
    assert (entry.actor_id, entry.token_name) == (admin.pk, "ci")
    assert client.delete(made["Location"]).status_code == 204
    assert program.get(f"{V1}/users/").json()["code"] == "invalid_token"
    assert not Token.objects.exists()


def test_a_token_notes_its_use_and_ends(admin: User) -> None:
    program = program_of(admin, expires_at=timezone.now() + timedelta(minutes=1))
    assert program.get(f"{V1}/me/").status_code == 200
    token = Token.objects.get()
    assert token.last_used_at is not None
    Token.objects.update(expires_at=timezone.now())
    refused = program.get(f"{V1}/me/")
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, 'Bearer realm="ovirtlite"')


def test_everybody_sees_their_own_tokens_only() -> None:
    mine, theirs = person("mine", "viewer"), person("theirs", "viewer")
    program_of(theirs)
    token = Token.objects.get()
    client = client_of(mine)
    assert client.get(f"{V1}/tokens/").json()["count"] == 0
    for reply in (
        client.get(f"{V1}/tokens/{token.pk}/"),
        client.patch(f"{V1}/tokens/{token.pk}/", {"name": "x"}, format="json"),
        client.delete(f"{V1}/tokens/{token.pk}/"),
    ):
        assert reply.status_code == 404


@pytest.mark.parametrize("role", ["operator", "user", "viewer", None])
@pytest.mark.parametrize("noun", ["users", "groups", "roles", "grants", "audit"])
def test_accounts_are_for_administrators(role: str | None, noun: str, admin: User) -> None:
    objects = {
        "users": admin,
        "groups": Group.objects.create(name="team"),
        "roles": Role.objects.get(name="viewer"),
        "grants": Grant.objects.get(),
        "audit": AuditEntry.objects.create(actor_name="x", action="x.y", object_kind="x", result="accepted"),
    }
    client = client_of(person("somebody", role))
    assert client.get(f"{V1}/{noun}/").status_code == 403
    assert client.get(f"{V1}/{noun}/{objects[noun].pk}/").status_code == 404
    if noun != "audit":
        assert client.delete(f"{V1}/{noun}/{objects[noun].pk}/").status_code == 403


def test_refusals_are_in_the_audit_log(admin: User) -> None:
    vera = person("vera", "viewer")
    client_of(vera).delete(f"{V1}/users/{admin.pk}/")
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.action, entry.object_id, entry.result) == (
        vera.pk,
        "user.delete",
        admin.pk,
        "refused",
    )
    assert entry.detail["code"] == "not_permitted"
    shown = client_of(admin).get(f"{V1}/audit/", {"result": "refused"}).json()["results"][0]
    assert shown["actor"] == {"id": str(vera.pk), "name": "vera"}
    assert shown["object"]["kind"] == "user"


def test_the_audit_log_is_not_written_by_anybody(client: APIClient) -> None:
    entry = AuditEntry.objects.create(actor_name="x", action="x.y", object_kind="x", result="accepted")
    assert client.post(f"{V1}/audit/", {}, format="json").status_code == 405
    assert client.delete(f"{V1}/audit/{entry.pk}/").status_code == 405
