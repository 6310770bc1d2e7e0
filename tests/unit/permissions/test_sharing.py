"""Owners share what is theirs, tags carry grants, and nobody gives, takes or gets more than they have."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from access.actor import Actor
from access.models import AuditEntry, Grant, Group, Role, User
from access.permissions import rights_of
from domains.models import Domain, Label, Tag
from domains.owners import make_owner
from domains.tags import hang
from hosts.models import Host
from storage.models import Pool
from tests.unit.access.people import client_of, give, person, program_of
from tests.unit.domains.conftest import two_hosts
from tests.unit.domains.test_copies_api import domain, pool, template

__all__ = ["pool", "two_hosts"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
GRANTS = "/api/v1/grants/"


@pytest.fixture
def a(pool: Pool) -> Domain:
    return domain(pool, "a")


@pytest.fixture
def owen(a: Domain) -> User:
    owen = person("owen")
    make_owner(a, owen, Actor.SYSTEM)
    return owen


def role(name: str, *permissions: str) -> Role:
    if permissions:
        Role.objects.create(name=name, permissions=list(permissions))
    made: Role = Role.objects.get(name=name)
    return made


def share(client: APIClient, role: Role, on: tuple[str, UUID] | None, **to: Any) -> Any:
    body = {"role": str(role.pk), **to}
    if on is not None:
        body["object"] = {"kind": on[0], "id": str(on[1])}
    return client.post(GRANTS, body, format="json")


def on(client: APIClient, kind: str, id: UUID) -> Any:
    return client.get(f"{GRANTS}on/?kind={kind}&id={id}")


def code(reply: Any, status: int) -> str:
    assert reply.status_code == status, reply.content
    return str(reply.json()["code"])


def test_an_owner_shares_and_takes_back(a: Domain, owen: User, pool: Pool) -> None:
    client, friend = client_of(owen), person("Friend")
    starter = role("starter", "domain.read", "domain.start")
    made = share(client, starter, ("domain", a.pk), username="friend")
    assert made.status_code == 201, made.json()
    assert client_of(friend).get(f"/api/v1/domains/{a.pk}/").json()["actions"] == ["start"]
    assert code(share(client, starter, ("domain", a.pk), username="friend"), 409) == "already_granted"
    listed = on(client, "domain", a.pk).json()
    assert listed["may_share"]
    assert [
        (one["to"]["name"], one["role"]["name"], one["owner"], one["actions"]) for one in listed["results"]
    ] == [
        ("owen", "owner", True, []),
        ("Friend", "starter", False, ["edit", "delete"]),
    ]
    url = f"{GRANTS}{made.json()['id']}/"
    looker = role("looker", "domain.read")
    assert client.patch(url, {"role": str(looker.pk)}, format="json").status_code == 200
    assert client.delete(url).status_code == 204
    assert client_of(friend).get(f"/api/v1/domains/{a.pk}/").status_code == 404
    told = AuditEntry.objects.filter(action__startswith="grant.", actor_id=owen.pk, result="accepted")
    assert {one.action for one in told} == {"grant.create", "grant.edit", "grant.delete"}
    # The built-in roles for looking and working say much that means nothing on a domain: that hinders nobody.
    assert share(client, role("viewer"), ("domain", a.pk), username="friend").status_code == 201
    assert client_of(friend).get("/api/v1/pools/").json().get("results", []) == []
    assert client.delete(f"{GRANTS}{Grant.objects.get(user=friend).pk}/").status_code == 204
    # To a group, and to a second owner, who is not the first one's equal.
    group = Group.objects.create(name="team")
    assert share(client, starter, ("domain", a.pk), group=str(group.pk)).status_code == 201
    assert share(client, role("owner"), ("domain", a.pk), username="friend").status_code == 201
    own = Grant.objects.get(user=owen, role__name="owner")
    assert code(client_of(friend).delete(f"{GRANTS}{own.pk}/"), 403) == "grant_of_the_owner"
    assert code(client.delete(f"{GRANTS}{own.pk}/"), 403) == "grant_of_the_owner"
    assert client.delete(f"{GRANTS}{Grant.objects.get(user=friend).pk}/").status_code == 204


def test_nobody_shares_more_than_they_have(a: Domain, owen: User, pool: Pool) -> None:
    client = client_of(owen)
    person("friend")
    b = domain(pool, "b")
    more = role("more", "domain.read", "domain.migrate")
    for wanted in (more, role("operator"), role("administrator")):
        reply = share(client, wanted, ("domain", a.pk), username="friend")
        assert code(reply, 403) == "beyond_own_permissions"
    starter = role("starter", "domain.read", "domain.start")
    assert code(share(client, starter, None, username="friend"), 403) == "not_permitted"
    for kind, at in (("domain", b.pk), ("host", a.host_id), ("pool", pool.pk), ("domain", uuid4())):
        reply = share(client, starter, (kind, at), username="friend")
        assert (reply.status_code, list(reply.json()["errors"])) == (400, ["object"]), (
            "it is not there for them"
        )
    for to in ({}, {"username": "nobody"}, {"username": "friend", "group": str(uuid4())}):
        assert share(client, starter, ("domain", a.pk), **to).status_code == 400
    assert code(on(client, "domain", b.pk), 404) == "not_found"
    assert on(client, "domain", uuid4()).status_code == 404
    assert client.get(f"{GRANTS}on/?kind=volume&id=x").status_code == 400
    # Nor does somebody who sees it, but may not share it; nor a token that lacks the right.
    viewer = client_of(person("vera", "viewer", kind="domain", at=a.pk))
    assert code(share(viewer, starter, ("domain", a.pk), username="friend"), 403) == "not_permitted"
    assert code(on(viewer, "domain", a.pk), 403) == "not_permitted"
    program = program_of(owen, permissions=["domain.read", "domain.start"])
    assert code(share(program, starter, ("domain", a.pk), username="friend"), 403) == "not_permitted"
    program = program_of(owen, permissions=["domain.read", "grant.share"])
    assert code(share(program, starter, ("domain", a.pk), username="friend"), 403) == "beyond_own_permissions"
    # A grant that reaches further than one's own is not one's own to take back or to change.
    strong = give(person("olga"), "operator", kind="domain", at=a.pk)
    assert code(client.delete(f"{GRANTS}{strong.pk}/"), 403) == "beyond_own_permissions"
    assert code(client.patch(f"{GRANTS}{strong.pk}/", {"role": str(starter.pk)}, format="json"), 403)
    mine = share(client, starter, ("domain", a.pk), username="friend").json()["id"]
    moved = {"role": str(starter.pk), "object": {"kind": "domain", "id": str(b.pk)}}
    assert client.patch(f"{GRANTS}{mine}/", moved, format="json").status_code == 400
    moved["object"] = None  # type: ignore[assignment]
    assert client.patch(f"{GRANTS}{mine}/", moved, format="json").status_code == 403
    elsewhere = give(person("emil"), "viewer", kind="domain", at=b.pk)
    assert client.delete(f"{GRANTS}{elsewhere.pk}/").status_code == 404
    assert client.get(GRANTS).status_code == 403
    assert client.get("/api/v1/users/").status_code == 403


def test_who_has_what_is_told_with_its_way(a: Domain, owen: User, two_hosts: tuple[Host, Host]) -> None:
    hang(a, ["gold"])
    give(person("tess"), "user", kind="tag", at=Label.objects.get(name="gold").pk)
    give(person("hugo"), "operator", kind="host", at=a.host_id)
    give(person("beta"), "operator", kind="host", at=two_hosts[1].pk)
    give(person("pia"), "self-service")
    ada = person("ada", "administrator")
    shown = [
        (one["to"]["name"], (one["through"] or {}).get("kind"), (one["through"] or {}).get("name"))
        for one in on(client_of(ada), "domain", a.pk).json()["results"]
    ]
    assert shown == [
        ("owen", None, None), ("hugo", "host", "alpha"), ("tess", "tag", "gold"), ("ada", "everywhere", ""),
        ("pia", "everywhere", ""),
    ]  # fmt: skip
    theirs = on(client_of(owen), "domain", a.pk).json()["results"]
    through = {one["to"]["name"]: one["through"] for one in theirs}
    assert through["hugo"] == {"kind": "host", "id": None, "name": ""}, (
        "a host is not told to who may not see it"
    )


def test_it_changes_hands(a: Domain, owen: User) -> None:
    nora = person("nora")
    make_owner(a, nora, Actor.SYSTEM)
    make_owner(a, nora, Actor.SYSTEM)
    assert client_of(owen).get(f"/api/v1/domains/{a.pk}/").status_code == 404
    assert client_of(nora).get(f"/api/v1/domains/{a.pk}/").json()["owner"]["name"] == "nora"
    make_owner(a, None, Actor.SYSTEM)
    a.refresh_from_db()
    assert (a.owner, Grant.objects.count()) == (None, 0)


def test_a_grant_on_a_tag_reaches_what_bears_it(a: Domain, pool: Pool) -> None:
    b, ada = domain(pool, "b"), client_of(person("ada", "administrator"))
    patch = ada.patch(f"/api/v1/domains/{a.pk}/", {"tags": ["gold", "night"]}, format="json")
    assert patch.status_code == 200, patch.json()
    gold = {one["name"]: one for one in ada.get("/api/v1/tags/").json()["results"]}["gold"]
    assert gold["domains"] == 1
    tess = person("tess")
    assert share(ada, role("user"), ("tag", UUID(gold["id"])), username="tess").status_code == 201
    client = client_of(tess)
    assert [one["name"] for one in client.get("/api/v1/domains/").json()["results"]] == ["a"]
    assert "start" in client.get(f"/api/v1/domains/{a.pk}/").json()["actions"]
    assert client.post(f"/api/v1/domains/{b.pk}/start/", {}, format="json").status_code == 404
    before = rights_of(tess)
    hang(b, ["gold"])
    assert rights_of(tess) != before, "so that her sockets are told to read anew"
    assert client.get(f"/api/v1/domains/{b.pk}/").status_code == 200
    hang(a, [], only=True)
    assert client.get(f"/api/v1/domains/{a.pk}/").status_code == 404
    assert set(Label.objects.values_list("name", flat=True)) == {"gold"}, (
        "night is forgotten, gold is granted"
    )
    hang(b, [], only=True)
    assert Label.objects.filter(name="gold").exists()
    Grant.objects.filter(object_kind="tag").delete()
    hang(b, [], only=True)
    assert not Label.objects.exists()


def test_tagging_gives_nobody_what_the_tagger_lacks(a: Domain, owen: User, pool: Pool) -> None:
    """Else whoever may edit a domain could give themselves, or others, any right on it."""
    hang(domain(pool, "b"), ["gold", "free", "soft"])
    labels = {one.name: one.pk for one in Label.objects.all()}
    eve = person("eve", "operator", kind="tag", at=labels["gold"])
    editor = Role.objects.create(name="editor", permissions=["domain.read", "domain.edit"])
    Grant.objects.create(role=editor, user=eve, object_kind="domain", object_id=a.pk)
    give(person("kim"), "user", kind="tag", at=labels["soft"])
    url = f"/api/v1/domains/{a.pk}/"

    def tag(client: APIClient, *names: str, plan: str = "") -> Any:
        return client.patch(f"{url}{plan}", {"tags": list(names)}, format="json")

    for plan in ("?plan=1", ""):
        reply = tag(client_of(eve), "free", "gold", plan=plan)
        assert code(reply, 403) == "beyond_own_permissions"
        assert "domain.destroy" not in reply.content.decode(), "what stands on a tag is said to nobody"
    assert not Tag.objects.filter(domain=a).exists()
    assert tag(client_of(eve), "free").status_code == 200
    assert tag(client_of(owen), "free", "gold").status_code == 403, (
        "an owner may not do all that an operator may"
    )
    assert tag(client_of(owen), "free", "soft").status_code == 200
    # What others have by a tag is not an editor's to take away; it is the owner's.
    assert code(tag(client_of(eve), "free"), 403) == "not_permitted"
    assert tag(client_of(owen), "free").status_code == 200
    assert tag(client_of(person("ada", "administrator")), "gold").status_code == 200
    # Nor is it a way for a domain that is still to be made.
    maker = Role.objects.create(name="maker", permissions=["domain.create", "host.read", "pool.read"])
    Grant.objects.create(role=maker, user=eve)
    xml = "<domain type='qemu'><name>new</name><memory>1024</memory><os><type>hvm</type></os></domain>"
    body = {"host": str(pool.host_id), "xml": xml, "tags": ["gold"]}
    assert code(client_of(eve).post("/api/v1/domains/", body, format="json"), 403) == "beyond_own_permissions"


def test_a_grant_on_a_template_reaches_that_one_alone(pool: Pool) -> None:
    small, other = template(pool, "small"), template(pool, "other")
    pia = person("pia", "self-service", kind="template", at=small.pk)
    client = client_of(pia)
    assert [one["name"] for one in client.get("/api/v1/templates/").json()["results"]] == ["small"]
    assert client.get(f"/api/v1/templates/{other.pk}/").status_code == 404
    assert (
        client.patch(f"/api/v1/templates/{small.pk}/", {"description": "x"}, format="json").status_code == 403
    )
    for path in ("hosts/", "pools/", "networks/", "domains/", "volumes/"):
        assert client.get(f"/api/v1/{path}").status_code == 403, path
    ada = client_of(person("ada", "administrator"))
    listed = on(ada, "template", small.pk).json()["results"]
    assert (listed[0]["to"]["name"], listed[0]["through"]) == ("pia", None)


@pytest.mark.parametrize("way", ["grant", "role", "close", "group"])
def test_an_administrator_does_not_lock_themselves_out(way: str) -> None:
    """Another one is there and can do it; by oneself it was a slip."""
    ada, otto = person("ada"), person("otto", "administrator")
    boss = Role.objects.create(name="boss", permissions=Role.objects.get(name="administrator").permissions)
    group = Group.objects.create(name="bosses")
    if way == "group":
        ada.groups.add(group)
        grant = give(group, "boss")
    else:
        grant = give(ada, "boss")
    viewer = str(Role.objects.get(name="viewer").pk)
    method, url, body = {
        "grant": ("delete", f"grants/{grant.pk}/", {}),
        "role": ("patch", f"grants/{grant.pk}/", {"role": viewer}),
        "close": ("patch", f"users/{ada.pk}/", {"active": False}),
        "group": ("patch", f"groups/{group.pk}/", {"users": []}),
    }[way]
    reply = getattr(client_of(ada), method)(f"/api/v1/{url}", body, format="json")
    assert code(reply, 409) == ("own_account" if way == "close" else "own_administrator")
    assert "yourself" in reply.json()["detail"] or "own account" in reply.json()["detail"]
    assert client_of(ada).get("/api/v1/users/").status_code == 200
    narrowed = {"permissions": ["domain.read"]}
    reply = client_of(ada).patch(f"/api/v1/roles/{boss.pk}/", narrowed, format="json")
    assert code(reply, 409) == "own_administrator"
    assert getattr(client_of(otto), method)(f"/api/v1/{url}", body, format="json").status_code in {200, 204}


def test_a_role_gives_itself_no_more() -> None:
    """Who may make roles and give them stays within what they have themselves."""
    keeper = Role.objects.create(name="keeper", permissions=["role.manage", "grant.manage", "domain.read"])
    kim = person("kim")
    Grant.objects.create(role=keeper, user=kim)
    client = client_of(kim)
    more = {"permissions": [*keeper.permissions, "domain.start"]}
    assert (
        code(client.patch(f"/api/v1/roles/{keeper.pk}/", more, format="json"), 403)
        == "beyond_own_permissions"
    )
    assert (
        code(client.post("/api/v1/roles/", {"name": "x", **more}, format="json"), 403)
        == "beyond_own_permissions"
    )
    assert code(share(client, role("viewer"), None, username="kim"), 403) == "beyond_own_permissions"
    wider = client.post("/api/v1/tokens/", {"name": "x", "permissions": ["domain.start"]}, format="json")
    assert code(wider, 403) == "beyond_own_permissions"
    assert rights_of(kim).keys() == set(keeper.permissions)


def test_who_has_what_costs_the_same_however_many_they_are(a: Domain, owen: User) -> None:
    def queries() -> int:
        client = client_of(owen)
        with CaptureQueriesContext(connection) as asked:
            assert on(client, "domain", a.pk).status_code == 200
        return len(asked)

    for number in range(2):
        give(person(f"few{number}"), "viewer", kind="domain", at=a.pk)
        give(person(f"far{number}"), "viewer", kind="host", at=a.host_id)
    few = queries()
    for number in range(10):
        give(person(f"more{number}"), "viewer", kind="domain", at=a.pk)
        give(person(f"farther{number}"), "viewer", kind="host", at=a.host_id)
    assert queries() == few
