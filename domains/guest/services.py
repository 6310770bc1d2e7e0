"""What people wish of the inside of a running domain. Passwords and text are sealed: no job and no log shows them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit, secrets
from access.actor import Actor
from access.errors import Conflict, Invalid
from domains import services
from domains.guest.known import known
from domains.models import Definition, Domain
from hypervisor import keys
from hypervisor.states import DomainAction
from hypervisor.xml.snapshot import snapshotable
from jobs.models import Job
from jobs.services import open_job

MOST_CHARACTERS = 1000


class AgentSilent(Conflict):
    """What is wished for needs the guest agent."""

    code = "agent_not_connected"


def request(verb: str, uuid: UUID, *, by: Actor, sealed: str = "", **options: Any) -> Job:
    """Record what the agent shall do: `password`, `freeze`, `thaw`, `set-time`. `sealed` is kept from everybody.

    Raises NotThere, NotPermitted, Busy, HostSilent, StateForbids, AgentSilent.
    """
    with transaction.atomic():
        domain = services.find(uuid, DomainAction.GUEST, by, lock=True)
        services.check(domain, DomainAction.GUEST, by)
        _check_agent(domain)
        return _open(f"domain.guest-{verb}", domain, by, options, sealed)


def send_keys(uuid: UUID, names: Sequence[str], *, by: Actor) -> Job:
    """Which keys to press together. Raises Invalid, NotThere, NotPermitted, Busy, HostSilent, StateForbids."""
    unknown = [name for name in names if keys.code(name) is None]
    if unknown:
        raise Invalid(
            "There is no such key.", errors={"keys": [f"There is no key {name}." for name in unknown]}
        )
    with transaction.atomic():
        domain = _at_console(uuid, by)
        return _open("domain.send-keys", domain, by, {"keys": list(names)})


def type_text(uuid: UUID, text: str, *, by: Actor) -> Job:
    """Record what is typed, on a US keyboard. Raises as `send_keys` does."""
    missing = keys.untypable(text)
    if missing:
        shown = ", ".join(
            character if character.isprintable() else f"U+{ord(character):04X}" for character in missing[:20]
        )
        raise Invalid(
            "Not all of it can be typed.",
            errors={"text": [f"A US keyboard has no keys for: {shown}"]},
        )
    with transaction.atomic():
        domain = _at_console(uuid, by)
        return _open("domain.type", domain, by, {"characters": len(text)}, secrets.seal(text))


def plan(action: DomainAction, uuid: UUID, *, by: Actor, agent: bool) -> dict[str, Any]:
    """What the wish would meet now. Raises NotThere, NotPermitted."""
    shown = services.plan(action, uuid, by=by)
    if agent:
        domain = services.find(uuid, action, by)
        try:
            _check_agent(domain)
        except AgentSilent as silent:
            shown["allowed"] = False
            shown["checks"] = [*shown["checks"], {"code": silent.code, "ok": False, "detail": silent.detail}]
    return shown


def _at_console(uuid: UUID, by: Actor) -> Domain:
    domain = services.find(uuid, DomainAction.CONSOLE, by, lock=True)
    services.check(domain, DomainAction.CONSOLE, by)
    return domain


def _check_agent(domain: Domain) -> None:
    """By what was last read: the node itself may know better, and says so then."""
    told = known(domain.pk)
    if told is not None and told["agent"] in {"connected", "unresponsive"}:
        return
    definition = Definition.objects.filter(pk=domain.pk).first()
    agent = snapshotable(definition.live).agent if definition is not None and definition.live else ""
    if agent == "connected":
        return
    raise AgentSilent(
        f"The guest agent of {domain.name} is not connected. Start qemu-guest-agent in the guest."
        if agent
        else f"{domain.name} has no channel for a guest agent. Add one, and install qemu-guest-agent in the guest."
    )


def _open(kind: str, domain: Domain, by: Actor, options: dict[str, Any], sealed: str = "") -> Job:
    audit.record(by, kind, "domain", domain.pk, domain.name, **options)
    return open_job(
        kind,
        ("domain", domain.pk, domain.name),
        by=by,
        host=(domain.host_id, domain.host.name),
        cluster_id=domain.host.cluster_id,
        options=options | ({"sealed": sealed} if sealed else {}),
    )
