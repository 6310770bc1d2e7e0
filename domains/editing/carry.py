"""Carrying out changes of a domain: its definition first, then what runs; put back where the node refuses half-way."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from domains import disguised
from domains.editing import volumes
from domains.editing.edits import Edit, apply
from domains.editing.live import Outcome, Running
from domains.quotas.holding import release
from domains.tasks import host_of, settle
from hosts import nodes
from hypervisor import errors
from hypervisor.node import Node
from hypervisor.states import ACTIVE
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, JobKind, Verdict, register
from jobs.models import Job

_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)


class _StillDefined(JobFailed):
    """The definition names what was asked for, so what it stands on must stay."""


def register_kinds() -> None:
    register(JobKind("domain.edit", edit, recover, deadline_seconds=300, ended=release))


def edit(carrying: Carrying) -> dict[str, Any]:
    """Change the definition and what runs. The result says of each change whether it holds now."""
    host = host_of(carrying)
    with nodes.pooled(host) as node:
        made = volumes.make(carrying, node)
        try:
            outcomes = _edit(carrying, node)
        except _NOBODY_KNOWS:
            raise
        except (errors.HypervisorError, JobFailed) as failure:
            left = "" if isinstance(failure, _StillDefined) else volumes.unmake(node, made)
            settle(carrying, host)
            raise JobFailed(failure.code, f"{_words(failure)}{left}") from None
    settle(carrying, host)
    volumes.show(carrying, host)
    return {
        "changes": [asdict(outcome) for outcome in outcomes],
        "needs_restart": not all(outcome.live for outcome in outcomes),
    }


def recover(job: Job) -> Verdict:
    return Again()  # each attempt begins with what it finds


def _edit(carrying: Carrying, node: Node) -> list[Outcome]:
    """What can be put back comes first."""
    uuid = carrying.job.object_id
    seen = node.domain(uuid)
    active = seen.state in ACTIVE
    outcomes = _apply(carrying, node, active=active, persistent=seen.persistent)
    try:
        if (autostart := carrying.option("autostart")) is not None:
            carrying.touching("setting its autostart")
            node.set_autostart(uuid, autostart)
            outcomes.append(Outcome("settings", ("autostart",), live=True))
        if (grown := volumes.enlarge(carrying, node, active=active)) is not None:
            outcomes.append(grown)
    except _NOBODY_KNOWS:
        raise
    except (errors.HypervisorError, JobFailed) as failure:
        made = " What else was asked for is done." if outcomes else ""
        raise JobFailed(failure.code, f"{_words(failure)}{made}") from None
    return outcomes


def _apply(carrying: Carrying, node: Node, *, active: bool, persistent: bool) -> list[Outcome]:
    uuid = carrying.job.object_id
    edits = [Edit.from_option(option) for option in carrying.option("edits", [])]
    if not edits:
        return []
    before: str | None = None
    _refuse_disguised(carrying, node, edits)
    if persistent:
        carrying.touching("changing its definition")
        before = node.redefine(uuid, lambda xml: apply(xml, edits, again=not carrying.first))
    if not active:
        return [Outcome(edit.key or "settings", tuple(edit.values), live=True) for edit in edits]
    try:
        return _apply_live(carrying, node, before, edits)
    except _NOBODY_KNOWS:
        raise
    except (errors.HypervisorError, JobFailed) as failure:
        raise _put_back(carrying, node, before, failure) from None


def _refuse_disguised(carrying: Carrying, node: Node, edits: Sequence[Edit]) -> None:
    """Raises JobFailed. On what is defined now, for that is what is changed."""
    if carrying.option("may_host_paths"):
        return
    said = node.domain_xml(carrying.job.object_id)
    present = said.inactive or said.live or ""
    after = apply(present, edits, again=not carrying.first)
    made = carrying.option("new_volume") or {}
    disguised.refuse_newly_read(node, host_of(carrying), present, after, made=made.get("path", ""))


def _apply_live(carrying: Carrying, node: Node, before: str | None, edits: Sequence[Edit]) -> list[Outcome]:
    """What runs. Of a transient domain nothing else is there, so nothing of it can wait for a boot."""
    uuid = carrying.job.object_id
    running = Running(node, uuid, before, lambda step: carrying.progress(50, step))
    after = None if before is None else node.domain_xml(uuid).inactive
    outcomes: list[Outcome] = []
    for edit in edits:
        carrying.touching(f"changing what runs: {edit.key or 'settings'}")
        outcomes += running.apply(edit, after)
    if before is None and (kept := next((outcome for outcome in outcomes if not outcome.live), None)):
        raise JobFailed(
            "not_supported", f"It is transient, so there is no next boot to keep this for: {kept.detail}"
        )
    return outcomes


def _put_back(
    carrying: Carrying, node: Node, before: str | None, failure: errors.HypervisorError | JobFailed
) -> JobFailed:
    """The definition as it was. After an earlier attempt nobody knows how it was any more."""
    words = _words(failure)
    if before is None:
        return JobFailed(failure.code, words)
    if not carrying.first:
        return _StillDefined(failure.code, f"{words} Its definition has the change already.")
    try:
        node.define(before)
    except errors.HypervisorError as error:
        return _StillDefined(
            failure.code, f"{words} Its definition keeps the change, for it was not put back: {error.detail}"
        )
    return JobFailed(failure.code, f"{words} Nothing was changed.")


def _words(failure: errors.HypervisorError | JobFailed) -> str:
    return failure.detail if isinstance(failure, JobFailed) else str(failure)
