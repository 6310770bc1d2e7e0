"""What may be done with accounts: nobody reaches beyond their own rights, and an administrator remains."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted, NotThere, Stale
from access.models import AuditEntry, Grant, Group, Role, User
from access.services import grants, groups, roles, tokens, users
from tests.unit.access.people import PASSWORD, give, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(by_admin: Actor) -> Actor:
    """One who manages users, roles and grants, but may do nothing with hosts and domains beside looking."""
    role = roles.create(
        name="keeper", permissions=["user.manage", "role.manage", "grant.manage", "domain.read"], by=by_admin
    )
    user = person("kim")
    Grant.objects.create(user=user, role=role)
    return Actor(user=user)


def test_a_change_leaves_who_asked_in_the_audit_log(by_admin: Actor) -> None:
    user = users.create(username="Bob", password=PASSWORD, by=by_admin)
    entry = AuditEntry.objects.get(action="user.create", object_id=user.pk)
    assert (entry.actor_id, entry.actor_name, entry.address, entry.result) == (
        by_admin.id,
        "ada",
        "192.0.2.1",
        "accepted",
    )


@pytest.mark.parametrize("name", ["", "-oProxyCommand=x", "two words", "ádá", "a\nb", "<script>", "x" * 151])
def test_user_names_are_plain(by_admin: Actor, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        users.create(username=name, by=by_admin)
    assert list(refused.value.errors) == ["username"]


def test_names_differ_by_more_than_case(by_admin: Actor) -> None:
    with pytest.raises(Invalid):
        users.create(username="ADA", by=by_admin)


@pytest.mark.parametrize("password", ["short", "password123", "1234567890123", "somebody-new"])
def test_weak_passwords_are_refused(by_admin: Actor, password: str) -> None:
    with pytest.raises(Invalid) as refused:
        users.create(username="somebody-new", password=password, by=by_admin)
    assert list(refused.value.errors) == ["password"]


def test_who_may_not_manage_is_refused(by_admin: Actor) -> None:
    operator = Actor(user=person("olga", "operator"))
    role = Role.objects.get(name="viewer")
    for attempt in (
        lambda: users.create(username="x", by=operator),
        lambda: groups.create(name="x", by=operator),
        lambda: roles.create(name="x", permissions=[], by=operator),
        lambda: grants.create(role=role.pk, user=operator.id, by=operator),
        lambda: users.delete(by_admin.id or uuid4(), expected=None, by=operator),
    ):
        with pytest.raises(NotPermitted):
            attempt()


def test_nobody_gives_what_they_lack(keeper: Actor, by_admin: Actor) -> None:
    administrator = Role.objects.get(name="administrator")
    viewer = person("vera")
    powerful = groups.create(name="powerful", by=by_admin)
    give(powerful, "operator")
    for attempt in (
        lambda: grants.create(role=administrator.pk, user=keeper.id, by=keeper),
        lambda: grants.create(role=administrator.pk, user=viewer.pk, by=keeper),
        lambda: roles.create(name="mighty", permissions=["domain.destroy"], by=keeper),
        lambda: users.create(username="eve", groups=[powerful.pk], by=keeper),
        lambda: users.change(viewer.pk, {"groups": [powerful.pk]}, expected=None, by=keeper),
        lambda: groups.change(powerful.pk, {"users": [viewer.pk]}, expected=None, by=keeper),
        # The password of one who may more is a way to what they may.
        lambda: users.change(by_admin.id or uuid4(), {"password": PASSWORD + "!"}, expected=None, by=keeper),
        lambda: users.delete(by_admin.id or uuid4(), expected=None, by=keeper),
    ):
        with pytest.raises(NotPermitted) as refused:
            attempt()
        assert refused.value.code == "beyond_own_permissions"
    assert grants.create(role=Role.objects.get(name="keeper").pk, user=viewer.pk, by=keeper).user == viewer


def test_the_last_administrator_stays(by_admin: Actor, admin: User) -> None:
    grant = Grant.objects.get(user=admin)
    viewer = Role.objects.get(name="viewer")
    other = Actor(user=person("otto", "administrator"))
    other_grant = Grant.objects.get(user=other.user)
    users.change(other.id or uuid4(), {"active": False}, expected=None, by=by_admin)
    for attempt in (
        lambda: grants.delete(grant.pk, expected=None, by=by_admin),
        lambda: grants.change(grant.pk, {"role": viewer.pk}, expected=None, by=by_admin),
        lambda: users.change(admin.pk, {"active": False}, expected=None, by=by_admin),
        lambda: users.delete(admin.pk, expected=None, by=Actor.SYSTEM),
    ):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code in {"last_administrator", "own_account"}
    users.change(other.id or uuid4(), {"active": True}, expected=None, by=by_admin)
    grants.delete(grant.pk, expected=None, by=other)
    assert list(Grant.objects.filter(role__name="administrator")) == [other_grant]


def test_an_administrator_by_group_counts(by_admin: Actor, admin: User) -> None:
    group = groups.create(name="chiefs", users=[admin.pk], by=by_admin)
    give(group, "administrator")
    grants.delete(Grant.objects.get(user=admin).pk, expected=None, by=by_admin)
    with pytest.raises(Conflict):
        groups.change(group.pk, {"users": []}, expected=None, by=Actor(user=admin))
    with pytest.raises(Conflict):
        groups.delete(group.pk, expected=None, by=Actor(user=admin))


def test_nobody_deletes_their_own_account(by_admin: Actor, admin: User) -> None:
    person("otto", "administrator")
    with pytest.raises(Conflict) as refused:
        users.delete(admin.pk, expected=None, by=by_admin)
    assert refused.value.code == "own_account"


def test_built_in_roles_and_roles_in_use_stay(by_admin: Actor) -> None:
    with pytest.raises(Conflict) as refused:
        roles.change(Role.objects.get(name="viewer").pk, {"permissions": []}, expected=None, by=by_admin)
    assert refused.value.code == "built_in_role"
    own = roles.create(name="own", permissions=["domain.read"], by=by_admin)
    grant = Grant.objects.create(user=person("vera"), role=own)
    with pytest.raises(Conflict) as refused:
        roles.delete(own.pk, expected=None, by=by_admin)
    assert refused.value.code == "role_in_use"
    grant.delete()
    roles.delete(own.pk, expected=None, by=by_admin)


def test_a_grant_names_one_person_or_group_and_an_object_that_is_there(by_admin: Actor, admin: User) -> None:
    role = Role.objects.get(name="viewer").pk
    group = Group.objects.create(name="team").pk
    for wrong in (
        {},
        {"user": admin.pk, "group": group},
        {"user": uuid4()},
        {"user": admin.pk, "object": {"kind": "domain", "id": uuid4()}},
    ):
        with pytest.raises(Invalid):
            grants.create(role=role, **wrong, by=by_admin)
    grants.create(role=role, group=group, by=by_admin)
    with pytest.raises(Conflict) as refused:
        grants.create(role=role, group=group, by=by_admin)
    assert refused.value.code == "already_granted"


def test_a_stale_version_changes_nothing(by_admin: Actor) -> None:
    group = groups.create(name="team", by=by_admin)
    groups.change(group.pk, {"name": "crew"}, expected=1, by=by_admin)
    with pytest.raises(Stale):
        groups.change(group.pk, {"name": "gang"}, expected=1, by=by_admin)
    with pytest.raises(NotThere):
        groups.change(uuid4(), {"name": "gang"}, expected=1, by=by_admin)
    assert Group.objects.get().name == "crew"


def test_tokens_are_stored_hashed_and_end(admin: User, by_admin: Actor) -> None:
    token, text = tokens.create(name="ci", by=by_admin)
    assert text not in str(vars(token))
    assert tokens.find(text) == token
    assert tokens.find(text[:-1]) is None
    assert tokens.find("") is None
    token.expires_at = timezone.now() - timedelta(seconds=1)
    token.save()
    assert tokens.find(text) is None
    with pytest.raises(Invalid):
        tokens.create(name="late", expires_at=timezone.now(), by=by_admin)


def test_the_token_of_a_closed_account_ends_with_it(admin: User, by_admin: Actor) -> None:
    _, text = tokens.create(name="ci", by=by_admin)
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert tokens.find(text) is None


def test_a_token_makes_no_wider_one(admin: User, by_admin: Actor) -> None:
    narrow, _ = tokens.create(
        name="narrow", permissions=["domain.read"], expires_at=timezone.now() + timedelta(days=1), by=by_admin
    )
    through = Actor(user=admin, token=narrow)
    with pytest.raises(NotPermitted):
        tokens.create(name="wide", permissions=["domain.start"], by=through)
    with pytest.raises(Invalid):
        tokens.create(name="long", expires_at=timezone.now() + timedelta(days=2), by=through)
    child, _ = tokens.create(name="child", by=through)
    assert child.permissions == ["domain.read"]
    assert child.expires_at <= narrow.expires_at
    with pytest.raises(NotPermitted):
        tokens.change(
            narrow.pk, {"expires_at": timezone.now() + timedelta(days=9)}, expected=None, by=through
        )
    with pytest.raises(NotPermitted):
        users.create(username="x", by=through)


def test_a_token_of_another_is_not_there(by_admin: Actor) -> None:
    token, _ = tokens.create(name="ci", by=by_admin)
    viewer = Actor(user=person("vera", "viewer"))
    with pytest.raises(NotThere):
        tokens.delete(token.pk, expected=None, by=viewer)
    theirs, _ = tokens.create(name="theirs", by=viewer)
    with pytest.raises(NotPermitted):
        tokens.change(theirs.pk, {"name": "mine"}, expected=None, by=by_admin)
    tokens.delete(theirs.pk, expected=None, by=by_admin)
