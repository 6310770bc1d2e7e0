"""Consoles, each role: a ticket for who may work in the domain, and none that outlives the right or fits another."""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.db import transaction

from access.actor import Actor
from access.errors import NotPermitted, NotThere, Refused
from access.models import Grant, Role, User
from access.permissions import BUILT_IN_ROLES, BuiltInRole
from access.services import tokens
from domains.console.admission import NotAdmitted, admit
from domains.console.services import open_console
from domains.models import Definition, Domain
from domains.owners import make_owner
from tests.unit.access.people import client_of, give, person
from tests.unit.domains.test_copies_api import domain
from tests.unit.permissions.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running(world: World) -> Domain:
    Domain.objects.filter(pk=world.domain.pk).update(
        state="running", run=uuid4(), libvirt_id=3, consoles=["vnc", "serial"]
    )
    world.domain.refresh_from_db()
    return world.domain


def _by(user: User) -> Actor:
    """A program of theirs: what a browser's session adds is tried in tests/unit/console."""
    token, _ = tokens.create(name=uuid4().hex, by=Actor(user=user))
    return Actor(user=user, token=token, address="192.0.2.1")


def _ticket(of: Domain, by: Actor, console: Any) -> str:
    return parse_qs(urlsplit(open_console(of.pk, console, by=by).url).query)["ticket"][0]


@pytest.mark.parametrize("console", ["vnc", "serial"])
@pytest.mark.parametrize("role", BUILT_IN_ROLES, ids=lambda role: role.name)
def test_each_role(role: BuiltInRole, console: Any, running: Domain) -> None:
    for kind, at in (("", None), ("domain", running.pk), ("host", running.host_id)):
        one = person(uuid4().hex, role.name, kind=kind, at=at)
        if "domain.console" in role.permissions:
            text = _ticket(running, _by(one), console)
            # The right goes before the ticket is used, and with it the ticket.
            with transaction.atomic():
                Grant.objects.filter(user=one).delete()
                with pytest.raises(NotAdmitted):
                    admit(text)
                transaction.set_rollback(True)
            assert admit(_ticket(running, _by(one), console)).domain == running
        else:
            with pytest.raises(NotPermitted if "domain.read" in role.permissions else NotThere):
                _ticket(running, _by(one), console)


def test_a_viewer_powers_nothing_off_and_sees_no_screen(running: Domain) -> None:
    client = client_of(person("vera", "viewer"))
    url = f"/api/v1/domains/{running.pk}/"
    assert client.get(url).json()["actions"] == []
    bodies: dict[str, Any] = {"console": {"type": "vnc"}, "send-keys": {"keys": ["a"]}}
    for verb in ("destroy", "shutdown", "reset", "reboot", "suspend", *bodies):
        assert client.post(f"{url}{verb}/", bodies.get(verb, {}), format="json").status_code == 403, verb
    for path in ("screenshot/", "console.vv"):
        assert client.get(f"{url}{path}").status_code == 403, path
    bulk = client.post(
        "/api/v1/domains/bulk/", {"action": "destroy", "ids": [str(running.pk)]}, format="json"
    )
    assert bulk.status_code == 403
    running.refresh_from_db()
    assert running.state == "running"


def test_another_ones_domain_has_no_console(running: Domain, world: World) -> None:
    eve = person("eve")
    make_owner(running, eve, Actor.SYSTEM)
    b = domain(world.pool, "neighbour", state="running", run=uuid4(), consoles=["vnc"])
    Definition.objects.filter(pk=b.pk).update(graphics=[])
    with pytest.raises(NotThere):
        _ticket(b, _by(eve), "vnc")
    # What an owner gave to a friend ends when it changes hands no more than by being taken back.
    friend = person("friend")
    give(friend, "user", kind="domain", at=running.pk)
    text = _ticket(running, _by(friend), "vnc")
    mine = _ticket(running, _by(eve), "vnc")
    make_owner(running, person("next"), Actor.SYSTEM)
    assert admit(text).domain == running
    with pytest.raises(NotAdmitted):
        admit(mine)
    assert not Grant.objects.filter(user=eve, role=Role.objects.get(name="owner")).exists()
    with pytest.raises(Refused):
        _ticket(running, _by(eve), "vnc")
