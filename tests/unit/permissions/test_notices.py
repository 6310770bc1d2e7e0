"""Notices over the socket, each role × each kind: heard by who may read such an object, by nobody else."""

from uuid import uuid4

import pytest

from access.actor import Actor
from access.permissions import BUILT_IN_ROLES, PERMISSIONS
from live.consumer import KINDS, EventsConsumer
from live.notices import Notice
from tests.unit.access.people import give, person

pytestmark = pytest.mark.django_db

# Which permission a kind of notice takes, said here once more: the consumer is held to it.
TAKES = {
    "host": "host.read",
    "cluster": "cluster.read",
    "domain": "domain.read",
    "snapshot": "domain.read",
    "pool": "pool.read",
    "volume": "pool.read",
    "image": "pool.read",
    "network": "network.read",
    "cluster_network": "network.read",
    "filter": "network.read",
    "template": "template.read",
    "job": "job.read",
}
# What a notice says of where its object is, and so what a grant may stand on to let it be heard.
WITHIN = ("domain", "pool", "host", "cluster")


def _hears(actor: Actor, notice: Notice) -> bool:
    ear = EventsConsumer()
    ear.actor = actor
    ear.offer(notice, "cursor")
    return bool(ear._pending)


def test_every_kind_is_in_the_table() -> None:
    assert set(TAKES) == KINDS
    assert set(TAKES.values()) <= set(PERMISSIONS)


def test_each_role_and_kind() -> None:
    tried = 0
    for role in BUILT_IN_ROLES:
        everywhere = Actor(user=person(f"everywhere-{role.name}", role.name))
        grounds = {kind: uuid4() for kind in WITHIN}
        on = {
            kind: Actor(user=person(f"{kind}-{role.name}", role.name, kind=kind, at=at))
            for kind, at in grounds.items()
        }
        for kind, permission in TAKES.items():
            may = permission in role.permissions
            for type in ("created", "updated", "deleted"):
                assert _hears(everywhere, Notice(type, kind, uuid4(), 1, grounds)) is may, (role.name, kind)
                tried += 1
            for at, actor in on.items():
                itself = grounds[at] if kind == at else uuid4()
                inside = Notice("updated", kind, itself, 1, {at: grounds[at]})
                beside = Notice("updated", kind, uuid4(), 1, {at: uuid4()})
                assert _hears(actor, inside) is may, (role.name, kind, at)
                assert not _hears(actor, beside), (role.name, kind, at)
                tried += 2
    assert tried == len(BUILT_IN_ROLES) * len(KINDS) * (3 + 2 * len(WITHIN))


def test_nobody_and_who_has_nothing_hear_nothing() -> None:
    for actor in (Actor(), Actor(user=person("nothing"))):
        assert not any(_hears(actor, Notice("updated", kind, uuid4(), 1, {})) for kind in KINDS)


def test_a_batch_is_heard_by_who_asked_for_it() -> None:
    one, other = person("one"), person("other")
    for who in (one, other):
        give(who, "user", kind="domain", at=uuid4())
    notice = Notice("updated", "job", uuid4(), 1, {"person": one.pk})
    assert _hears(Actor(user=one), notice)
    assert not _hears(Actor(user=other), notice)
