"""Carrying out what is wished of the inside of a domain."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from access import secrets
from domains.tasks import host_of
from hosts import nodes
from hypervisor import keys
from hypervisor.node import Node
from jobs.carrying import Carrying
from jobs.kinds import Again, Failed, JobKind, Verdict, register
from jobs.models import Job

_HOLD_MILLISECONDS = 40
_BETWEEN_SECONDS = 0.06  # a keyboard that is faster loses keys: its controller keeps sixteen

Act = Callable[[Carrying, Node], dict[str, Any] | None]


def register_kinds() -> None:
    for name, act, recover in (
        ("domain.guest-password", set_password, _again),
        ("domain.guest-freeze", freeze, _nobody_knows),
        ("domain.guest-thaw", thaw, _again),
        ("domain.guest-set-time", set_time, _again),
        ("domain.send-keys", send_keys, _nobody_knows),
    ):
        register(JobKind(name, _runner(act), recover))
    register(JobKind("domain.type", _runner(type_text), _nobody_knows, queue="long", deadline_seconds=300))


def set_password(carrying: Carrying, node: Node) -> None:
    job = carrying.job
    node.set_guest_password(job.object_id, str(job.option("user")), _unsealed(job))


def freeze(carrying: Carrying, node: Node) -> dict[str, Any]:
    return {"file_systems": node.freeze(carrying.job.object_id)}


def thaw(carrying: Carrying, node: Node) -> dict[str, Any]:
    return {"file_systems": node.thaw(carrying.job.object_id)}


def set_time(carrying: Carrying, node: Node) -> None:
    """To our clock, unless it shall follow its own hardware's."""
    from_hardware = carrying.option("source") == "hardware"
    node.set_guest_time(carrying.job.object_id, None if from_hardware else time.time())


def send_keys(carrying: Carrying, node: Node) -> None:
    names: Sequence[str] = carrying.option("keys")
    codes = [code for code in map(keys.code, names) if code is not None]
    node.send_keys(carrying.job.object_id, codes, _HOLD_MILLISECONDS)


def type_text(carrying: Carrying, node: Node) -> None:
    """One stroke after the other, at the pace of a keyboard."""
    strokes = keys.keystrokes(_unsealed(carrying.job))
    for number, codes in enumerate(strokes):
        node.send_keys(carrying.job.object_id, codes, _HOLD_MILLISECONDS)
        carrying.progress(int(99 * number / len(strokes)), "typing")
        time.sleep(_BETWEEN_SECONDS)


def _runner(act: Act) -> Callable[[Carrying], dict[str, Any] | None]:
    def run(carrying: Carrying) -> dict[str, Any] | None:
        with nodes.pooled(host_of(carrying)) as node:
            carrying.touching("asking the guest")
            return act(carrying, node)

    return run


def _unsealed(job: Job) -> str:
    return secrets.unseal(str(job.option("sealed")))


def _again(job: Job) -> Verdict:
    """These may be done twice."""
    return Again()


def _nobody_knows(job: Job) -> Verdict:
    return Failed(
        "interrupted",
        "The worker died while it asked the guest; how far that went, nobody can tell. Look at its screen"
        + (", or thaw it to be sure." if job.kind == "domain.guest-freeze" else "."),
    )
