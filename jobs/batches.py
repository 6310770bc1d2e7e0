"""One wish about many objects: a parent job that opens a child a part, a few at a time a host, and sums their ends.

A parent holds no worker while its children go on. Each pass opens what there is room for and ends; a child's end, a
cancel and, should either get lost, the sweeper bring the next pass. What was opened is in the database as children, so
a pass that dies half-way leaves nothing to do twice.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.errors import Refused
from jobs import claims, services
from jobs.carrying import Carrying
from jobs.errors import GoesOn
from jobs.kinds import JobKind, Resting, Verdict, kind_named, register
from jobs.models import BATCH, OPEN, Job, JobState

AT_ONCE = 4
_DEADLINE_SECONDS = 24 * 3600.0
_NAMED = 3  # so many failures stand in the parent's own sentence


@dataclass(frozen=True, slots=True)
class Part:
    """One child to be. `object` = (kind, id, name) must be another in each part; `host` counts for the limit."""

    object: tuple[str, UUID, str]
    host: tuple[UUID, str] | None = None
    cluster_id: UUID | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def pack(self) -> dict[str, Any]:
        kind, id, name = self.object
        return {
            "object": [kind, str(id), name],
            "host": [str(self.host[0]), self.host[1]] if self.host else None,
            "cluster": str(self.cluster_id) if self.cluster_id else None,
            "options": dict(self.options),
        }

    @classmethod
    def unpack(cls, packed: Mapping[str, Any]) -> "Part":
        kind, id, name = packed["object"]
        host, cluster = packed["host"], packed["cluster"]
        return cls(
            (kind, UUID(id), name),
            (UUID(host[0]), host[1]) if host else None,
            UUID(cluster) if cluster else None,
            packed["options"],
        )


# Opens a part's child, in a transaction of the pass: `open(parent, part, by)`. What it refuses counts as that part's
# failure and keeps no other back.
Opener = Callable[[Job, Part, Actor], Job]


def open_part(parent: Job, part: Part, by: Actor) -> Job:
    """The plain way: a job of the kind that the parent names."""
    return services.open_job(
        parent.option("child"),
        part.object,
        by=by,
        host=part.host,
        cluster_id=part.cluster_id,
        options=dict(part.options),
        parent=parent,
    )


def register_batch(
    name: str,
    opener: Opener = open_part,
    *,
    deadline_seconds: float = _DEADLINE_SECONDS,
    makes: bool = False,
) -> None:
    """Make a kind of parents known; its app calls this as it does `jobs.kinds.register`."""

    def run(carrying: Carrying) -> None:
        carrying.touched = True
        advance(carrying.job, opener)
        raise GoesOn

    def recover(job: Job) -> Verdict:
        advance(job, opener)
        return Resting()

    register(
        JobKind(
            name,
            run,
            recover,
            deadline_seconds=deadline_seconds,
            cancellable=True,
            follows_children=True,
            makes=makes,
        )
    )


def open_batch(
    kind: str,
    child: str,
    parts: Sequence[Part],
    *,
    name: str,
    by: Actor,
    at_once: int = AT_ONCE,
    options: Mapping[str, Any] | None = None,
    about: Mapping[str, Any] | None = None,
) -> Job:
    """Record the wish: one job, whose `result` counts from the start. Inside the transaction of the wish.

    `child` is the kind of the children, `name` what people read ("12 domains"), `at_once` the limit a host; `about`
    stands in the result beside the counts.
    """
    hosts = {part.host for part in parts}
    clusters = {part.cluster_id for part in parts}
    return services.open_job(
        kind,
        (BATCH, uuid4(), name),
        by=by,
        host=hosts.pop() if len(hosts) == 1 else None,
        cluster_id=clusters.pop() if len(clusters) == 1 else None,
        options={
            **(options or {}),
            "child": child,
            "at_once": at_once,
            "parts": [part.pack() for part in parts],
            "refused": {},
            "about": dict(about or {}),
        },
        result={**(about or {}), **_counts(len(parts), Counter())},
    )


def advance(job: Job, opener: Opener) -> None:
    """One pass: open what there is room for, pass on a cancel, count; end the parent once all its children ended.

    Passes of one parent wait for each other at its row, so each sees what the one before did.
    """
    with transaction.atomic():
        if not claims.keep(job):
            return  # it has ended, or was never claimed
        job.refresh_from_db()
        parts = [Part.unpack(packed) for packed in job.option("parts")]
        ends = _Ends(job)
        stopping = job.cancel_requested_at is not None or timezone.now() >= job.deadline_at
        if stopping:
            ends.stop()
        else:
            _open(job, parts, ends, opener)
        states = Counter(ends.state_of(part, stopping) for part in parts)
        ended = sum(states[state] for state in _ENDED)
        counts = {**job.option("about", {}), **_counts(len(parts), states)}
        if ended < len(parts):
            claims.count(job, 100 * ended // max(1, len(parts)), f"{ended} of {len(parts)} done", counts)
            return
        _end(job, {**counts, "children": [ends.shown(part, stopping) for part in parts]}, states)


_ENDED = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class _Ends:
    """What became of the parts so far."""

    def __init__(self, job: Job) -> None:
        self.refused: dict[str, dict[str, str]] = dict(job.option("refused"))
        rows = Job.objects.filter(parent=job).defer("options", "result")
        self.children = {child.object_id: child for child in rows}

    def begun(self, part: Part) -> bool:
        return part.object[1] in self.children or str(part.object[1]) in self.refused

    def stop(self) -> None:
        """Nothing more is opened; what waits is cancelled; what runs is asked to stop where it can."""
        for child in self.children.values():
            if not child.open:
                continue
            if not claims.cancel_queued(child) and _can_be_asked(child):
                claims.ask_cancel(child)
            child.refresh_from_db()

    def state_of(self, part: Part, stopping: bool) -> str:
        child = self.children.get(part.object[1])
        if child is not None:
            return child.state
        if str(part.object[1]) in self.refused:
            return JobState.FAILED
        return JobState.CANCELLED if stopping else JobState.QUEUED

    def shown(self, part: Part, stopping: bool) -> dict[str, Any]:
        kind, id, name = part.object
        child = self.children.get(id)
        error = self.refused.get(str(id))
        if child is not None and child.error_code:
            error = {"code": child.error_code, "detail": child.error_detail}
        return {
            "object": {"kind": kind, "id": str(id), "name": name},
            "job": str(child.pk) if child is not None else None,
            "state": str(self.state_of(part, stopping)),
            "error": error,
        }


def _can_be_asked(child: Job) -> bool:
    return kind_named(child.kind).cancellable and child.cancel_requested_at is None


def _open(job: Job, parts: Sequence[Part], ends: _Ends, opener: Opener) -> None:
    """Open children up to the limit of each host, in the order of the parts."""
    by = Actor(user=job.requested_by) if job.requested_by is not None else Actor.SYSTEM
    room: Counter[UUID | None] = Counter()
    for child in ends.children.values():
        room[child.host_id] += child.state in OPEN
    known = len(ends.refused)
    for part in parts:
        host = part.host[0] if part.host else None
        if ends.begun(part) or room[host] >= job.option("at_once"):
            continue
        try:
            with transaction.atomic():
                child = opener(job, part, by)
        except Refused as refused:
            ends.refused[str(part.object[1])] = {"code": refused.code, "detail": refused.detail}
        else:
            ends.children[part.object[1]] = child
            room[host] += 1
    if len(ends.refused) > known:
        job.options["refused"] = ends.refused
        Job.objects.filter(pk=job.pk).update(options=job.options)


def _end(job: Job, result: dict[str, Any], states: "Counter[str]") -> None:
    # What the children were told is theirs: the parent keeps none of it, sealed or not.
    parts = [{**packed, "options": {}} for packed in job.option("parts")]
    Job.objects.filter(pk=job.pk).update(options={**job.options, "parts": parts})
    if states[JobState.SUCCEEDED] == sum(states.values()):
        claims.finish(job, JobState.SUCCEEDED, result=result)
    elif job.cancel_requested_at is not None:
        claims.finish(job, JobState.CANCELLED, result=result)
    elif timezone.now() >= job.deadline_at:
        claims.finish(
            job,
            JobState.FAILED,
            code="deadline",
            detail="Its time passed before all was done.",
            result=result,
        )
    else:
        claims.finish(job, JobState.FAILED, code="partly_failed", detail=_sentence(result), result=result)


def _sentence(result: Mapping[str, Any]) -> str:
    """How many did not succeed, with the first few by name."""
    bad = [child for child in result["children"] if child["state"] != JobState.SUCCEEDED]
    named = [
        f"{child['object']['name']}: {child['error']['detail'] if child['error'] else child['state']}"
        for child in bad[:_NAMED]
    ]
    more = f" And {len(bad) - _NAMED} more." if len(bad) > _NAMED else ""
    return f"{len(bad)} of {result['total']} did not succeed. {' '.join(named)}{more}"


def _counts(total: int, states: "Counter[str]") -> dict[str, Any]:
    return {
        "total": total,
        "succeeded": states[JobState.SUCCEEDED],
        "failed": states[JobState.FAILED],
        "cancelled": states[JobState.CANCELLED],
    }
