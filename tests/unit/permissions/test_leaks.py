"""An owner of A cannot learn that B exists: not by a list, a count, a search, a notice, a refusal or a result.

B is on A's host, with its disk in the same pool and its card on the same network; jobs, schedules, tags and quotas
speak of both. Whatever the owner of A asks for, no answer has B's name, its id, or those of what is B's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.models import User
from domains.models import Definition, Domain, Revision, Snapshot, Tag, Template
from domains.owners import make_owner
from domains.tags import hang
from hosts.models import Host
from jobs.models import Job
from live.consumer import KINDS, EventsConsumer
from live.models import happened
from live.notices import Notice
from networks.models import Network
from storage.models import Volume
from tests.unit.access.people import client_of, give, person
from tests.unit.domains.test_backups_api import backup, schedule
from tests.unit.domains.test_copies_api import deleted, domain, template
from tests.unit.permissions.rules import Route
from tests.unit.permissions.table import TABLE
from tests.unit.permissions.world import World, ask, build, own

pytestmark = pytest.mark.django_db
HIDDEN = "hidden-b"
_ACCOUNTS = {"users", "groups", "roles", "grants", "quotas", "audit"}
_DISK = "/pool/disk-17"
_SECRET_MAC = "52:54:00:0b:0b:0b"


@dataclass
class Neighbours:
    """The world with A in it, what is B's beside it, and another world on other hosts."""

    world: World
    beyond: World
    b: Domain
    secrets: list[str]


@pytest.fixture(scope="module")
def both(database: None) -> Neighbours:
    world, beyond = build(), build("hidden-rest")
    b = domain(world.pool, HIDDEN, macs=_SECRET_MAC, title=f"{HIDDEN} title")
    known = Definition.objects.get(pk=b.pk)
    known.interfaces = [
        {"mac": _SECRET_MAC, "type": "network", "source": "alpha-net", "model": "virtio", "target": "vnet7"}
    ]
    # Whoever has the pool sees its files; they are not called by the domain here.
    Volume.objects.filter(name=HIDDEN).update(name="disk-17", path=_DISK, key=_DISK)
    known.disks = [{"target": "vda", "source": _DISK, "type": "file", "readonly": False}]
    known.inactive = (
        (known.inactive or "")
        .replace(f"/pool/{HIDDEN}", _DISK)
        .replace(
            "</devices>",
            f"<interface type='network'><mac address='{_SECRET_MAC}'/><source network='alpha-net'/></interface>"
            "</devices>",
        )
    )
    known.save()
    now = timezone.now()
    Snapshot.objects.create(domain=b, name=f"{HIDDEN}-s", state="shutoff", taken_at=now, disks=[])
    Revision.objects.create(domain=b, number=1, xml=known.inactive, at=now, changes=[])
    hang(b, ["alpha-gold", f"{HIDDEN}-tag"])
    ada = person("ada", "administrator")
    within: dict[str, Any] = {"host": world.pool.host_id, "cluster": world.pool.host.cluster_id}
    jobs = [
        _job(world, "domain.start-many", ("batch", uuid4(), f"2 domains, {HIDDEN}"), ada, state="running"),
        _job(world, "domain.start", ("domain", b.pk, HIDDEN), ada, state="queued"),
    ]
    jobs.append(
        _job(world, "domain.start", ("domain", world.domain.pk, world.domain.name), ada, "succeeded", jobs[0])
    )
    happened("domain.started", ("domain", b.pk, HIDDEN), within=within, detail=f"{HIDDEN} began")
    happened("domain.started", ("domain", world.domain.pk, world.domain.name), within=within)
    of_b = backup(world.pool, b)
    planned = schedule(world.pool, ada, world.domain, b, name="both of them", tag="alpha-gold")
    gone = deleted(world.pool.host, f"{HIDDEN}-gone")
    made = template(world.pool, f"{HIDDEN}-template")
    # The parent of a job may be told: it is an id of which nothing can be read.
    secrets = [HIDDEN, _SECRET_MAC, *(str(one.pk) for one in (b, of_b, gone, made, jobs[1]))]
    assert planned.domains.count() == 2
    backup(world.pool, world.domain)
    # Roles are read by whoever shares anything.
    elsewhere = [str(id) for what, id in beyond.at.items() if what != "roles"]
    return Neighbours(world, beyond, b, [*secrets, *elsewhere])


