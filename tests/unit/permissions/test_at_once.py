"""Administrators who remove one another at the same moment: one of them is left, whatever they saw before."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from access.actor import Actor
from access.errors import Conflict
from access.models import Grant
from access.services import grants, users
from access.services.checks import administrators
from tests.unit.access.people import person

pytestmark = pytest.mark.django_db(transaction=True)
_MANY = 4


@pytest.mark.parametrize("way", ["grants", "accounts"])
def test_one_administrator_is_left(way: str) -> None:
    people = [person(f"admin{number}", "administrator") for number in range(_MANY)]
    held = {grant.user_id: grant.pk for grant in Grant.objects.all()}
    actors = [Actor(user=one) for one in people]
    assert all(
        actor.may("grant.manage") for actor in actors
    )  # what they may was read before anything changed
    start = Barrier(_MANY)

    def remove_the_next(number: int) -> str:
        victim = people[(number + 1) % _MANY]
        try:
            start.wait(20)
            if way == "grants":
                grants.delete(held[victim.pk], expected=None, by=actors[number])
            else:
                users.change(victim.pk, {"active": False}, expected=None, by=actors[number])
        except Conflict as refused:
            return refused.code
        finally:
            connections.close_all()
        return "removed"

    with ThreadPoolExecutor(_MANY) as crowd:
        ends = sorted(crowd.map(remove_the_next, range(_MANY)))
    assert ends == ["last_administrator", *["removed"] * (_MANY - 1)]
    assert len(administrators()) == 1
