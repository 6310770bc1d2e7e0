"""Connections to nodes that content goes over: apart from those that short calls wait for, and used again."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from hosts import nodes
from hosts.models import Host
from hypervisor.node import Node

_IDLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Idle:
    node: Node
    made_from: str
    since: float


_idle: dict[UUID, list[_Idle]] = {}
_lock = threading.Lock()


def take(host: Host) -> Node:
    """A connection that nobody else uses until it is given back. Raises what `open_node` raises."""
    made_from = f"{host.uri}\n{host.credentials}"
    node, gone = _known(host.pk, made_from)
    for one in gone:
        one.close()
    return node or nodes.connect(host)


def give_back(host: Host, node: Node, *, good: bool) -> None:
    """For the next one; where a stream broke (not `good`), nobody shall have it."""
    if not good or not node.alive():
        node.close()
        return
    with _lock:
        _idle.setdefault(host.pk, []).append(_Idle(node, f"{host.uri}\n{host.credentials}", time.monotonic()))
    later = threading.Timer(_IDLE_SECONDS + 1, close_idle)
    later.daemon = True
    later.start()


def close_idle(longer_than: float = _IDLE_SECONDS) -> None:
    """Close those that nobody wanted for so many seconds."""
    _, gone = _known(None, "", longer_than)
    for one in gone:
        one.close()


@contextmanager
def line(host: Host) -> Iterator[Node]:
    """A connection for this block."""
    node = take(host)
    good = False
    try:
        yield node
        good = True
    finally:
        give_back(host, node, good=good)


def _known(
    host_id: UUID | None, made_from: str, longest: float = _IDLE_SECONDS
) -> tuple[Node | None, list[Node]]:
    """One that still stands, and those of all hosts that nobody wanted for long or that broke."""
    now = time.monotonic()
    found: Node | None = None
    gone: list[Node] = []
    with _lock:
        for id, of_host in list(_idle.items()):
            kept = []
            for one in reversed(of_host):
                usable = now - one.since < longest and one.node.alive()
                if usable and found is None and id == host_id and one.made_from == made_from:
                    found = one.node
                elif usable and (id != host_id or one.made_from == made_from):
                    kept.append(one)
                else:
                    gone.append(one.node)
            if kept:
                _idle[id] = kept[::-1]
            else:
                del _idle[id]
    return found, gone