def _job(
    world: World, kind: str, about: tuple[str, Any, str], by: User, state: str, parent: Job | None = None
) -> Job:
    job: Job = Job.objects.create(
        kind=kind, state=state, object_kind=about[0], object_id=about[1], object_name=about[2], parent=parent,
        host_id=world.pool.host_id, cluster_id=world.pool.host.cluster_id, requested_by=by,
        deadline_at=timezone.now() + timedelta(days=1), options={"ids": [str(about[1])]},
    )  # fmt: skip
    return job


def _only_a(world: World) -> User:
    """Owns A, and nothing else."""
    eve = person("eve")
    make_owner(world.domain, eve, Actor.SYSTEM)
    return eve


def _a_and_its_ground(world: World) -> User:
    """Owns A, makes domains of one template, and has the pool and the network that A is on."""
    eve = _only_a(world)
    give(eve, "self-service", kind="template", at=world.at["templates"])
    give(eve, "operator", kind="pool", at=world.pool.pk)
    give(eve, "operator", kind="network", at=world.at["networks"])
    return eve


@pytest.fixture(params=[_only_a, _a_and_its_ground], ids=["owner of A", "with pool, network and template"])
def eve(request: Any, both: Neighbours) -> Iterator[User]:
    with transaction.atomic():
        yield request.param(both.world)
        transaction.set_rollback(True)


def test_no_answer_speaks_of_b(both: Neighbours, eve: User) -> None:
    client = client_of(eve)
    own(both.world, eve)
    told: dict[Route, list[str]] = {}
    # Where A is is told to who owns it: the host's name and the cluster's. Its pool's is not.
    rich = Actor(user=eve).may("pool.read")
    pool = [] if rich else [both.world.pool.name]
    for route in TABLE:
        if not rich and route[0] != "get":
            continue  # it was asked with more rights
        text = _text(ask(client, both.world, route))
        if found := [secret for secret in (*both.secrets, *pool) if secret in text]:
            told[route] = [*found, text[:300]]
    assert not told, "\n".join(f"{route}: {found}" for route, found in told.items())


def _text(reply: Any) -> str:
    return (
        b"".join(reply).decode(errors="replace")
        if reply.streaming
        else reply.content.decode(errors="replace")
    )


@pytest.mark.parametrize("eve", [_a_and_its_ground], ids=["with pool, network and template"], indirect=True)
def test_another_ones_ids_are_ids_of_nothing(both: Neighbours, eve: User) -> None:
    client = client_of(eve)
    wrong: dict[Route, int] = {}
    beyond = both.beyond
    for route in TABLE:
        if "<uuid:pk>" not in route[1] or route[1].startswith("me/"):
            continue
        status = ask(client, beyond, route).status_code
        account = route[1].split("/", maxsplit=1)[0] in _ACCOUNTS
        if status not in ({403, 404} if account else {404}) and route != ("get", "roles/<uuid:pk>/"):
            wrong[route] = status
    assert not wrong


def test_counts_and_searches_know_one_domain(both: Neighbours, eve: User) -> None:
    client = client_of(eve)
    for query, count in (
        ("domains/", 1),
        (f"domains/?search={HIDDEN}", 0),
        (f"domains/?search={_SECRET_MAC}", 0),
        ("domains/?tag=alpha-gold", 1),
        (f"domains/?tag={HIDDEN}-tag", 0),
        (f"events/?search={HIDDEN}", 0),
        (f"events/?object={both.b.pk}", 0),
        (f"jobs/?object={both.b.pk}", 0),
        (f"jobs/?search={HIDDEN}", 0),
        (f"backups/?domain={both.b.pk}", 0),
        (f"schedules/?domain={both.b.pk}", 0),
        ("tags/", 1),
        (f"tags/?search={HIDDEN}", 0),
        ("deleted-domains/", 0),
        (f"templates/?search={HIDDEN}", 0),
    ):
        reply = client.get(f"/api/v1/{query}")
        assert reply.status_code in {200, 403}, (query, reply.json())
        assert reply.json().get("count", 0) == (count if reply.status_code == 200 else 0), (
            query,
            reply.json(),
        )
    assert client.get("/api/v1/tags/").json()["results"][0]["domains"] == 1
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 401


