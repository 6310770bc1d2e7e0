"""The kinds of jobs: what each does, how it is recovered, how long it may take. Apps register theirs at start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from jobs.carrying import Carrying
    from jobs.models import Job

Queue = Literal["lifecycle", "long"]


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The node shows the wish fulfilled."""

    result: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The node shows that it did not happen, or nobody can ever know."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class WasCancelled:
    """The node shows that it stopped because it was cancelled."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The node cannot say now: look again later."""

    detail: str


@dataclass(frozen=True, slots=True)
class Again:
    """Safe to carry out once more: back into the queue."""


@dataclass(frozen=True, slots=True)
class Resting:
    """A parent whose children go on, or that has just written its own end."""


Verdict = Succeeded | Failed | WasCancelled | Unknown | Again | Resting


@dataclass(frozen=True, slots=True)
class JobKind:
    """`run` carries it out and returns its result; `recover` asks the nodes what became of an interrupted attempt.

    `follows_children`: its run may end before it is done (`GoesOn`); `recover` is called again at each end of a child,
    at a cancel and when its lease is over (see jobs.batches, storage.uploads). Cancelled, it ends itself.
    `deadline_seconds` bounds how long a wish stays valid: neither a retry nor a wait goes on after it.
    `ended` is called in the transaction of its end, whichever end that is. `makes`: its object begins with the job, so
    that no grant can stand on it yet; whoever asked follows the job and may cancel it.
    """

    name: str
    run: "Callable[[Carrying], dict[str, Any] | None]"
    recover: "Callable[[Job], Verdict]"
    queue: Queue = "lifecycle"
    deadline_seconds: float = 120.0
    cancellable: bool = False
    follows_children: bool = False
    ended: "Callable[[Job], None] | None" = None
    makes: bool = False


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Make a kind known. Twice the same name is a mistake in the code."""
    if kind.name in _kinds:
        raise ValueError(f"job kind {kind.name} is registered twice")
    _kinds[kind.name] = kind


def kind_named(name: str) -> JobKind:
    """Raises KeyError for a name that no app registered."""
    return _kinds[name]


def last_word(name: str) -> "Callable[[Job], None] | None":
    """What the kind does at the end of a job of its; a kind that no app knows any more does nothing."""
    return _kinds[name].ended if name in _kinds else None


def makes(name: str) -> bool:
    return name in _kinds and _kinds[name].makes


def making() -> list[str]:
    """The kinds of jobs with which their objects begin."""
    return sorted(name for name in _kinds if _kinds[name].makes)


def known_kinds() -> frozenset[str]:
    return frozenset(_kinds)
