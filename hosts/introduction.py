"""What a person gives once, so that ovirtlite can put its own key on a node, and what becomes of it.

It is sealed in a row of its own beside the job that needs it, and goes in the transaction of that job's end, however
the job ends. What the job has made meanwhile, its new key, lies there too: a second attempt goes on with the same one.
"""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from access import secrets
from hosts.models import Host, Introduction
from hypervisor.libvirt.own_keys import OwnKey
from jobs.models import Job

Install = Literal["none", "key", "tls"]


@dataclass(frozen=True, slots=True)
class Given:
    """A password, or a private key, or neither: then what is known of the host already opens it."""

    install: Install = "key"
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    own: OwnKey | None = None


def keep(host: Host, job: Job, given: Given) -> None:
    """For this job alone. In the transaction that opens it."""
    Introduction.objects.update_or_create(host=host, defaults={"job_id": job.pk, "sealed": _sealed(given)})


def given_for(job: Job) -> Given | None:
    """What was given for this job."""
    row = Introduction.objects.filter(job_id=job.pk).first()
    if row is None:
        return None
    said = json.loads(secrets.unseal(row.sealed))
    own = said.pop("own")
    return Given(**said, own=OwnKey(**own) if own else None)


def with_own_key(job: Job, given: Given) -> Given:
    """The same with a key of our own, which every attempt of this job uses."""
    if given.own is not None:
        return given
    known = replace(given, own=OwnKey.new(f"ovirtlite host {job.object_id}"))
    Introduction.objects.filter(job_id=job.pk).update(sealed=_sealed(known))
    return known


def forget(job: Job) -> None:
    """The job has ended: nothing of it is kept."""
    Introduction.objects.filter(job_id=job.pk).delete()


def _sealed(given: Given) -> str:
    return secrets.seal(json.dumps(asdict(given)))
