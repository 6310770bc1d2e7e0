"""One wish about many domains: one job with a child each, what is refused named, and the plan of all of it."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from access.models import AuditEntry, Grant, Role, User
from domains.inventory import record
from domains.models import Domain
from hosts.models import Host
from hypervisor.states import DomainState
from jobs.carrying import carry
from jobs.models import Job
from jobs.tasks import follow
from tests.unit.access.people import client_of, person
from tests.unit.domains.conftest import make_host
from tests.unit.domains.says import seen

pytestmark = pytest.mark.django_db


def guests(host: Host, *states: DomainState) -> list[Domain]:
    said = [seen(uuid4(), state, name=f"{host.name}{n}") for n, state in enumerate(states)]
    record(host.pk, said, complete=False)
    return [Domain.objects.get(pk=one.uuid) for one in said]


@pytest.fixture
def host(db: None) -> Host:
    return make_host("alpha")


@pytest.fixture
def ada(db: None) -> User:
    return person("ada", "operator")


def wish(user: User, action: str, domains: list[Domain] | list[UUID], query: str = "", **options: Any) -> Any:
    ids = [str(getattr(one, "pk", one)) for one in domains]
    body: dict[str, Any] = {"action": action, "ids": ids} | ({"options": options} if options else {})
    return client_of(user).post(f"/api/v1/domains/bulk/{query}", body, content_type="application/json")


def test_one_job_with_a_child_for_each_that_can(host: Host, ada: User) -> None:
    off, running, other = guests(host, DomainState.SHUTOFF, DomainState.RUNNING, DomainState.SHUTOFF)
    reply = wish(ada, "start", [off, running, other, other])
    outcome = reply.json()
    assert reply.status_code == 202
    assert [(no["name"], no["code"]) for no in outcome["refused"]] == [("alpha1", "operation_invalid")]
    job = outcome["job"]
    assert (job["kind"], job["object"]["kind"], job["object"]["name"]) == (
        "domain.bulk",
        "batch",
        "2 domains",
    )
    assert job["children"] == {"total": 2, "succeeded": 0, "failed": 0, "cancelled": 0}
    assert job["result"]["action"] == "start"
    assert reply.headers["Location"] == f"/api/v1/jobs/{job['id']}/"
    carry(job["id"], "worker")
    children = client_of(ada).get(f"/api/v1/jobs/?parent={job['id']}").json()["results"]
    assert {(one["kind"], one["object"]["id"], one["parent"]) for one in children} == {
        ("domain.start", str(one.pk), job["id"]) for one in (off, other)
    }
    assert client_of(ada).get("/api/v1/jobs/?parent=none").json()["count"] == 1
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"domain.bulk", "domain.start"}


def test_what_changed_before_its_turn_is_told_in_the_end(host: Host, ada: User) -> None:
    first, second = guests(host, DomainState.SHUTOFF, DomainState.SHUTOFF)
    job = wish(ada, "start", [first, second]).json()["job"]
    Domain.objects.filter(pk=first.pk).update(state="running")
    carry(job["id"], "worker")
    Job.objects.filter(parent=job["id"]).update(state="succeeded")
    follow(job["id"])
    ended = client_of(ada).get(f"/api/v1/jobs/{job['id']}/").json()
    assert (ended["state"], ended["error"]["code"]) == ("failed", "partly_failed")
    assert ended["children"] == {"total": 2, "succeeded": 1, "failed": 1, "cancelled": 0}
    assert [one["error"] and one["error"]["code"] for one in ended["result"]["children"]] == [
        "operation_invalid",
        None,
    ]


def test_who_lost_the_permission_meanwhile_does_nothing_more(host: Host, ada: User) -> None:
    (guest,) = guests(host, DomainState.SHUTOFF)
    job = wish(ada, "start", [guest]).json()["job"]
    Grant.objects.filter(user=ada).delete()
    carry(job["id"], "worker")
    assert not Job.objects.filter(parent=job["id"]).exists()
    assert Job.objects.get(pk=job["id"]).state == "failed"


def test_nobody_can_means_no_job(host: Host, ada: User) -> None:
    (running,) = guests(host, DomainState.RUNNING)
    outcome = wish(ada, "start", [running.pk, uuid4()]).json()
    assert outcome["job"] is None
    assert [no["code"] for no in outcome["refused"]] == ["operation_invalid", "not_found"]
    assert not Job.objects.exists()


def test_the_plan_says_it_domain_by_domain_and_does_nothing(host: Host, ada: User) -> None:
    off, running = guests(host, DomainState.SHUTOFF, DomainState.RUNNING)
    planned = wish(ada, "start", [off, running], "?plan=1").json()
    assert planned["allowed"] is True
    assert planned["checks"][0]["detail"] == "1 of 2 domains can do this now."
    assert [(one["name"], one["allowed"], one["code"]) for one in planned["domains"]] == [
        ("alpha0", True, ""),
        ("alpha1", False, "operation_invalid"),
    ]
    assert [one["name"] for one in planned["affected"]] == ["alpha0"]
    assert not Job.objects.exists()


def test_many_are_deleted_into_the_bin_except_the_protected(host: Host, ada: User) -> None:
    free, protected = guests(host, DomainState.SHUTOFF, DomainState.SHUTOFF)
    Domain.objects.filter(pk=protected.pk).update(protected=True)
    outcome = wish(ada, "undefine", [free, protected], permanent=False).json()
    assert [no["name"] for no in outcome["refused"]] == [protected.name]
    carry(outcome["job"]["id"], "worker")
    assert Job.objects.get(parent=outcome["job"]["id"]).kind == "domain.undefine"


@pytest.mark.parametrize(
    ("action", "options", "field"),
    [
        ("start", {"force": True}, "options.force"),
        ("shutdown", {"timeout_seconds": 0}, "options.timeout_seconds"),
        ("migrate", {"host": "x"}, "options.host"),
        ("explode", {}, "action"),
        ("edit_xml", {}, "action"),
    ],
)
def test_options_are_those_of_the_action(
    action: str, options: Any, field: str, host: Host, ada: User
) -> None:
    (guest,) = guests(host, DomainState.RUNNING)
    reply = wish(ada, action, [guest], **options)
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {field})


def test_the_options_reach_each_child(host: Host, ada: User) -> None:
    (guest,) = guests(host, DomainState.RUNNING)
    job = wish(ada, "shutdown", [guest], timeout_seconds=77).json()["job"]
    carry(job["id"], "worker")
    assert Job.objects.get(parent=job["id"]).option("timeout_seconds") == 77


def test_a_grant_on_one_domain_is_enough_to_ask_and_to_follow(host: Host) -> None:
    mine, other = guests(host, DomainState.SHUTOFF, DomainState.SHUTOFF)
    role = Role.objects.create(
        name="mine", permissions=["domain.read", "domain.start", "job.read", "job.cancel"]
    )
    eve = person("eve")
    Grant.objects.create(user=eve, role=role, object_kind="domain", object_id=mine.pk)
    outcome = wish(eve, "start", [mine, other]).json()
    assert [(no["name"], no["code"]) for no in outcome["refused"]] == [("", "not_found")]
    assert client_of(eve).get(f"/api/v1/jobs/{outcome['job']['id']}/").status_code == 200
    assert client_of(eve).post(f"/api/v1/jobs/{outcome['job']['id']}/cancel/").status_code == 202
    assert (
        client_of(person("mallory", "viewer", kind="domain", at=mine.pk))
        .get(f"/api/v1/jobs/{outcome['job']['id']}/")
        .status_code
        == 404
    )


def test_without_the_permission_anywhere_it_is_not_permitted(host: Host) -> None:
    (guest,) = guests(host, DomainState.SHUTOFF)
    assert wish(person("vera", "viewer"), "start", [guest]).status_code == 403
