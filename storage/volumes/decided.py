"""From a decision to its job, or to a plan that says what it would meet."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Conflict
from jobs.models import Job
from storage import owners
from storage.models import Pool, Volume
from storage.services.wishes import open_about


@dataclass(frozen=True, slots=True)
class Decided:
    """A wish that can be granted. `holds`: what its job holds; `told`: what stands in the audit log, without secrets.

    `changes` are (what, before, after); `notes` what the person should know before; `takes` what it makes or makes
    larger, where that counts for somebody.
    """

    kind: str
    subject: Pool | Volume
    holds: tuple[str, UUID, str]
    options: dict[str, Any]
    told: dict[str, Any] = field(default_factory=dict)
    changes: tuple[tuple[str, str | None, str | None], ...] = ()
    notes: tuple[str, ...] = ()
    takes: owners.Takes | None = None


Decide = Callable[[], Decided]


def wish(decide: Decide, by: Actor) -> Job:
    """Decide and record the wish, in one transaction. Raises what `decide` and limits raise, Busy."""
    with transaction.atomic():
        decided = decide()
        before = {what: was for what, was, _ in decided.changes}
        changes = audit.changed(before, {what: now for what, _, now in decided.changes})
        job = open_about(
            decided.kind,
            decided.subject,
            by=by,
            options=decided.options,
            told={**decided.told, "changes": changes},
            holds=decided.holds,
        )
        if decided.takes is not None:
            owners.hold(job, decided.takes)
        return job


def plan(decide: Decide) -> dict[str, Any]:
    """What the wish would meet, doing nothing. Raises what says that the wish itself makes no sense."""
    try:
        with transaction.atomic():
            decided = decide()
            if decided.takes is not None:
                owners.check(decided.takes)
    except Conflict as refused:
        return {
            "allowed": False,
            "checks": [{"code": refused.code, "ok": False, "detail": refused.detail}],
            "changes": [],
        }
    return {
        "allowed": True,
        "checks": [{"code": "note", "ok": True, "detail": note} for note in decided.notes],
        "changes": [
            {"path": path, "before": before, "after": after, "live": True}
            for path, before, after in decided.changes
        ],
    }
