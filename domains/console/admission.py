"""Who is let in: a ticket is a promise made up to a minute ago, so everything is asked again when it is used."""

import logging
from dataclasses import dataclass

from access.actor import Actor
from access.models import Token, User
from access.sessions import stands
from domains.console import tickets
from domains.console.tickets import ConsoleType, Ticket
from domains.models import Domain
from live.doorbell import client

logger = logging.getLogger("domains.console.opener")


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
    actor = _actor(ticket)
    domains = Domain.objects.permitted(actor, "domain.console").filter(gone_at=None).select_related("host")
    domain = domains.filter(pk=ticket.domain_id).first()
    if domain is None:
        raise NotAdmitted("no longer permitted, or the domain is gone")
    return domain


def _actor(ticket: Ticket) -> Actor:
    user = User.objects.filter(pk=ticket.user_id, is_active=True).first()
    if user is None:
        raise NotAdmitted("the account is gone or closed")
    token = None
    if ticket.token_id is not None:
        token = Token.objects.filter(pk=ticket.token_id, user=user).first()
        if token is None:
            raise NotAdmitted("the token is gone")
    elif not stands(ticket.session_key, user):
        raise NotAdmitted("signed out since")
    return Actor(user=user, token=token, address=ticket.address, session_key=ticket.session_key)
