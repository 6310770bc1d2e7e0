"""Job kinds of the tests' own, whose ends each test decides."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from access.actor import Actor
from jobs import kinds, services
from jobs.kinds import Again, JobKind, Verdict
from jobs.models import Job


class Script:
    """What the kind `test.work` does next; `done` counts how often it was carried out."""

    def __init__(self) -> None:
        self.run: Any = lambda carrying: {"answer": 42}
        self.recover: Any = lambda job: Again()
        self.done = 0


@pytest.fixture
def script() -> Iterator[Script]:
    made = Script()

    def run(carrying: Any) -> Any:
        made.done += 1
        return made.run(carrying)

    def recover(job: Job) -> Verdict:
        found: Verdict = made.recover(job)
        return found

    kinds.register(JobKind("test.work", run, recover, cancellable=True))
    yield made
    del kinds._kinds["test.work"]


@pytest.fixture
def job(db: None, script: Script) -> Job:
    return services.open_job("test.work", ("domain", uuid4(), "guest"), by=Actor.SYSTEM)
