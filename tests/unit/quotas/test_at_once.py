"""Fifty wish for a new domain or volume at the same moment, with room for some: so many are begun, never one more."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from access.actor import Actor
from access.models import Role, User
from access.permissions import BUILT_IN_ROLES
from domains.creation import services
from domains.models import Quota, Reservation
from domains.quotas.errors import QuotaExceeded
from jobs.models import Job
from storage.models import Pool, VolumeOwner
from storage.volumes import decided, making
from tests.unit.access.people import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("doorbell")]
_WISHES, _ROOM, _AT_ONCE, _MIB = 50, 7, 10, 2**20
_XML = (
    "<domain type='qemu'><name>one-{number}</name><memory unit='MiB'>1</memory><os><type>hvm</type></os>"
    "<devices/></domain>"
)


def test_never_one_over(pool: Pool) -> None:
    for role in BUILT_IN_ROLES:
        Role.objects.get_or_create(
            name=role.name, defaults={"permissions": sorted(role.permissions), "built_in": True}
        )
    ada = person("ada", "administrator")
    quota = Quota.objects.create(user=ada, domains=_ROOM, memory_bytes=2**30)
    said = _all_at_once(partial(_wish, ada, pool))
    assert (said.count(""), said.count("domains")) == (_ROOM, _WISHES - _ROOM)
    assert Job.objects.count() == Reservation.objects.count() == _ROOM
    # Volumes in a pool, too: what is being made counts before anything of it is there.
    Quota.objects.filter(pk=quota.pk).update(storage_bytes=_ROOM * _MIB)
    said = _all_at_once(partial(_volume, ada, pool))
    assert (said.count(""), said.count("storage_bytes")) == (_ROOM, _WISHES - _ROOM)
    assert VolumeOwner.objects.filter(owner=ada).count() == _ROOM


def _all_at_once(wish: Callable[[int], str]) -> list[str]:
    """What each was refused for."""
    start = Barrier(_AT_ONCE)

    def wishes(thread: int) -> list[str]:
        try:
            start.wait(20)
            return [wish(number) for number in range(thread, _WISHES, _AT_ONCE)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return [one for some in threads.map(wishes, range(_AT_ONCE)) for one in some]


def _volume(user: User, pool: Pool, number: int) -> str:
    by = Actor(user=user)
    decide = partial(making.decide_create, pool.pk, f"disk-{number}", by=by, capacity_bytes=_MIB)
    try:
        decided.wish(decide, by)
    except QuotaExceeded as exceeded:
        return str(exceeded.members["resource"])
    return ""


def _wish(user: User, pool: Pool, number: int) -> str:
    """What it was refused for, or ""."""
    body: dict[str, Any] = {"host": pool.host_id, "xml": _XML.format(number=number), "start": False}
    try:
        services.request(body, by=Actor(user=user))
    except QuotaExceeded as exceeded:
        return str(exceeded.members["resource"])
    return ""
