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
from access.errors import Invalid, NotPermitted, NotThere
from domains.console import tickets
from domains.console.errors import HostDoesNotAnswer, NoSuchConsole, NotRunning, Unavailable
from domains.console.tickets import TYPES, ConsoleType, Ticket
from domains.models import Domain
from hypervisor.states import ALLOWED_FROM, DomainAction, DomainState
from live.doorbell import client


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

    `seen_as` is the host name under which the browser reached us; it matters where the gateway listens on every
    address. Raises NotThere, NotPermitted, Invalid, NotRunning, NoSuchConsole, HostDoesNotAnswer,
    Unavailable.
    """
    if console not in TYPES:
        raise Invalid(
            "There is no such type of console.", errors={"type": [f"Must be one of {', '.join(TYPES)}."]}
        )
    domain = reachable(domain_id, by=by)
    if console not in domain.consoles:
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
    known = Domain.objects.filter(gone_at=None).select_related("host")
    domain = known.permitted(by, "domain.console").filter(pk=domain_id).first()
    if domain is None:
        if known.permitted(by, "domain.read").filter(pk=domain_id).exists():
            raise NotPermitted("You may see this domain, but not open its consoles.")
        raise NotThere("There is no such domain.")
    if not domain.host.answers:
        raise HostDoesNotAnswer(f"{domain.host.name} does not answer at present.")
    if DomainState(domain.state) not in ALLOWED_FROM[DomainAction.CONSOLE]:
        raise NotRunning(f"{domain.name} is {domain.state}; start it first.", state=domain.state)
    return domain


def address_of(ticket: str, seen_as: str = "") -> str:
    """The WebSocket's address: the public one where a reverse proxy stands in front, else the gateway's own."""
    query = urlencode({"ticket": ticket})
    if settings.CONSOLE_URL:
        parts = urlsplit(settings.CONSOLE_URL)
        scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
        return urlunsplit((scheme, parts.netloc, parts.path or "/console/", query, ""))
    host, _, port = settings.CONSOLE_LISTEN.rpartition(":")
    if host.strip("[]") in {"", "0.0.0.0", "::"}:
        host = seen_as or "127.0.0.1"
    return urlunsplit(("ws", f"{host}:{port}", "/console/", query, ""))
