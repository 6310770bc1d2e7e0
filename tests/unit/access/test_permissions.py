"""Rights: the built-in roles, scopes of grants, tokens, and the queryset that every view takes."""

from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from access.actor import Actor
from access.models import Group, Role, Token, User
from access.permissions import BUILT_IN_ROLES, EVERYWHERE, NOWHERE, PERMISSIONS, Scope, rights_of, scope_of
from access.services.roles import write_built_in
from domains.models import Domain
from hosts.models import Cluster, Host
from hypervisor.states import DomainAction
from tests.unit.access.people import give, person

pytestmark = pytest.mark.django_db

_ACCOUNTS = {"user.manage", "role.manage", "grant.manage"}
_VIEW = {
    f"{kind}.read" for kind in ("host", "cluster", "domain", "pool", "network", "template", "job", "event")
}
_POWER = {
    f"domain.{verb}" for verb in ("start", "shutdown", "reboot", "reset", "destroy", "suspend", "resume")
}


def _host(name: str, cluster: Cluster | None = None) -> Host:
    return Host.objects.create(name=name, uri=f"test:///{name}", cluster=cluster)


def _domain(name: str, host: Host) -> Domain:
    return Domain.objects.create(id=uuid4(), name=name, host=host, state="shutoff")


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("administrator", set(PERMISSIONS), set()),
        (
            "operator",
            _VIEW | _POWER | {"host.enrol", "domain.migrate", "job.cancel"},
            _ACCOUNTS | {"audit.read"},
        ),
        (
            "user",
            _VIEW | _POWER | {"domain.console"},
            _ACCOUNTS | {"domain.migrate", "domain.undefine", "host.edit"},
        ),
        ("viewer", _VIEW, set(PERMISSIONS) - _VIEW),
    ],
)
def test_role_times_permission(role: str, may: set[str], may_not: set[str]) -> None:
    actor = Actor(user=person("somebody", role))
    assert {name for name in PERMISSIONS if actor.scope(name).everywhere} >= may
    assert not [name for name in may_not if actor.may(name)]


def test_every_action_on_a_domain_has_its_permission() -> None:
    assert {f"domain.{action.value}" for action in DomainAction} <= set(PERMISSIONS)


def test_the_database_has_the_roles_of_the_code_again_after_any_change() -> None:
    Role.objects.filter(name="viewer").update(permissions=["user.manage"])
    Role.objects.filter(name="operator").delete()
    write_built_in()
    stored = {role.name: frozenset(role.permissions) for role in Role.objects.filter(built_in=True)}
    assert stored == {role.name: role.permissions for role in BUILT_IN_ROLES}


def test_nobody_has_rights_without_a_grant() -> None:
    assert not rights_of(person("nobody"))
    assert not Actor().rights


def test_an_unknown_permission_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError):
        scope_of(person("somebody", "administrator"), "domain.fly")
    with pytest.raises(KeyError):
        Actor.SYSTEM.scope("domain.fly")


def test_grants_of_groups_and_of_objects_add_up_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    user = person("somebody")
    first, second, host = uuid4(), uuid4(), uuid4()
    group = Group.objects.create(name="team")
    user.groups.add(group)
    give(user, "user", kind="domain", at=first)
    give(user, "user", kind="domain", at=second)
    give(group, "operator", kind="host", at=host)
    give(group, "viewer")
    with django_assert_num_queries(1):
        rights = rights_of(user)
    assert rights["domain.read"] == EVERYWHERE
    assert rights["domain.start"] == Scope(
        ids={"domain": frozenset({first, second}), "host": frozenset({host})}
    )
    assert rights["domain.start"].covers({"domain": first, "host": uuid4(), "cluster": None})
    assert rights["domain.start"].covers({"domain": uuid4(), "host": host})
    assert not rights["domain.start"].covers({"domain": uuid4(), "host": None})
    assert "user.manage" not in rights


def test_scopes_include_one_another() -> None:
    one, two = uuid4(), uuid4()
    both, single = Scope(ids={"host": frozenset({one, two})}), Scope(ids={"host": frozenset({one})})
    assert EVERYWHERE.includes(both)
    assert both.includes(single)
    assert both.includes(NOWHERE)
    assert not single.includes(both)
    assert not single.includes(EVERYWHERE)
    assert not single.includes(Scope(ids={"domain": frozenset({one})}))


def test_who_is_inactive_has_no_rights() -> None:
    user = person("somebody", "administrator")
    user.is_active = False
    assert not rights_of(user)


def test_a_token_narrows_and_never_widens() -> None:
    user = person("somebody", "viewer")
    token = Token(
        user=user, permissions=["domain.read", "user.manage"], expires_at=timezone.now().replace(year=9000)
    )
    assert set(rights_of(user, token)) == {"domain.read"}
    token.permissions = None
    assert rights_of(user, token) == rights_of(user)
    token.expires_at = timezone.now()
    assert not rights_of(user, token)


def test_permitted_follows_domain_host_and_cluster(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    cluster = Cluster.objects.create(name="blue")
    inside, outside = _host("inside", cluster), _host("outside")
    a, b, c = _domain("a", inside), _domain("b", outside), _domain("c", outside)
    of_cluster, of_host, of_domain = person("u1"), person("u2"), person("u3")
    give(of_cluster, "user", kind="cluster", at=cluster.pk)
    give(of_host, "user", kind="host", at=outside.pk)
    give(of_domain, "user", kind="domain", at=b.pk)

    def seen(user: User, permission: str = "domain.start") -> set[Domain]:
        with django_assert_num_queries(2):
            return set(Domain.objects.permitted(Actor(user=user), permission))

    assert seen(of_cluster) == {a}
    assert seen(of_host) == {b, c}
    assert seen(of_domain) == {b}
    assert not Domain.objects.permitted(Actor(user=of_host), "domain.migrate").exists()
    assert not Domain.objects.permitted(Actor(user=person("u4")), "domain.read").exists()
    assert set(Domain.objects.permitted(Actor.SYSTEM, "domain.start")) == {a, b, c}
    # A grant on a domain does not open its host, and one on objects opens no accounts.
    assert not Host.objects.permitted(Actor(user=of_domain), "host.read").exists()
    give(of_domain, "administrator", kind="domain", at=b.pk)
    assert not User.objects.permitted(Actor(user=of_domain), "user.manage").exists()
