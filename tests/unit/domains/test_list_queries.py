"""A page of domains costs the same queries, however many domains, hosts, jobs and conflicts there are."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from access.models import User
from domains.models import Claim, Definition, Domain, Tag
from hosts.models import Cluster, Host, HostState
from jobs.models import Job, JobState
from tests.unit.access.people import client_of, give, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
PAGE = "/api/v1/domains/?limit=100"
MOST = 9  # three of them say who asks: the session, what is told of it, the person


def more(number: int, readers: list[User]) -> None:
    """So many domains on five more hosts: every fifth has a job, every tenth is claimed by a second host."""
    word = uuid4().hex[:8]
    cluster = Cluster.objects.create(name=word)
    hosts = [
        Host.objects.create(
            name=f"{word}-{index}",
            uri=f"qemu+tls://{word}-{index}/system",
            driver="qemu",
            state=HostState.UP,
            seen_at=timezone.now(),
            cluster=cluster,
        )
        for index in range(5)
    ]
    domains = Domain.objects.bulk_create(
        Domain(
            id=uuid4(), host=hosts[index % 5], name=f"{word}-{index:04}", state="running", consoles=["vnc"]
        )
        for index in range(number)
    )
    Definition.objects.bulk_create(Definition(domain=domain, fetched_at=timezone.now()) for domain in domains)
    Job.objects.bulk_create(
        Job(
            kind="domain.shutdown",
            state=JobState.RUNNING,
            object_kind="domain",
            object_id=domain.pk,
            object_name=domain.name,
            deadline_at=timezone.now() + timedelta(minutes=5),
        )
        for domain in domains[::5]
    )
    Claim.objects.bulk_create(
        Claim(
            domain=domain, host=hosts[(index * 10 + 1) % 5], state="paused", seen={}, seen_at=timezone.now()
        )
        for index, domain in enumerate(domains[::10])
    )
    for reader in readers:
        give(reader, "user", kind="cluster", at=cluster.pk)
        give(reader, "viewer", kind="host", at=hosts[0].pk)
        give(reader, "operator", kind="domain", at=domains[0].pk)


def queries(client: APIClient, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        reply = client.get(path)
    assert reply.status_code == 200
    assert reply.json()["results"]
    return len(captured)


def test_domains_are_found_by_their_tags() -> None:
    more(9, [])
    domains = list(Domain.objects.order_by("name"))
    Tag.objects.bulk_create(Tag(domain=domain, name="shop") for domain in domains[:3])
    Tag.objects.create(domain=domains[0], name="old")
    Domain.objects.filter(pk=domains[1].pk).update(protected=True, has_pending=True)
    client = client_of(person("ada", "administrator"))
    for query, found in (
        ("tag=shop", domains[:3]),
        ("tag=shop&tag=old", domains[:1]),
        ("tag=none", []),
        ("protected=true", domains[1:2]),
        ("pending=true&tag=shop", domains[1:2]),
    ):
        results = client.get(f"/api/v1/domains/?{query}").json()["results"]
        assert [one["id"] for one in results] == [str(domain.pk) for domain in found], query
    assert client.get("/api/v1/domains/?tag=old").json()["results"][0]["tags"] == ["old", "shop"]


@pytest.mark.parametrize("restricted", [False, True])
@pytest.mark.parametrize(
    "query", ["", "&search=-00&ordering=-host", "&state=running&driver=qemu&stale=false&protected=false"]
)
def test_a_constant_number_of_queries(restricted: bool, query: str) -> None:
    reader = person("eve") if restricted else person("ada", "administrator")
    client = client_of(reader)
    asked = []
    for number in (1, 99, 400):
        more(number, [reader] if restricted else [])
        asked.append(queries(client, PAGE + query))
    one, hundred, five_hundred = asked
    assert hundred == five_hundred <= MOST
    assert one == hundred - 1  # the rows of a page that is not full need not be counted


def test_the_page_tells_all_of_it() -> None:
    """What the queries are counted for is really there: jobs, conflicts, hosts, clusters, actions."""
    reader = person("eve")
    more(100, [reader])
    results = client_of(reader).get(PAGE).json()["results"]
    assert sum(domain["job"] is not None for domain in results) == 20
    assert sum(domain["conflict"] is not None for domain in results) == 10
    assert len({domain["host"]["name"] for domain in results}) == 5
    assert all(domain["cluster"] is not None for domain in results)
    assert {"undefine" in domain["actions"] for domain in results} == {False}  # they all run
    assert all("console" in domain["actions"] for domain in results)
