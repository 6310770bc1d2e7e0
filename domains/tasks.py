"""Carrying out the verbs of one domain on its node, and finding out what became of an interrupted one."""

import time
from collections.abc import Callable
from uuid import UUID

from django.utils import timezone

from domains.migration.carry import migrate, recover_migrate
from domains.models import Domain
from domains.quotas.holding import release
from hosts import looking, nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import DomainSeen
from hypervisor.node import Node
from hypervisor.states import ACTIVE, DomainAction, DomainState
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed
from jobs.kinds import Again, Failed, JobKind, Succeeded, Verdict, register
from jobs.models import Job

_OFF = frozenset({DomainState.SHUTOFF, DomainState.CRASHED})
_ASK_AGAIN_SECONDS = 20.0

Reached = Callable[[DomainSeen | None], bool]
Call = Callable[[Node, UUID], None]


def register_kinds() -> None:
    """The table of what one domain's jobs do, and how each is recognised as done."""
    for action, call, reached in (
        (DomainAction.START, lambda node, uuid: node.start(uuid), _is(ACTIVE)),
        (DomainAction.RESTORE, lambda node, uuid: node.start(uuid), _is(ACTIVE)),
        (DomainAction.DESTROY, lambda node, uuid: node.destroy(uuid), _off_or_gone),
        (DomainAction.SUSPEND, lambda node, uuid: node.suspend(uuid), _is({DomainState.PAUSED})),
        (
            DomainAction.RESUME,
            lambda node, uuid: node.resume(uuid),
            _is({DomainState.RUNNING, DomainState.BLOCKED}),
        ),
        (DomainAction.SAVE, lambda node, uuid: node.save(uuid), _saved),
    ):
        slow = action in {DomainAction.SAVE, DomainAction.RESTORE}
        register(
            JobKind(
                f"domain.{action}",
                _runner(call, reached),
                _recoverer(reached),
                queue="long" if slow else "lifecycle",
                deadline_seconds=1800 if slow else 120,
            )
        )
    register(JobKind("domain.reboot", _runner(lambda node, uuid: node.reboot(uuid), None), _nobody_knows))
    register(JobKind("domain.reset", _runner(lambda node, uuid: node.reset(uuid), None), _nobody_knows))
    register(
        JobKind(
            "domain.shutdown",
            shutdown,
            _recoverer(_off_or_gone),
            queue="long",
            deadline_seconds=180,
            cancellable=True,
        )
    )
    register(
        JobKind(
            "domain.migrate",
            migrate,
            recover_migrate,
            queue="long",
            deadline_seconds=6 * 3600,
            cancellable=True,
            ended=release,
        )
    )


def _runner(call: Call, reached: Reached | None) -> Callable[[Carrying], None]:
    def run(carrying: Carrying) -> None:
        host = host_of(carrying)
        with nodes.pooled(host) as node:
            if not carrying.first and reached is not None and reached(seen(node, carrying.job)):
                settle(carrying, host)  # an earlier attempt did it
                return
            carrying.touching(f"asking {host.name}")
            try:
                call(node, carrying.job.object_id)
            except (errors.OperationInvalid, errors.NotFound):
                # What an earlier attempt asked for may have come true between our look and our call.
                if carrying.first or reached is None or not reached(seen(node, carrying.job)):
                    raise
        settle(carrying, host)

    return run


def shutdown(carrying: Carrying) -> None:
    """A wish to the guest: done when the domain is off. One that does not listen is asked again until the deadline."""
    host = host_of(carrying)
    asked = 0.0
    with nodes.pooled(host) as node:
        while True:
            now = seen(node, carrying.job)
            if _off_or_gone(now):
                break
            if carrying.cancel_requested():
                raise JobCancelled
            if carrying.late:
                raise JobFailed(
                    "guest_did_not_stop",
                    "The guest did not shut down in time. Look at its console, or force it off.",
                )
            if time.monotonic() - asked > _ASK_AGAIN_SECONDS:
                carrying.touching("asked the guest to shut down")
                asked = time.monotonic()
                try:
                    node.shutdown(carrying.job.object_id)
                except (errors.OperationInvalid, errors.NotFound):
                    if not _off_or_gone(seen(node, carrying.job)):
                        raise
            whole = (carrying.deadline - carrying.job.created_at).total_seconds()
            waited = (timezone.now() - carrying.job.created_at).total_seconds()
            carrying.progress(int(99 * waited / whole), "waiting for the guest")
            time.sleep(0.3)
    settle(carrying, host)


def settle(carrying: Carrying, host: Host) -> None:
    """Wait until nodewatch has written what the job did. Nobody there to write it: the job still tells the truth."""
    looking.look(host.pk, "domain", carrying.job.object_id)


def seen(node: Node, job: Job) -> DomainSeen | None:
    """The domain on this node, now; None when it has none."""
    try:
        return node.domain(job.object_id)
    except errors.NotFound:
        return None


def host_of(carrying: Carrying) -> Host:
    """Where the domain is now, which may not be where it was when the job was opened."""
    domain = Domain.objects.select_related("host").filter(pk=carrying.job.object_id, gone_at=None).first()
    if domain is None:
        raise JobFailed("not_found_on_node", f"{carrying.job.object_name} is no longer there.")
    return domain.host


def _recoverer(reached: Reached) -> Callable[[Job], Verdict]:
    def recover(job: Job) -> Verdict:
        """Done: done. Not done: these verbs are safe to say twice, so say it again."""
        domain = Domain.objects.select_related("host").filter(pk=job.object_id).first()
        if domain is None:
            return Failed("not_found_on_node", f"{job.object_name} is no longer there.")
        with nodes.pooled(domain.host) as node:
            if reached(seen(node, job)):
                looking.look(domain.host_id, "domain", job.object_id)
                return Succeeded()
        return Again()

    return recover


def _nobody_knows(job: Job) -> Verdict:
    return Failed(
        "interrupted",
        f"The worker died while it asked for the {job.kind.removeprefix('domain.')}; whether the guest got it, "
        "nobody can tell. Look at its console, and ask again if it did not.",
    )


def _is(states: "frozenset[DomainState] | set[DomainState]") -> Reached:
    return lambda seen: seen is not None and seen.state in states


def _saved(seen: DomainSeen | None) -> bool:
    return seen is not None and seen.state in _OFF and seen.has_managed_save


def _off_or_gone(seen: DomainSeen | None) -> bool:
    return seen is None or seen.state in _OFF
