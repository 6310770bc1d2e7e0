"""A picture of a domain's screen. The one read that must ask the node: nobody else has it."""

import threading
from uuid import UUID

from access.actor import Actor
from access.errors import TooMany
from domains import services
from domains.errors import HostSilent, StateForbids
from hosts import nodes
from hypervisor.states import ALLOWED_FROM, DomainAction, DomainState

_AT_ONCE = threading.BoundedSemaphore(4)


def take(uuid: UUID, *, by: Actor) -> bytes:
    """PNG bytes. Raises NotThere, NotPermitted, HostSilent, StateForbids, TooMany, NotSupported, NodeUnreachable.

    Few at once, and only of hosts that answer: a silent node must not hold the threads that serve pages.
    """
    domain = services.find(uuid, DomainAction.CONSOLE, by)
    if not domain.host.answers:
        raise HostSilent(domain)
    if DomainState(domain.state) not in ALLOWED_FROM[DomainAction.CONSOLE]:
        raise StateForbids(domain, DomainAction.CONSOLE)
    if not _AT_ONCE.acquire(blocking=False):
        raise TooMany("Too many screenshots at once.", retry_after_seconds=1)
    try:
        with nodes.pooled(domain.host) as node:
            return node.screenshot(uuid).content
    finally:
        _AT_ONCE.release()
