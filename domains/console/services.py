"""Asking for a console: permission, a domain that is on, a ticket, an audit row. No connection is made here."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

import redis
from django.conf import settings
from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted
from domains.console import tickets
from domains.console.errors import NoSuchConsole, Unavailable
from domains.console.tickets import TYPES, ConsoleType, Ticket
from domains.errors import HostSilent, StateForbids
from domains.models import Definition, Domain
from domains.services import find
from hypervisor.states import ALLOWED_FROM, DomainAction, DomainState
from live.doorbell import client

_WILDCARDS = frozenset({"", "0.0.0.0", "::"})


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the browser finds the console: a WebSocket address, good once, until `expires_at`."""

    type: ConsoleType
    url: str
    expires_at: datetime
    view_only: bool


def open_console(
    domain_id: UUID, console: ConsoleType, *, by: Actor, view_only: bool = False, seen_as: str = ""
) -> Opened:
    """Give `by` a ticket for the domain's console.

    `seen_as` is the host name under which the browser reached us. Raises NotThere, NotPermitted, Invalid, HostSilent,
    StateForbids, NoSuchConsole, Conflict (not read yet), Unavailable.
    """
    if console not in TYPES:
        raise Invalid(
            "There is no such type of console.", errors={"type": [f"Must be one of {', '.join(TYPES)}."]}
        )
    domain = reachable(domain_id, by=by)
    if console not in domain.consoles:
        if not Definition.objects.filter(pk=domain.pk).exists():
            raise Conflict(
                f"{domain.name} was found just now, and what it consists of is still being read. Try again.",
                code="not_read_yet",
            )
        raise NoSuchConsole(f"{domain.name} has no {'VNC screen' if console == 'vnc' else 'serial line'}.")
    if by.user is None:
        raise NotPermitted("A console is given to a person.")
    ticket = Ticket(
        domain_id=domain.pk,
        host_id=domain.host_id,
        type=console,
        user_id=by.user.pk,
        session_key=by.session_key,
        token_id=by.token.pk if by.token is not None else None,
        address=by.address,
        view_only=view_only,
        run=domain.run,
        libvirt_id=domain.libvirt_id,
    )
    with transaction.atomic():
        audit.record(
            by, "domain.console", "domain", domain.pk, domain.name, type=console, view_only=view_only
        )
        try:
            issued = tickets.issue(client(), ticket)
        except redis.RedisError as error:
            raise Unavailable("Consoles cannot be opened while Redis does not answer.") from error
    return Opened(console, address_of(issued.text, seen_as), issued.expires_at, view_only)


def reachable(domain_id: UUID, *, by: Actor) -> Domain:
    """The domain, if `by` may open its consoles and it is in a state to show one. Raises as `open_console`."""
    domain = find(domain_id, DomainAction.CONSOLE, by)
    if not domain.host.answers:
        raise HostSilent(domain)
    if DomainState(domain.state) not in ALLOWED_FROM[DomainAction.CONSOLE]:
        raise StateForbids(domain, DomainAction.CONSOLE)
    return domain


def address_of(ticket: str, seen_as: str = "") -> str:
    """The WebSocket's address: the public one where a reverse proxy stands in front, else the gateway's own.

    The latter under the name by which the page itself was reached: its content security policy names that one.
    """
    query = urlencode({"ticket": ticket})
    if settings.CONSOLE_URL:
        parts = urlsplit(settings.CONSOLE_URL)
        scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
        return urlunsplit((scheme, parts.netloc, parts.path or "/console/", query, ""))
    host, _, port = settings.CONSOLE_LISTEN.rpartition(":")
    if host.strip("[]") in _WILDCARDS:
        host = "127.0.0.1"
    return urlunsplit(("ws", f"{seen_as or host}:{port}", "/console/", query, ""))
