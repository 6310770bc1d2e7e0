"""What became of an interrupted attempt at a snapshot is asked of a real node."""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from domains.models import Domain
from hosts import looking
from hosts.models import Host, HostState
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.snapshots import Kept, SnapshotWish
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, Failed, Succeeded, kind_named
from jobs.models import Job, JobState
from live.doorbell import client
from tests.daemon import PrivateDaemon
from tests.node.conftest import Opener

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell", "nodewatch")]
WISH = SnapshotWish("one", "said", Kept.INTERNAL, ())


@pytest.fixture
def nodewatch(doorbell: object) -> Iterator[None]:
    """Answers those who wait until something is written; here nobody reads it."""
    listening: Any = client().pubsub()  # type: ignore[no-untyped-call]
    listening.subscribe(looking.CHANNEL)
    ended = threading.Event()

    def answer() -> None:
        while not ended.is_set():
            message = listening.get_message(ignore_subscribe_messages=True, timeout=0.1)
            if message is not None:
                looking.answer(json.loads(message["data"])["reply"], "seen")

    answering = threading.Thread(target=answer)
    answering.start()
    yield
    ended.set()
    answering.join()
    listening.close()


@pytest.fixture
def node(daemon: PrivateDaemon, opened: Opener) -> LibvirtNode:
    return opened(daemon.uri("test"))


@pytest.fixture
def domain(daemon: PrivateDaemon, node: LibvirtNode, settings: Any, tmp_path: Path) -> Iterator[Domain]:
    settings.LOCAL_ROOTS = [daemon.folder]
    settings.NODES_DIR = tmp_path
    host = Host.objects.create(
        name="here", uri=daemon.uri("test"), state=HostState.UP, enrolled=True, driver="test"
    )
    uuid: UUID = node.inventory().domains[0].uuid
    yield Domain.objects.create(id=uuid, host=host, name="test", state="running")
    for snapshot in reversed(node.snapshots(uuid)):
        node.delete_snapshot(uuid, snapshot.name)


def job_of(domain: Domain, kind: str, **options: Any) -> Job:
    job: Job = Job.objects.create(
        kind=kind,
        state=JobState.RUNNING,
        attempt=1,
        object_kind="domain",
        object_id=domain.pk,
        object_name=domain.name,
        options=options,
        deadline_at=timezone.now() + timedelta(minutes=5),
    )
    return job


def again(job: Job) -> Carrying:
    """A second attempt."""
    Job.objects.filter(pk=job.pk).update(attempt=2)
    job.refresh_from_db()
    return Carrying(job)


def test_taking(domain: Domain, node: LibvirtNode) -> None:
    job = job_of(domain, "domain.snapshot", wish=asdict(WISH))
    kind = kind_named(job.kind)
    assert kind.recover(job) == Again()
    assert kind.run(Carrying(job)) == {"snapshot": "one", "external": False}
    (taken,) = node.snapshots(domain.pk)
    assert (taken.name, taken.description) == ("one", "said")
    assert kind.recover(job) == Succeeded()
    kind.run(again(job))  # the name is not taken twice
    assert len(node.snapshots(domain.pk)) == 1


def test_removing_goes_on_where_it_stopped(domain: Domain, node: LibvirtNode) -> None:
    for name in ("one", "two"):
        node.create_snapshot(domain.pk, SnapshotWish(name, "", Kept.INTERNAL, ()))
    job = job_of(domain, "domain.snapshot-delete", snapshots=["two", "one"], metadata_only=False)
    kind = kind_named(job.kind)
    node.delete_snapshot(domain.pk, "two")
    assert kind.recover(job) == Again()
    assert kind.run(again(job)) == {"removed": ["two", "one"], "left": []}
    assert kind.recover(job) == Succeeded()
    assert node.snapshots(domain.pk) == ()


def test_going_back(domain: Domain, node: LibvirtNode) -> None:
    node.create_snapshot(domain.pk, WISH)
    job = job_of(domain, "domain.revert", snapshot="one", start=False, force=False, token="0a1b2c3d")
    kind = kind_named(job.kind)
    assert kind.recover(job) == Again()
    assert kind.run(Carrying(job)) == {"snapshot": "one"}
    node.delete_snapshot(domain.pk, "one")
    gone = kind.recover(job)
    assert isinstance(gone, Failed)
    assert gone.code == "not_found_on_node"
    with pytest.raises(JobFailed, match="any more"):
        kind.run(again(job))


def test_a_stroke_is_never_repeated(domain: Domain) -> None:
    for name in ("domain.type", "domain.send-keys", "domain.guest-freeze"):
        verdict = kind_named(name).recover(job_of(domain, name))
        assert isinstance(verdict, Failed)
        assert verdict.code == "interrupted"
        Job.objects.all().delete()
    assert kind_named("domain.guest-password").recover(job_of(domain, "domain.guest-password")) == Again()
