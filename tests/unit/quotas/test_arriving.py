"""Between a job's end and the word of its node: counted once at every moment, and whose what shows up then is."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from access.models import User
from domains.inventory import record
from domains.models import Domain, Quota
from hosts.models import Host
from jobs import claims
from jobs.models import Job, JobState
from storage.models import Pool
from tests.unit.access.people import client_of, person
from tests.unit.domains.says import seen
from tests.unit.domains.test_copies_api import DOMAINS, post
from tests.unit.quotas.nodewatch import ends
from tests.unit.quotas.test_api import OWN, xml_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]


@pytest.fixture
def ada(db: None) -> User:
    user = person("ada", "administrator")
    Quota.objects.create(user=user, domains=1)
    return user


def wished(ada: User, pool: Pool) -> Job:
    """For a domain under a UUID that she chose."""
    xml = xml_of("one").replace("<name>", f"<uuid>{uuid4()}</uuid><name>")
    reply = post(client_of(ada), DOMAINS, {"host": str(pool.host_id), "xml": xml, "start": False})
    assert reply.status_code == 202, reply.json()
    return Job.objects.get(pk=reply.json()["id"])


def count(ada: User) -> int:
    return int(client_of(ada).get(OWN).json()[0]["use"]["domains"])


def heard(pool: Pool, seconds: float) -> None:
    """The host, so long from now."""
    Host.objects.filter(pk=pool.host_id).update(seen_at=timezone.now() + timedelta(seconds=seconds))


def shows(host: UUID, job: Job, name: str = "one") -> Domain:
    record(host, [seen(job.object_id, name=name)], complete=False)
    row: Domain = Domain.objects.get(pk=job.object_id)
    return row


def test_one_that_nobody_began_made_nothing(ada: User, pool: Pool) -> None:
    job = wished(ada, pool)
    heard(pool, -60)
    assert claims.cancel_queued(job)
    assert count(ada) == 0
    assert shows(pool.host_id, job).owner is None


def test_one_that_failed_may_have_made_it_all_the_same(ada: User, pool: Pool) -> None:
    heard(pool, -60)
    job = wished(ada, pool)
    ends(job, JobState.FAILED, "timeout")
    # Nobody listens to the host: it may be there.
    assert count(ada) == 1
    assert shows(pool.host_id, job).owner == ada
    assert count(ada) == 1


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED, JobState.SUCCEEDED])
def test_what_comes_long_after_is_anothers(ada: User, pool: Pool, state: JobState) -> None:
    heard(pool, -60)
    job = wished(ada, pool)
    ends(job, state)
    assert count(ada) == 1
    heard(pool, 60)
    assert count(ada) == 0
    assert shows(pool.host_id, job).owner is None
    assert count(ada) == 0


def test_what_comes_elsewhere_is_anothers(ada: User, pool: Pool, two_hosts: Any) -> None:
    job = wished(ada, pool)
    assert shows(two_hosts[1].pk, job).owner is None