def test_what_is_in_the_way_has_no_name(both: Neighbours, eve: User) -> None:
    """B's address, its disk and its schedule are met by who owns A, and none of them says whose they are."""
    client, a = client_of(eve), f"/api/v1/domains/{both.world.domain.pk}/"
    xml = Definition.objects.get(pk=both.world.domain.pk).inactive or ""
    with_mac = xml.replace("52:54:00:00:00:01", _SECRET_MAC)
    with_disk = xml.replace("/pool/alpha-web", _DISK)
    give(eve, "operator", kind="domain", at=both.world.domain.pk)
    for method, path, body in (
        ("post", "interfaces/", {"source": {"type": "user"}, "mac": _SECRET_MAC}),
        ("post", "xml/check/", {"xml": with_mac}),
        ("put", "xml/", {"xml": with_mac}),
        ("put", "xml/", {"xml": with_disk}),
        ("post", "migrate/", {"host": str(both.beyond.at["hosts"])}),
        ("post", "backups/", {"pool": str(both.beyond.at["pools"])}),
        ("post", "clone/", {"name": "copy", "pool": str(both.beyond.at["pools"])}),
    ):
        reply = getattr(client, method)(f"{a}{path}", body, format="json")
        said = reply.content.decode()
        assert reply.status_code in {200, 400, 403, 404, 409}, said
        # Its own question comes back: the path and the address that were named. Nothing else of B does.
        for known in (
            f"/pool/{HIDDEN}",
            _SECRET_MAC,
            str(both.beyond.at["hosts"]),
            str(both.beyond.at["pools"]),
        ):
            said = said.replace(known, "")
        assert not [secret for secret in both.secrets if secret in said], (path, said)
    refused = client.post(
        "/api/v1/domains/bulk/", {"action": "start", "ids": [str(both.b.pk)]}, format="json"
    )
    assert HIDDEN not in refused.content.decode()


def test_notices_of_b_reach_nobody_but_its_readers(both: Neighbours, eve: User) -> None:
    """Each kind, as its app tells it: those of A are heard, those of B and of everything beside them are not."""
    world, b = both.world, both.b
    host: Host = world.pool.host
    heard = _heard(eve, [("domain", world.domain.pk, host.within), *_inside(world.domain)])
    assert heard == {"domain", "snapshot", "job"}
    assert _heard(eve, [("domain", b.pk, host.within), *_inside(b)]) == set()
    network = Network.objects.get(pk=world.at["networks"])
    ground = [
        ("pool", world.pool.pk, host.within),
        ("volume", uuid4(), {"pool": world.pool.pk, **host.within}),
        ("network", network.pk, host.within),
        ("template", world.at["templates"], host.within),
    ]
    rich = Actor(user=eve).scope("pool.read").covers({"pool": world.pool.pk})
    assert _heard(eve, ground) == ({"pool", "volume", "network", "template"} if rich else set())
    others = [
        (kind, uuid4(), {"host": host.pk, "cluster": host.cluster_id, "pool": both.beyond.pool.pk})
        for kind in KINDS
    ]
    assert _heard(eve, others) == set()


def _inside(one: Domain) -> list[tuple[str, Any, Any]]:
    within = {"domain": one.pk, **one.host.within}
    return [("snapshot", uuid4(), within), ("job", uuid4(), within)]


def _heard(user: User, told: list[tuple[str, Any, Any]]) -> set[str]:
    ear = EventsConsumer()
    ear.actor = Actor(user=user)
    for kind, id, within in told:
        held = {name: at for name, at in within.items() if at is not None}
        ear.offer(Notice("updated", kind, id, 1, held), "cursor")
    return {kind for kind, _ in ear._pending}


def test_a_tag_shows_what_bears_it_and_takes_it_away_again(both: Neighbours) -> None:
    with transaction.atomic():
        eve = person("tess")
        label = both.world.at["tags"]
        give(eve, "viewer", kind="tag", at=label)
        client = client_of(eve)
        names = {one["name"] for one in client.get("/api/v1/domains/").json()["results"]}
        assert names == {both.world.domain.name, HIDDEN}
        assert client.get(f"/api/v1/backups/?domain={both.b.pk}").json()["count"] == 1
        assert client.get(f"/api/v1/events/?object={both.b.pk}").json()["count"] == 1
        assert client.get(f"/api/v1/jobs/?object={both.b.pk}").json()["count"] == 1
        assert _heard(eve, _inside(both.b)) == {"snapshot", "job"}
        Tag.objects.filter(domain=both.b, name="alpha-gold").delete()
        assert client.get(f"/api/v1/domains/{both.b.pk}/").status_code == 404
        assert _heard(eve, _inside(both.b)) == set()
        assert Template.objects.permitted(Actor(user=eve), "template.read").count() == 0
        transaction.set_rollback(True)
