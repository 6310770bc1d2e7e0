"""Somebody with a template and a quota, and nothing else: makes, uses and deletes domains, and learns of no other."""

from typing import Any

import pytest

from domains.inventory import record, vanished
from domains.models import Definition, Domain, Quota, Snapshot, Template
from hypervisor.states import DomainState
from jobs import claims
from jobs.models import Job, JobState
from networks.models import Network
from storage.models import Pool, Volume
from tests.unit.access.people import client_of, give, person
from tests.unit.domains.says import seen
from tests.unit.domains.test_copies_api import DOMAINS, TEMPLATES, domain, post, template, volume

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
API = "/api/v1"


@pytest.fixture
def small(pool: Pool) -> Template:
    """With one disk, beside another template, another domain and a network that are not hers."""
    made = template(pool)
    volume(pool, "small-v1-vda.raw")
    version = made.versions.get()
    disk = "<disk type='file'><source file='/pool/small-v1-vda.raw'/><target dev='vda'/></disk>"
    version.xml = version.xml.replace("<devices>", f"<devices>{disk}")
    version.save()
    template(pool, "secret-template")
    domain(pool, "secret-domain")
    Network.objects.create(host=pool.host, uuid=pool.pk, name="secret-network", active=True)
    return made


def test_from_nothing_to_nothing(small: Template, pool: Pool) -> None:
    eve = person("eve", "self-service", kind="template", at=small.pk)
    hers = client_of(eve)
    Quota.objects.create(user=eve, domains=1, snapshots=1)
    assert [one["name"] for one in hers.get(TEMPLATES).json()["results"]] == ["small"]
    assert "create" in hers.get(f"{TEMPLATES}{small.pk}/").json()["actions"]
    offered = hers.get(f"{DOMAINS}creation-options/?template={small.pk}")
    assert offered.status_code == 200, offered.json()
    assert [offered.json()[name] for name in ("pools", "networks", "volumes", "media")] == [[], [], [], []]
    assert _nothing_else(hers) == []
    made = post(hers, DOMAINS, {"template": str(small.pk), "name": "mine"})
    assert made.status_code == 202, made.json()
    assert _nothing_else(hers) == []
    # Her job is hers to follow before there is a domain that anything could stand on.
    job = hers.get(f"{API}/jobs/{made.json()['id']}/").json()
    assert (job["object"]["name"], hers.get(f"{API}/jobs/").json()["count"]) == ("mine", 1)
    again = post(hers, DOMAINS, {"template": str(small.pk), "name": "more"})
    assert (again.status_code, again.json()["code"]) == (409, "quota_exceeded")
    row = _carried_out(Job.objects.get(), pool)
    assert [one["name"] for one in hers.get(DOMAINS).json()["results"]] == ["mine"]
    shown = hers.get(f"{DOMAINS}{row.pk}/").json()
    assert shown["owner"]["name"] == "eve"
    assert {"start", "snapshot", "undefine", "edit"} <= set(shown["actions"])
    for verb, body in (("start", {}), ("snapshots", {"name": "s1"})):
        assert post(hers, f"{DOMAINS}{row.pk}/{verb}/", body).status_code == 202
        Job.objects.filter(object_id=row.pk).update(state=JobState.SUCCEEDED)
    Snapshot.objects.create(domain=row, name="s1", disks=[])
    second = post(hers, f"{DOMAINS}{row.pk}/snapshots/", {"name": "s2"})
    assert (second.status_code, second.json()["code"]) == (409, "quota_exceeded")
    assert _nothing_else(hers) == []
    events = hers.get(f"{API}/events/").json()["results"]
    assert {one["object"]["name"] for one in events} <= {"mine"}
    # Its disks are hers to delete, though no pool is; and she cannot put them anywhere else, nor take another's.
    deleting = hers.delete(f"{DOMAINS}{row.pk}/?volumes=true")
    assert deleting.status_code == 202, deleting.json()
    assert [one["name"] for one in Job.objects.get(kind="domain.undefine").option("volumes")] == [
        "mine-vda.raw"
    ]
    vanished(pool.host_id, row.pk)
    Job.objects.update(state=JobState.SUCCEEDED)
    assert hers.get(f"{API}/me/quotas/").json()[0]["use"]["domains"] == 0
    assert post(hers, DOMAINS, {"template": str(small.pk), "name": "next"}).status_code == 202


def test_what_is_not_offered_is_refused(small: Template, pool: Pool) -> None:
    hers = client_of(person("eve", "self-service", kind="template", at=small.pk))
    other = Template.objects.get(name="secret-template")
    for body in (
        {"template": str(other.pk), "name": "x"},
        {"host": str(pool.host_id), "name": "x"},
        {"template": str(small.pk), "name": "x", "disks": []},
        {"template": str(small.pk), "name": "x", "host": str(other.pk)},
    ):
        reply = post(hers, DOMAINS, body)
        assert reply.status_code == 400, reply.json()
        assert "secret" not in str(reply.json())
    for query in (f"template={other.pk}", f"host={pool.host_id}"):
        assert hers.get(f"{DOMAINS}creation-options/?{query}").status_code == 404
    assert hers.get(f"{DOMAINS}creation-options/?template=x").status_code == 400
    assert hers.get(f"{DOMAINS}creation-options/?template={small.pk}&host={pool.host_id}").status_code == 400
    assert not Job.objects.exists()


def test_by_the_host_of_the_template(small: Template, pool: Pool) -> None:
    hers = client_of(person("eve", "self-service", kind="host", at=pool.host_id))
    assert hers.get(TEMPLATES).json()["count"] == 2
    assert post(hers, DOMAINS, {"template": str(small.pk), "name": "mine"}).status_code == 202


def test_who_lost_the_grant_makes_no_more(small: Template) -> None:
    eve = person("eve")
    grant = give(eve, "self-service", kind="template", at=small.pk)
    grant.delete()
    assert post(client_of(eve), DOMAINS, {"template": str(small.pk), "name": "mine"}).status_code == 400


def _nothing_else(client: Any) -> list[str]:
    """The lists that say something of what is not hers."""
    told = []
    for what in ("hosts", "clusters", "pools", "networks", "volumes", "domains", "users", "jobs", "events"):
        reply = client.get(f"{API}/{what}/")
        assert reply.status_code in {200, 403, 404}
        if "secret" in reply.content.decode() or (what in {"hosts", "pools", "networks"} and _listed(reply)):
            told.append(what)
    return told


def _listed(reply: Any) -> bool:
    return bool(reply.status_code == 200 and reply.json()["count"])


def _carried_out(job: Job, pool: Pool) -> Domain:
    """As a worker and nodewatch would leave it."""
    record(pool.host_id, [seen(job.object_id, DomainState.SHUTOFF, name="mine")], complete=False)
    (made,) = job.option("made")
    Volume.objects.create(
        pool=pool, key=made["path"], name=made["name"], path=made["path"], type="file", format="raw",
        capacity_bytes=made["capacity_bytes"],
    )  # fmt: skip
    row = Domain.objects.get(pk=job.object_id)
    xml = (
        "<domain type='qemu'><name>mine</name><os><type>hvm</type></os><devices><disk type='file'>"
        f"<source file='{made['path']}'/><target dev='vda'/></disk></devices></domain>"
    )
    Definition.objects.create(domain=row, inactive=xml, disks=[], fetched_at=row.created_at)
    claimed = claims.claim(job.pk, "w")
    assert claimed is not None
    assert claims.finish(claimed, JobState.SUCCEEDED)
    return row
