"""A ticket is asked again when it is used: the person, their session, their permission, and the domain's run."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import redis
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from access.actor import Actor
from access.errors import Invalid, NotPermitted, NotThere, Refused
from access.models import AuditEntry, Grant, Role, Token, User
from domains.console.admission import NotAdmitted, admit, refused
from domains.console.services import open_console
from domains.models import Definition, Domain
from hosts.models import Host, HostState
from tests.unit.access.people import give, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain() -> Domain:
    host = Host.objects.create(name="alpha", uri="qemu+tls://alpha/system", state=HostState.UP, enrolled=True)
    made = Domain.objects.create(
        id=uuid4(),
        host=host,
        name="guest",
        state="running",
        run=uuid4(),
        libvirt_id=3,
        consoles=["vnc", "serial"],
    )
    Definition.objects.create(domain=made, fetched_at=timezone.now())
    return made


@pytest.fixture
def user(domain: Domain) -> User:
    """May open the consoles of that one domain."""
    return person("grace", "user", kind="domain", at=domain.pk)


@pytest.fixture
def session(user: User) -> SessionStore:
    made = SessionStore()
    made[SESSION_KEY] = str(user.pk)
    made[HASH_SESSION_KEY] = user.get_session_auth_hash()
    made.save()
    return made


@pytest.fixture
def actor(user: User, session: SessionStore) -> Actor:
    return Actor(user=user, address="192.0.2.1", session_key=session.session_key or "")


def ticket(domain: Domain, by: Actor, **more: Any) -> str:
    opened = open_console(domain.pk, more.pop("console", "vnc"), by=by, **more)
    return parse_qs(urlsplit(opened.url).query)["ticket"][0]


def test_whoever_may_is_let_in_once(store: "redis.Redis", domain: Domain, actor: Actor) -> None:
    text = ticket(domain, actor, view_only=True)
    admitted = admit(text)
    assert admitted.domain == domain
    assert (admitted.type, admitted.ticket.view_only, admitted.ticket.address) == ("vnc", True, "192.0.2.1")
    with pytest.raises(NotAdmitted):
        admit(text)


def test_a_name_makes_no_line_of_its_own_in_the_log(
    store: "redis.Redis", domain: Domain, actor: Actor
) -> None:
    Domain.objects.update(name="guest\n2026-01-01 INFO all is well\x1b[2J")
    assert admit(ticket(domain, actor)).about.isprintable()


def test_asking_is_recorded(store: "redis.Redis", domain: Domain, actor: Actor) -> None:
    text = ticket(domain, actor, console="serial")
    (entry,) = AuditEntry.objects.all()
    assert (entry.action, entry.object_id, entry.actor_name) == ("domain.console", domain.pk, "grace")
    assert entry.detail == {"type": "serial", "view_only": False}
    assert text not in str(entry.__dict__)


def test_with_a_programs_token(store: "redis.Redis", domain: Domain, user: User) -> None:
    token = Token.objects.create(
        user=user, name="ci", digest="0" * 64, expires_at=timezone.now() + timedelta(hours=1)
    )
    by = Actor(user=user, token=token)
    text = ticket(domain, by)
    assert admit(text).domain == domain
    text = ticket(domain, by)
    Token.objects.update(expires_at=timezone.now())
    with pytest.raises(NotAdmitted):
        admit(text)
    Token.objects.all().delete()
    assert refused([admitted_ticket(domain, user)]) != [""]


def admitted_ticket(domain: Domain, user: User) -> Any:
    from domains.console.tickets import Ticket

    return Ticket(domain.pk, domain.host_id, "vnc", user.pk, "", uuid4(), "", False, domain.run, 3)


WITHDRAWN: dict[str, Callable[[Domain, User, SessionStore], object]] = {
    "signed out": lambda domain, user, session: session.flush(),
    "session expired": lambda domain, user, session: _expire(session),
    "another's session": lambda domain, user, session: _give_away(session),
    "password changed": lambda domain, user, session: _change_password(user),
    "account closed": lambda domain, user, session: User.objects.filter(pk=user.pk).update(is_active=False),
    "grant taken": lambda domain, user, session: Grant.objects.all().delete(),
    "grant lowered": lambda domain, user, session: Grant.objects.update(role=Role.objects.get(name="viewer")),
    "domain gone": lambda domain, user, session: Domain.objects.update(gone_at=timezone.now()),
}
CHANGED: dict[str, Callable[[Domain], object]] = {
    "started anew": lambda domain: Domain.objects.update(run=uuid4()),
    "another number": lambda domain: Domain.objects.update(libvirt_id=4),
    "moved": lambda domain: Domain.objects.update(
        host=Host.objects.create(name="beta", uri="qemu+tls://b/system")
    ),
}


def _expire(session: SessionStore) -> None:
    session.set_expiry(-1)
    session.save()


def _give_away(session: SessionStore) -> None:
    session[SESSION_KEY] = str(uuid4())
    session.save()


def _change_password(user: User) -> None:
    user.set_password("another good password")
    user.save()


@pytest.mark.parametrize("what", WITHDRAWN)
def test_what_was_withdrawn_since_counts(
    store: "redis.Redis", domain: Domain, user: User, session: SessionStore, actor: Actor, what: str
) -> None:
    unused, used = ticket(domain, actor), admit(ticket(domain, actor)).ticket
    assert refused([used]) == [""]
    WITHDRAWN[what](domain, user, session)
    with pytest.raises(NotAdmitted):
        admit(unused)
    assert refused([used]) != [""], "asked again while the console is open"


def test_of_many_consoles_those_end_whose_person_may_no_longer(
    store: "redis.Redis", domain: Domain, user: User, actor: Actor, django_assert_max_num_queries: Any
) -> None:
    mine = admit(ticket(domain, actor)).ticket
    other = User.objects.create(username="other")
    Grant.objects.create(user=other, role=Role.objects.get(name="viewer"))
    token = Token.objects.create(
        user=other, name="t", digest="1" * 64, expires_at=timezone.now() + timedelta(hours=1)
    )
    theirs = replace(mine, user_id=other.pk, token_id=token.pk, session_key="")
    with django_assert_max_num_queries(12):
        whys = refused([mine, theirs] * 100)
    assert [bool(why) for why in whys] == [False, True] * 100


@pytest.mark.parametrize("what", CHANGED)
def test_a_ticket_is_for_one_run_on_one_host(
    store: "redis.Redis", domain: Domain, actor: Actor, what: str
) -> None:
    text = ticket(domain, actor)
    CHANGED[what](domain)
    with pytest.raises(NotAdmitted):
        admit(text)


def test_who_may_not_gets_no_ticket(store: "redis.Redis", domain: Domain, user: User) -> None:
    stranger = person("eve")
    with pytest.raises(NotThere):
        ticket(domain, Actor(user=stranger))
    give(stranger, "viewer", kind="domain", at=domain.pk)
    with pytest.raises(NotPermitted):
        ticket(domain, Actor(user=stranger))
    assert store.keys("console:*") == []


@pytest.mark.parametrize(
    ("change", "console", "code"),
    [
        ({"state": "shutoff"}, "vnc", "operation_invalid"),
        ({"consoles": ["serial"]}, "vnc", "no_such_console"),
        ({"consoles": ["vnc"]}, "serial", "no_such_console"),
    ],
)
def test_a_domain_that_can_show_none(
    store: "redis.Redis", domain: Domain, actor: Actor, change: dict[str, Any], console: str, code: str
) -> None:
    Domain.objects.update(**change)
    with pytest.raises(Refused) as refused:
        ticket(domain, actor, console=console)
    assert (refused.value.status, refused.value.code) == (409, code)


def test_a_domain_that_was_not_read_yet(store: "redis.Redis", domain: Domain, actor: Actor) -> None:
    Definition.objects.all().delete()
    Domain.objects.update(consoles=[])
    with pytest.raises(Refused) as refused:
        ticket(domain, actor)
    assert (refused.value.status, refused.value.code) == (409, "not_read_yet")


def test_a_host_that_is_silent(store: "redis.Redis", domain: Domain, actor: Actor) -> None:
    Host.objects.update(state=HostState.UNREACHABLE)
    with pytest.raises(Refused) as refused:
        ticket(domain, actor)
    assert refused.value.code == "host_not_up"


def test_an_unknown_type(store: "redis.Redis", domain: Domain, actor: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        ticket(domain, actor, console="spice")
    assert list(refused.value.errors) == ["type"]


def test_without_redis_nobody_is_let_in(domain: Domain, actor: Actor, settings: Any) -> None:
    from live import doorbell

    settings.REDIS_URL = "unix:///nonexistent/redis.sock"
    kept, doorbell._clients.client = getattr(doorbell._clients, "client", None), None
    try:
        with pytest.raises(Refused) as refused:
            ticket(domain, actor)
    finally:
        doorbell._clients.client = kept
    assert refused.value.status == 503
    assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("url", "listen", "seen_as", "expected"),
    [
        ("", "127.0.0.1:6080", "", "ws://127.0.0.1:6080/console/?ticket=T"),
        ("", "127.0.0.1:6080", "localhost", "ws://localhost:6080/console/?ticket=T"),
        ("", "0.0.0.0:6080", "", "ws://127.0.0.1:6080/console/?ticket=T"),
        ("", "[::]:6080", "[2001:db8::1]", "ws://[2001:db8::1]:6080/console/?ticket=T"),
        ("wss://ovirt.example/console/", "0.0.0.0:6080", "x", "wss://ovirt.example/console/?ticket=T"),
        ("https://ovirt.example", "0.0.0.0:6080", "x", "wss://ovirt.example/console/?ticket=T"),
    ],
)
def test_where_the_browser_goes(settings: Any, url: str, listen: str, seen_as: str, expected: str) -> None:
    from domains.console.services import address_of

    settings.CONSOLE_URL, settings.CONSOLE_LISTEN = url, listen
    assert address_of("T", seen_as) == expected
