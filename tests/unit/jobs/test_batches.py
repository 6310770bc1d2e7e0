"""A parent job opens its children a few at a time a host, follows them to their ends, and tells the sum."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from access.actor import Actor
from access.errors import Conflict
from access.models import Grant, Role, User
from jobs import batches, kinds, services
from jobs.batches import Part, open_batch, register_batch
from jobs.carrying import carry, decide
from jobs.errors import JobFailed
from jobs.models import Job
from jobs.tasks import follow
from live.consumer import EventsConsumer
from live.notices import Notice
from tests.unit.jobs.conftest import Script

pytestmark = pytest.mark.django_db
HOSTS = {"alpha": uuid4(), "beta": uuid4()}


@pytest.fixture
def refusals() -> dict[UUID, str]:
    return {}


@pytest.fixture(autouse=True)
def kind(script: Script, refusals: dict[UUID, str]) -> Iterator[None]:
    def opener(parent: Job, part: Part, by: Actor) -> Job:
        if part.object[1] in refusals:
            raise Conflict(refusals[part.object[1]])
        return batches.open_part(parent, part, by)

    register_batch("test.many", opener)
    yield
    del kinds._kinds["test.many"]


def parts(count: int, host: str = "alpha") -> list[Part]:
    return [
        Part(("domain", uuid4(), f"{host}-{n}"), (HOSTS[host], host), options={"n": n}) for n in range(count)
    ]


def opened(wanted: list[Part], **more: Any) -> Job:
    by = more.pop("by", Actor.SYSTEM)
    return open_batch("test.many", "test.work", wanted, name=f"{len(wanted)} guests", by=by, **more)


def begin(job: Job) -> Job:
    carry(str(job.pk), "worker")
    return fresh(job)


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def open_children(job: Job) -> list[Job]:
    return list(Job.objects.filter(parent=job, state__in=("queued", "running")).order_by("created_at"))


def work_off(job: Job) -> None:
    """As the workers would: each child, and after each end a pass of the parent."""
    while children := open_children(job):
        for child in children:
            carry(str(child.pk), "worker")
            follow(str(job.pk))


def test_it_opens_a_few_at_a_time_on_each_host_and_ends_with_the_sum(script: Script) -> None:
    job = begin(opened([*parts(6), *parts(3, "beta")], at_once=2))
    assert job.state == "running"
    assert [child.object_name for child in open_children(job)] == ["alpha-0", "alpha-1", "beta-0", "beta-1"]
    carry(str(open_children(job)[0].pk), "worker")
    follow(str(job.pk))
    assert [child.object_name for child in open_children(job)][-1] == "alpha-2"
    assert fresh(job).result == {"total": 9, "succeeded": 1, "failed": 0, "cancelled": 0}
    assert (fresh(job).progress, fresh(job).step) == (11, "1 of 9 done")
    work_off(job)
    ended = fresh(job)
    assert (ended.state, ended.progress) == ("succeeded", 100)
    assert ended.result is not None
    assert ended.result["succeeded"] == 9
    assert ended.result["children"][0]["object"]["name"] == "alpha-0"
    assert {child["state"] for child in ended.result["children"]} == {"succeeded"}
    assert script.done == 9


def test_children_get_their_own_options_and_are_found_by_their_parent() -> None:
    wanted = parts(2)
    job = begin(opened(wanted))
    assert [child.option("n") for child in Job.objects.filter(parent=job).order_by("created_at")] == [0, 1]
    assert job.host_name == "alpha"


def test_one_that_fails_keeps_no_other_back_and_is_named(script: Script) -> None:
    def run(carrying: Any) -> None:
        if carrying.option("n") == 1:
            raise JobFailed("no_capacity", "No memory.")

    script.run = run
    job = begin(opened(parts(3)))
    work_off(job)
    ended = fresh(job)
    assert (ended.state, ended.error_code) == ("failed", "partly_failed")
    assert "alpha-1: No memory." in ended.error_detail
    assert ended.result is not None
    assert (ended.result["succeeded"], ended.result["failed"]) == (2, 1)
    assert ended.result["children"][1]["error"] == {"code": "no_capacity", "detail": "No memory."}


def test_what_is_refused_when_its_turn_comes_counts_as_failed(refusals: dict[UUID, str]) -> None:
    wanted = parts(2)
    refusals[wanted[0].object[1]] = "It is off."
    job = begin(opened(wanted))
    work_off(job)
    ended = fresh(job)
    assert ended.result is not None
    assert ended.result["children"][0] == {
        "object": {"kind": "domain", "id": str(wanted[0].object[1]), "name": "alpha-0"},
        "job": None,
        "state": "failed",
        "error": {"code": "conflict", "detail": "It is off."},
    }


def test_all_refused_ends_at_once(refusals: dict[UUID, str]) -> None:
    wanted = parts(2)
    refusals.update({part.object[1]: "no" for part in wanted})
    assert begin(opened(wanted)).state == "failed"


def test_an_object_that_another_job_holds_is_refused_and_the_rest_goes_on() -> None:
    wanted = parts(2)
    services.open_job("test.work", wanted[0].object, by=Actor.SYSTEM)
    job = begin(opened(wanted))
    work_off(job)
    result = fresh(job).result
    assert result is not None
    assert [child["error"] and child["error"]["code"] for child in result["children"]] == ["busy", None]


def test_cancelling_opens_nothing_more_and_cancels_what_waits() -> None:
    job = begin(opened(parts(5), at_once=2))
    first, second = open_children(job)
    Job.objects.filter(pk=first.pk).update(state="running", attempt=1)  # a worker is at it
    services.cancel(job.pk, by=_administrator())
    follow(str(job.pk))
    assert fresh(second).state == "cancelled"
    assert fresh(first).cancel_requested_at is not None
    assert fresh(job).state == "running"
    Job.objects.filter(pk=first.pk).update(state="succeeded")
    follow(str(job.pk))
    ended = fresh(job)
    assert ended.state == "cancelled"
    assert ended.result is not None
    assert (ended.result["succeeded"], ended.result["cancelled"]) == (1, 4)
    assert Job.objects.filter(parent=job).count() == 2


def test_another_attempt_goes_on_where_the_last_one_was() -> None:
    job = begin(opened(parts(4), at_once=2))
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert [due.pk for due in services.due()] == [job.pk]
    assert decide(fresh(job)) is False
    assert len(open_children(job)) == 2
    work_off(job)
    assert fresh(job).state == "succeeded"
    assert Job.objects.filter(parent=job).count() == 4


def test_after_its_time_nothing_more_is_begun() -> None:
    job = begin(opened(parts(3), at_once=1))
    Job.objects.filter(pk=job.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))
    follow(str(job.pk))
    ended = fresh(job)
    assert (ended.state, ended.error_code) == ("failed", "deadline")
    assert not open_children(job)


def test_a_late_bell_for_an_ended_parent_does_nothing() -> None:
    job = begin(opened(parts(1)))
    work_off(job)
    version = fresh(job).version
    follow(str(job.pk))
    decide(fresh(job))
    assert fresh(job).version == version


def test_the_end_of_a_child_calls_its_parent(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin(opened(parts(1)))
    rung: list[UUID] = []
    monkeypatch.setattr("jobs.tasks.ring_parent", rung.append)
    with django_capture_on_commit_callbacks(execute=True):
        carry(str(open_children(job)[0].pk), "worker")
    assert rung == [job.pk]


def test_who_asked_for_it_may_see_and_cancel_it_with_a_grant_on_one_domain_alone() -> None:
    owner, other = User.objects.create(username="owner"), User.objects.create(username="other")
    role = Role.objects.create(name="some", permissions=["job.read", "job.cancel", "domain.read"])
    for user in (owner, other):
        Grant.objects.create(user=user, role=role, object_kind="domain", object_id=uuid4())
    job = opened(parts(1), by=Actor(user=owner))
    assert list(Job.objects.permitted(Actor(user=owner), "job.read")) == [job]
    assert list(Job.objects.permitted(Actor(user=other), "job.read")) == []
    assert job.within["person"] == owner.pk
    assert services.cancel(job.pk, by=Actor(user=owner)).state == "cancelled"


def _administrator() -> Actor:
    user = User.objects.create(username="root")
    role = Role.objects.create(name="all", permissions=["job.read", "job.cancel"])
    Grant.objects.create(user=user, role=role)
    return Actor(user=user)


def test_who_asked_for_it_hears_of_it_and_nobody_else_with_such_a_grant() -> None:
    owner, other = User.objects.create(username="owner"), User.objects.create(username="other")
    role = Role.objects.create(name="some", permissions=["job.read"])
    job = opened(parts(1), by=Actor(user=owner))
    within = {kind: at for kind, at in job.within.items() if at is not None}
    heard = []
    for user in (owner, other):
        Grant.objects.create(user=user, role=role, object_kind="domain", object_id=uuid4())
        page = EventsConsumer()
        page.actor = Actor(user=user)
        heard.append(page._may_hear(Notice("updated", "job", job.pk, 2, within)))
    assert heard == [True, False]
