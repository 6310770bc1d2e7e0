"""Who is let in: a ticket is a promise made up to a minute ago, so everything is asked again when it is used."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from access.actor import Actor
from access.models import Token, User
from access.standing import still
from domains.console import tickets
from domains.console.tickets import ConsoleType, Ticket
from domains.models import Domain
from live.doorbell import client

logger = logging.getLogger("domains.console.opener")
_GONE = "signed out since, or the account or token is gone or has expired"
_LOST = "no longer permitted, or the domain is gone"


class NotAdmitted(Exception):
    """The ticket opens nothing. Why is for the log; whoever holds it is told only that it does not."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A console that may be opened now. `domain.host` is loaded."""

    ticket: Ticket
    domain: Domain
    user_name: str

    @property
    def type(self) -> ConsoleType:
        return self.ticket.type

    @property
    def about(self) -> str:
        """For the log, where a name from a node must not make a line of its own."""
        name = "".join(letter if letter.isprintable() else "?" for letter in self.domain.name)
        return f"{self.type} console of {name} ({self.domain.pk}) for {self.user_name}"


def admit(text: str) -> Admitted:
    """Take the ticket and check the person, their session, their permission and the domain's run.

    Raises NotAdmitted, redis.RedisError.
    """
    ticket = tickets.take(client(), text)
    if ticket is None:
        raise NotAdmitted("no such ticket, or used, or too old")
    domain = permitted_domain(ticket)
    if ticket.host_id != domain.host_id:
        raise NotAdmitted("the domain has moved since")
    if ticket.run != domain.run or ticket.libvirt_id != domain.libvirt_id:
        raise NotAdmitted("the domain was started anew since")
    return Admitted(ticket, domain, str(User.objects.get(pk=ticket.user_id)))


def permitted_domain(ticket: Ticket) -> Domain:
    """The ticket's domain, while its person may work in it. Raises NotAdmitted."""
    actor = still([_then(ticket)])[0]
    if actor is None:
        raise NotAdmitted(_GONE)
    domains = Domain.objects.permitted(actor, "domain.console").filter(gone_at=None).select_related("host")
    domain = domains.filter(pk=ticket.domain_id).first()
    if domain is None:
        raise NotAdmitted(_LOST)
    return domain


def refused(tickets: Sequence[Ticket]) -> list[str]:
    """Why each of the consoles that these tickets opened has to end now, in the same order; "" where it need not.

    A few queries, and one for each way in which people come to their consoles (see `Actor.scope`).
    """
    askers = {_asker(one): _then(one) for one in tickets}
    now = dict(zip(askers, still(list(askers.values())), strict=True))
    reached = {key: _reached(actor, tickets) for key, actor in now.items() if actor is not None}
    return [_why(one, reached.get(_asker(one))) for one in tickets]


def _why(ticket: Ticket, reached: set[UUID] | None) -> str:
    if reached is None:
        return _GONE
    return "" if ticket.domain_id in reached else _LOST


def _asker(ticket: Ticket) -> tuple[UUID, UUID | None, str]:
    return ticket.user_id, ticket.token_id, ticket.session_key


def _then(ticket: Ticket) -> Actor:
    """Who took the ticket, by what it names of them."""
    token = Token(pk=ticket.token_id) if ticket.token_id is not None else None
    return Actor(
        user=User(pk=ticket.user_id), token=token, address=ticket.address, session_key=ticket.session_key
    )


def _reached(actor: Actor, tickets: Sequence[Ticket]) -> set[UUID]:
    """The domains of this person's open consoles in which they may still work."""
    theirs = {one.domain_id for one in tickets if one.user_id == actor.id}
    domains = Domain.objects.permitted(actor, "domain.console").filter(gone_at=None, pk__in=theirs)
    return set(domains.values_list("pk", flat=True))
