"""Carrying out a live migration, following one that goes on by itself, and finding out what became of one."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from domains.migration import route
from domains.migration.storage import arrival
from domains.migration.verdict import Word, verdict, word
from domains.models import Definition
from hosts import looking, nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import DomainSeen, MigrationOptions, MigrationProgress
from hypervisor.node import Node
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed
from jobs.kinds import Again, Failed, Succeeded, Unknown, Verdict, WasCancelled
from jobs.models import Job

logger = logging.getLogger(__name__)
_POLL_SECONDS = 0.4
_PATIENCE = timedelta(minutes=2)


def migrate(carrying: Carrying) -> dict[str, Any]:
    """Move the domain, or follow the move that an earlier attempt began; end with what both nodes say."""
    job = carrying.job
    source, destination = _ends(job)
    began = time.monotonic()
    with ExitStack() as opened:
        here = opened.enter_context(nodes.pooled(source))
        there = opened.enter_context(nodes.pooled(destination))
        if not carrying.first and here.migration_progress(job.object_id) is not None:
            carrying.touched = True
            last = _follow(carrying, here)
        else:
            if not carrying.first and word(_seen(there, job.object_id)) in {Word.RUNS, Word.PAUSED}:
                return _end(job, source, destination, here, there, began, None)
            options = _options(job, source, destination)
            carrying.progress(1, "checking both hosts")
            here.check_migration(job.object_id, options)
            made: Sequence[str] = ()
            if options.copy_storage:
                carrying.progress(2, f"making the disks on {destination.name}")
                volumes = [
                    one for one in here.volumes_to_copy(job.object_id) if one.target not in options.kept
                ]
                made = there.make_volumes(volumes)
            try:
                carrying.touching(f"moving to {destination.name}")
                last = _move(carrying, here, options)
            except (errors.HypervisorError, JobFailed):
                _unmake(job, here, there, made)
                raise
        return _end(job, source, destination, here, there, began, last)


def recover_migrate(job: Job) -> Verdict:
    """Ask both ends and decide by the table; look at both before the job ends."""
    source, destination = _ends(job)
    found = verdict(
        _ask(source, job.object_id, is_source=True),
        _ask(destination, job.object_id),
        patient=timezone.now() < job.updated_at + _PATIENCE or job.state != "unknown",
        was_paused=bool(job.option("was_paused")),
    )
    if isinstance(found, Unknown | Again):
        return found
    _settle(source, destination, job.object_id)
    if isinstance(found, Failed) and found.code == "migration_stayed" and job.cancel_requested_at is not None:
        return WasCancelled()
    if isinstance(found, Succeeded):
        return Succeeded({"from": source.name, "to": destination.name})
    return found


def _move(carrying: Carrying, here: Node, options: MigrationOptions) -> MigrationProgress | None:
    """Run the blocking call beside us, and tell how far it is."""
    uuid = carrying.job.object_id
    failed: list[errors.HypervisorError] = []

    def call() -> None:
        try:
            here.migrate(uuid, options)
        except errors.HypervisorError as error:
            failed.append(error)

    moving = threading.Thread(target=call, name=f"migrate {uuid}", daemon=True)
    moving.start()
    last = _follow(carrying, here, moving.is_alive)
    moving.join()
    if failed:
        if isinstance(failed[0], errors.Cancelled) and not carrying.cancel_requested():
            raise JobFailed("migration_aborted", f"Somebody on the node aborted it: {failed[0].detail}")
        raise failed[0]
    return last


def _follow(
    carrying: Carrying, here: Node, under_way: Callable[[], bool] | None = None
) -> MigrationProgress | None:
    """Report progress and pass on a cancel until it ends. Without `under_way` the node alone says when."""
    uuid = carrying.job.object_id
    last: MigrationProgress | None = None
    aborted = False
    while under_way is None or under_way():
        try:
            now = here.migration_progress(uuid)
        except errors.NotFound:
            now = None  # it just left
        if now is None and under_way is None:
            return last
        if now is not None and now.total_bytes:
            last = now
            carrying.progress(
                max(5, int(99 * now.fraction)),
                "moving memory and disks" if carrying.option("copy_storage") else "moving memory",
                {
                    "total_bytes": now.total_bytes,
                    "processed_bytes": now.processed_bytes,
                    "remaining_bytes": now.remaining_bytes,
                    "rate_bytes": now.rate_bytes,
                },
            )
        if not aborted and carrying.cancel_requested():
            aborted = _abort(here, uuid)
        time.sleep(_POLL_SECONDS)
    return last


def _abort(here: Node, uuid: UUID) -> bool:
    """Pass on the cancel. Too early: tried again. Too late: it completes, and the job says so."""
    try:
        here.abort_migration(uuid)
    except (errors.OperationInvalid, errors.NotFound):
        return False
    return True


def _end(
    job: Job,
    source: Host,
    destination: Host,
    here: Node,
    there: Node,
    began: float,
    last: MigrationProgress | None,
) -> dict[str, Any]:
    """Believe what both nodes show, not that a call returned."""
    found = verdict(
        word(_seen(here, job.object_id)),
        word(_seen(there, job.object_id)),
        patient=False,
        was_paused=bool(job.option("was_paused")),
    )
    _settle(source, destination, job.object_id)
    if isinstance(found, Failed):
        if (
            found.code == "migration_stayed"
            and Job.objects.filter(pk=job.pk, cancel_requested_at=None).count() == 0
        ):
            raise JobCancelled
        raise JobFailed(found.code, found.detail)
    if not isinstance(found, Succeeded):
        raise errors.Timeout("neither node can say yet where the domain runs")
    result: dict[str, Any] = {
        "from": source.name,
        "to": destination.name,
        "seconds": round(time.monotonic() - began, 2),
    }
    if last is not None:
        result["transferred_bytes"] = last.processed_bytes
    return result


def _unmake(job: Job, here: Node, there: Node, made: Sequence[str]) -> None:
    """Remove the disks that were made for nothing: only once both nodes say that the domain stayed."""
    try:
        stayed = word(_seen(here, job.object_id)) in {Word.RUNS, Word.PAUSED}
        if made and stayed and word(_seen(there, job.object_id)) is Word.ABSENT:
            there.remove_volumes(made)
    except errors.HypervisorError as error:
        logger.warning("disks made for %s are left on the destination: %s: %s", job.object_name, made, error)


def _options(job: Job, source: Host, destination: Host) -> MigrationOptions:
    copy_storage = bool(job.option("copy_storage"))
    definition = Definition.objects.filter(pk=job.object_id).first()
    disks = arrival(definition, source, destination, copy_storage=copy_storage)
    return MigrationOptions(
        destination_uri=str(route.control(destination)),
        migrate_uri=route.data(destination),
        copy_storage=copy_storage,
        bandwidth_bytes=job.option("bandwidth_bytes"),
        live=not job.option("was_paused"),
        kept=tuple(disks.kept),
        vouched=disks.vouched,
    )


def _ends(job: Job) -> tuple[Host, Host]:
    source = Host.objects.filter(pk=job.option("source")).first()
    destination = Host.objects.filter(pk=job.option("host")).first()
    if source is None or destination is None:
        raise JobFailed("not_found", "One of the two hosts was removed.")
    return source, destination


def _ask(host: Host, uuid: UUID, *, is_source: bool = False) -> Word:
    try:
        with nodes.pooled(host) as node:
            moving = is_source and node.migration_progress(uuid) is not None
            return word(_seen(node, uuid), moving=moving)
    except errors.NotFound:
        return Word.ABSENT
    except (errors.NodeUnreachable, errors.Timeout):
        return Word.SILENT


def _seen(node: Node, uuid: UUID) -> DomainSeen | None:
    try:
        return node.domain(uuid)
    except errors.NotFound:
        return None


def _settle(source: Host, destination: Host, uuid: UUID) -> None:
    """Both ends are looked at, the destination first: then the row never lies about where it runs."""
    looking.look(destination.pk, "domain", uuid)
    looking.look(source.pk, "domain", uuid)
