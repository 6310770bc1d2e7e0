"""A job is carried out once, and ends with the truth, whatever breaks."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from access.actor import Actor
from hypervisor import errors
from jobs import claims, services
from jobs.carrying import carry, decide
from jobs.errors import Busy, JobFailed, NotCancellable
from jobs.kinds import Again, Failed, Succeeded, Unknown, WasCancelled
from jobs.models import Job, JobState
from tests.unit.jobs.conftest import Script

pytestmark = pytest.mark.django_db


def state_of(job: Job) -> str:
    return Job.objects.get(pk=job.pk).state


def test_a_message_delivered_twice_is_carried_out_once(job: Job, script: Script) -> None:
    carry(str(job.pk), "first")
    carry(str(job.pk), "second")
    assert script.done == 1
    ended = Job.objects.get(pk=job.pk)
    assert (ended.state, ended.progress, ended.result, ended.worker) == (
        "succeeded",
        100,
        {"answer": 42},
        "first",
    )
    assert ended.finished_at is not None


def test_a_forged_id_is_nobodys_error(db: None, script: Script) -> None:
    carry(str(uuid4()), "worker")
    assert script.done == 0


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (JobFailed("guest_did_not_stop", "It did not."), "guest_did_not_stop"),
        (errors.NoCapacity("no memory"), "no_capacity"),
        (errors.NodeUnreachable("no route to host"), "node_unreachable"),
        (ValueError("a bug"), "internal"),
    ],
)
def test_a_failure_has_its_code_and_no_traceback(
    raised: Exception, code: str, job: Job, script: Script
) -> None:
    def run(carrying: object) -> None:
        raise raised

    script.run = run
    carry(str(job.pk), "worker")
    ended = Job.objects.get(pk=job.pk)
    assert (ended.state, ended.error_code) == ("failed", code)
    assert "Traceback" not in ended.error_detail


@pytest.mark.parametrize(
    "raised", [errors.NodeUnreachable("cut"), errors.Timeout("late"), ValueError("a bug")]
)
def test_what_breaks_after_the_node_was_asked_is_unknown(raised: Exception, job: Job, script: Script) -> None:
    def run(carrying: "object") -> None:
        carrying.touching("asking")  # type: ignore[attr-defined]
        raise raised

    script.run = run
    carry(str(job.pk), "worker")
    assert state_of(job) == JobState.UNKNOWN


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Succeeded(), "succeeded"),
        (Failed("stayed", "It stayed."), "failed"),
        (WasCancelled(), "cancelled"),
        (Unknown("silent"), "unknown"),
        (Again(), "queued"),
    ],
)
def test_an_interrupted_job_ends_as_its_node_says(
    verdict: object, state: str, job: Job, script: Script
) -> None:
    script.recover = lambda job: verdict
    claimed = claims.claim(job.pk, "worker that dies")
    assert claimed is not None
    decide(claimed)
    assert state_of(job) == state


def test_a_silent_node_keeps_it_open(job: Job, script: Script) -> None:
    def recover(job: Job) -> None:
        raise errors.NodeUnreachable("no route to host")

    script.recover = recover
    claimed = claims.claim(job.pk, "worker that dies")
    assert claimed is not None
    decide(claimed)
    assert state_of(job) == JobState.UNKNOWN


def test_no_attempt_begins_after_the_deadline(job: Job, script: Script) -> None:
    Job.objects.filter(pk=job.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))
    carry(str(job.pk), "worker")
    ended = Job.objects.get(pk=job.pk)
    assert (ended.state, ended.error_code, script.done) == ("failed", "deadline", 0)


def test_the_old_attempt_writes_nothing_once_another_has_the_job(job: Job) -> None:
    old = claims.claim(job.pk, "old")
    assert old is not None
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    new = Job.objects.get(pk=job.pk)
    assert claims.take_over(new, "new")
    assert not claims.finish(old, JobState.SUCCEEDED)
    assert not claims.advance(old, progress=50, step="", transfer=None)
    assert claims.renew({old.pk: old.attempt}) == set()
    assert claims.finish(new, JobState.FAILED, code="stayed", detail="It stayed.")
    assert state_of(job) == "failed"


def test_only_one_of_many_sweepers_takes_a_job_over(job: Job) -> None:
    claims.claim(job.pk, "worker that dies")
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    seen_by = [Job.objects.get(pk=job.pk) for _ in range(3)]
    assert [claims.take_over(one, f"sweeper {at}") for at, one in enumerate(seen_by)] == [True, False, False]


def test_a_job_ends_once(job: Job) -> None:
    claimed = claims.claim(job.pk, "worker")
    assert claimed is not None
    assert claims.finish(claimed, JobState.SUCCEEDED)
    assert not claims.finish(claimed, JobState.FAILED, code="late", detail="Too late.")
    assert state_of(job) == "succeeded"


def test_an_object_has_one_open_job(job: Job) -> None:
    with pytest.raises(Busy) as refused:
        services.open_job("test.work", ("domain", job.object_id, "guest"), by=Actor.SYSTEM)
    assert refused.value.members["job"]["id"] == str(job.pk)
    carry(str(job.pk), "worker")
    again = services.open_job("test.work", ("domain", job.object_id, "guest"), by=Actor.SYSTEM)
    assert again.pk != job.pk


def test_a_queued_job_is_cancelled_at_once(job: Job, script: Script) -> None:
    assert services.cancel(job.pk, by=Actor.SYSTEM).state == "cancelled"
    carry(str(job.pk), "worker")
    assert script.done == 0
    with pytest.raises(NotCancellable):
        services.cancel(job.pk, by=Actor.SYSTEM)


def test_what_nobody_claimed_is_due_again(job: Job) -> None:
    assert services.due() == []
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    (waiting,) = services.due()
    assert services.rung(waiting)
    assert not services.rung(waiting), "a second sweeper does not ring for it again"
    assert services.due() == []
