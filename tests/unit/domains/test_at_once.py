"""Two people wish for the same at the same moment: one of them has it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from access.models import Role
from access.permissions import BUILT_IN_ROLES
from jobs.models import Job
from storage.models import Pool
from tests.unit.access.people import client_of, person
from tests.unit.domains.test_copies_api import DOMAINS, domain, pool, post, volume

__all__ = ["pool"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("doorbell")]
_XML = "<domain type='qemu'><name>one</name><memory>1024</memory><os><type>hvm</type></os><devices/></domain>"


def at_once(wishes: list[tuple[str, Any]]) -> list[int]:
    """The statuses, in order of size, of posts that begin together."""
    for role in BUILT_IN_ROLES:
        Role.objects.get_or_create(name=role.name, defaults={"permissions": sorted(role.permissions)})
    clients = [client_of(person(f"ada{number}", "administrator")) for number in range(len(wishes))]
    start = Barrier(len(wishes))

    def wish(number: int) -> int:
        try:
            start.wait(10)
            return int(post(clients[number], *wishes[number]).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(wishes)) as pool:
        return sorted(pool.map(wish, range(len(wishes))))


def test_one_volume_becomes_one_domains_disk(pool: Pool) -> None:
    free = str(volume(pool, "free").pk)
    paths = [f"{DOMAINS}{domain(pool, f'guest{number}').pk}/disks/" for number in range(4)]
    assert at_once([(path, {"volume": free}) for path in paths]) == [202, 409, 409, 409]
    assert Job.objects.count() == 1


def test_one_name_becomes_one_domains(pool: Pool) -> None:
    wish = {"host": str(pool.host_id), "xml": _XML}
    assert at_once([(DOMAINS, wish)] * 4) == [202, 400, 400, 400]
    assert Job.objects.count() == 1
