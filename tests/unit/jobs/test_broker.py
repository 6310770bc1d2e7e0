"""A broker that somebody took over: what stands in it is a job's id, and nothing else is ever read (CVE-2021-23727)."""

import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from kombu.exceptions import ContentDisallowed
from kombu.serialization import loads

from jobs.models import Job
from jobs.tasks import carry_out, follow, look_into
from ovirtlite.celery import app

pytestmark = pytest.mark.django_db
_NOBODYS = "6f1c9b58-3f3c-4a51-9a2b-3d0f1f9f3c1e"


class Boom:
    """Runs a program in whoever reads it."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.canary}",)


@pytest.mark.parametrize("type", ["application/x-python-serialize", "application/x-yaml", "pickle"])
def test_a_message_that_is_not_json_is_not_read(tmp_path: Path, type: str) -> None:
    canary = tmp_path / "canary"
    with pytest.raises((ContentDisallowed, LookupError)):
        loads(pickle.dumps(Boom(canary)), type, "binary", accept=app.conf.accept_content)
    assert not canary.exists()


@pytest.mark.parametrize("forged", ["", "1 OR 1=1", "../../etc", None, 7, ["x"], {"id": "x"}, _NOBODYS])
def test_an_id_that_is_no_jobs_does_nothing(forged: Any) -> None:
    carry_out(forged)
    follow(forged)
    look_into(forged, 1)
    assert not Job.objects.exists()


def test_what_is_sent_is_the_id_alone() -> None:
    """Whatever is secret in a wish stays in the database."""
    assert app.conf.task_serializer == "json"
    assert list(carry_out.run.__annotations__) == ["job_id", "return"]
