"""The journal: a version for each change of a definition, by whoever made it, and nothing for what is none."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from access.actor import Actor
from domains.definitions import record_xml
from domains.inventory import record
from domains.journal import recording
from domains.models import Definition, Domain, Revision
from hosts.models import Host
from hypervisor.data import DomainXML
from hypervisor.states import DomainState
from hypervisor.xml.domain import read_domain
from jobs.models import Job
from jobs.services import open_job
from tests.unit.access.people import client_of, person
from tests.unit.domains.conftest import make_host
from tests.unit.domains.says import seen

pytestmark = pytest.mark.django_db


def document(uuid: UUID, *, vcpus: int = 1, title: str = "", extra: str = "") -> str:
    return (
        f"<domain type='test'><name>guest</name><uuid>{uuid}</uuid>{f'<title>{title}</title>' if title else ''}"
        f"<memory unit='KiB'>131072</memory><vcpu>{vcpus}</vcpu><os><type arch='x86_64'>hvm</type></os>"
        f"<devices>{extra}</devices></domain>"
    )


def say(host: Host, uuid: UUID, inactive: str | None, live: str | None = None) -> None:
    shown = live or inactive
    assert shown is not None
    record_xml(host.pk, uuid, DomainXML(live, inactive, read_domain(shown)))


@pytest.fixture
def host(db: None) -> Host:
    return make_host("alpha")


@pytest.fixture
def guest(host: Host, uuid: UUID) -> Domain:
    record(host.pk, [seen(uuid)], complete=False)
    say(host, uuid, document(uuid))
    domain: Domain = Domain.objects.get(pk=uuid)
    return domain


def versions(domain: Domain) -> list[tuple[int, str, list[str]]]:
    return [
        (one.number, one.by_name, [change["path"] for change in one.changes])
        for one in Revision.objects.filter(domain=domain).order_by("number")
    ]


def work(domain: Domain, kind: str, by: Actor, state: str = "running") -> Job:
    job = open_job(kind, ("domain", domain.pk, domain.name), by=by)
    Job.objects.filter(pk=job.pk).update(state=state)
    return job


def test_each_change_is_a_version_and_without_a_job_it_came_from_the_node(guest: Domain) -> None:
    say(guest.host, guest.pk, document(guest.pk, vcpus=2))
    say(guest.host, guest.pk, document(guest.pk, vcpus=2))
    assert versions(guest) == [(1, "", []), (2, "", ["vcpu"])]


def test_a_change_by_a_job_of_ours_is_its_persons(guest: Domain) -> None:
    ada = person("ada", "operator")
    job = work(guest, "domain.edit_xml", Actor(user=ada))
    say(guest.host, guest.pk, document(guest.pk, title="Web"))
    last = Revision.objects.filter(domain=guest)[0]
    assert (last.by_id, last.by_name, last.job_id, last.job_kind) == (
        ada.pk,
        "ada",
        job.pk,
        "domain.edit_xml",
    )


@pytest.mark.parametrize(("kind", "state"), [("domain.start", "running"), ("domain.edit_xml", "queued")])
def test_a_change_beside_a_job_that_makes_none_came_from_the_node(
    guest: Domain, kind: str, state: str
) -> None:
    work(guest, kind, Actor(user=person("ada", "operator")), state)
    say(guest.host, guest.pk, document(guest.pk, title="Web"))
    assert versions(guest)[-1][:2] == (2, "")


def test_what_only_libvirt_fills_in_is_no_version(guest: Domain) -> None:
    disk = "<disk type='file'><source file='/a'/><target dev='vda'/>{}</disk>"
    say(guest.host, guest.pk, document(guest.pk, extra=disk.format("")))
    say(guest.host, guest.pk, document(guest.pk, extra=disk.format("<alias name='virtio-disk0'/>")))
    assert [number for number, _, _ in versions(guest)] == [1, 2]


def test_a_domain_from_before_the_journal_keeps_what_it_was(guest: Domain) -> None:
    Revision.objects.all().delete()
    say(guest.host, guest.pk, document(guest.pk, vcpus=2))
    assert versions(guest) == [(1, "", []), (2, "", ["vcpu"])]
    assert "<vcpu>1</vcpu>" in Revision.objects.get(domain=guest, number=1).xml


def test_no_more_than_a_hundred_are_kept(guest: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "KEPT", 3)
    for vcpus in range(2, 7):
        say(guest.host, guest.pk, document(guest.pk, vcpus=vcpus))
    assert [number for number, _, _ in versions(guest)] == [4, 5, 6]


def test_a_deleted_row_takes_its_versions_along(guest: Domain) -> None:
    guest.delete()
    assert not Revision.objects.exists()


def test_the_next_boots_news_are_pending_until_they_run(host: Host, uuid: UUID) -> None:
    record(host.pk, [seen(uuid, DomainState.RUNNING)], complete=False)
    say(host, uuid, document(uuid, vcpus=4), live=document(uuid, vcpus=2))
    assert Domain.objects.get(pk=uuid).has_pending
    assert Definition.objects.get(pk=uuid).pending == [{"path": "vcpu", "live": "2", "inactive": "4"}]
    say(host, uuid, document(uuid, vcpus=4), live=document(uuid, vcpus=4))
    assert not Domain.objects.get(pk=uuid).has_pending
    say(host, uuid, document(uuid, vcpus=1))
    assert Definition.objects.get(pk=uuid).pending == []


def test_the_versions_over_the_api(guest: Domain) -> None:
    say(guest.host, guest.pk, document(guest.pk, vcpus=2))
    client = client_of(person("ada", "operator"))
    path = f"/api/v1/domains/{guest.pk}/"
    page = client.get(f"{path}revisions/?limit=1").json()
    assert (page["count"], [one["number"] for one in page["results"]]) == (2, [2])
    assert page["results"][0]["changes"] == [{"path": "vcpu", "before": "1", "after": "2"}]
    assert (page["results"][0]["by"], page["results"][0]["job"]) == (None, None)
    assert "<vcpu>1</vcpu>" in client.get(f"{path}revisions/1/").json()["xml"]
    found = client.get(f"{path}revisions/diff/?from=2&to=1").json()
    assert (found["from"], found["to"]) == (2, 1)
    assert "+  <vcpu>1</vcpu>" in found["diff"].splitlines()
    assert client.get(f"{path}xml/").headers["ETag"] == '"2"'


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("revisions/9/", 404, None),
        ("revisions/diff/?from=1&to=9", 400, "to"),
        ("revisions/diff/?from=1&to=x", 400, "to"),
        ("revisions/diff/?to=1", 400, "from"),
        ("revisions/diff/?from=1&to=1&more=1", 400, "more"),
    ],
)
def test_asking_for_what_is_no_version(guest: Domain, query: str, status: int, field: str | None) -> None:
    reply = client_of(person("ada", "operator")).get(f"/api/v1/domains/{guest.pk}/{query}")
    assert reply.status_code == status
    assert field is None or set(reply.json()["errors"]) == {field}


def test_versions_are_for_those_who_may_read_the_xml(guest: Domain) -> None:
    viewer = client_of(person("vera", "viewer"))
    for part in ("revisions/", "revisions/1/", "revisions/diff/?from=1&to=1"):
        assert viewer.get(f"/api/v1/domains/{guest.pk}/{part}").status_code == 403
        assert (
            client_of(person(f"nobody{len(part)}")).get(f"/api/v1/domains/{guest.pk}/{part}").status_code
            == 404
        )
    assert viewer.post(f"/api/v1/domains/{guest.pk}/revisions/1/rollback/").status_code == 403


def test_a_list_of_versions_costs_the_same_however_many(
    guest: Domain, django_assert_num_queries: Any
) -> None:
    client = client_of(person("ada", "operator"))
    path = f"/api/v1/domains/{guest.pk}/revisions/"
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for vcpus in range(2, 12):
        say(guest.host, guest.pk, document(guest.pk, vcpus=vcpus))
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(path)


def test_going_back_is_a_job_that_names_its_version(guest: Domain) -> None:
    say(guest.host, guest.pk, document(guest.pk, vcpus=2))
    client = client_of(person("ada", "operator"))
    path = f"/api/v1/domains/{guest.pk}/revisions/1/rollback/"
    planned = client.post(f"{path}?plan=1").json()
    assert planned["allowed"], planned
    assert planned["changes"] == [{"path": "vcpu", "before": "2", "after": "1", "live": True}]
    assert not Job.objects.exists()
    reply = client.post(path)
    assert reply.status_code == 202
    job = Job.objects.get()
    assert (job.kind, job.option("number"), job.option("base")) == ("domain.rollback", 1, 2)
    assert client.post(path).json()["code"] == "busy"


def test_going_back_to_what_it_is_or_to_nothing(guest: Domain) -> None:
    client = client_of(person("ada", "operator"))
    path = f"/api/v1/domains/{guest.pk}/revisions"
    assert client.post(f"{path}/1/rollback/").status_code == 400
    assert client.post(f"{path}/7/rollback/").status_code == 404
    assert client.post(f"/api/v1/domains/{uuid4()}/revisions/1/rollback/").status_code == 404
