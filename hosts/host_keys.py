"""What people wish of a node's keys: see the one that a machine shows, take a changed one, have ours made anew."""

from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Invalid, NotPermitted
from hosts import introduction, nodes, scans, services
from hosts.errors import HostKeyNotChanged, NoOwnKey
from hosts.introduction import Given
from hosts.models import Host
from hypervisor.errors import InvalidURI
from hypervisor.uri import checked_host
from jobs.models import Job
from jobs.services import open_job

CHANGED = ("host_key_changed", "host_key_mismatch")


def probe(*, address: str, port: int = 22, by: Actor) -> Job:
    """Have a worker ask a machine for its SSH key. So many a minute a person, one at a time: this scans no network.

    Raises NotPermitted, Invalid, TooMany, Busy.
    """
    if not by.scope("host.enrol").everywhere or by.user is None:
        raise NotPermitted("This needs the permission host.enrol.")
    try:
        host = checked_host(address)
    except InvalidURI as wrong:
        raise Invalid(wrong.detail, errors={"address": [wrong.detail]}) from None
    with transaction.atomic():
        scans.count(by)
        name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        audit.record(by, "host.probe", "address", None, name)
        # The person is the object: so each has at most one of these under way.
        return open_job(
            "host.probe", ("address", by.user.pk, name), by=by, options={"address": host, "port": port}
        )


def confirm(host_id: UUID, fingerprint: str, *, by: Actor) -> Job:
    """Take the key that the machine shows since it changed. The job pins it if the machine shows just that one.

    Raises NotThere, NotPermitted, HostKeyNotChanged, Invalid, Busy.
    """
    with transaction.atomic():
        host = services.find(host_id, "host.edit", by)
        if host.error_code not in CHANGED or host.certified:
            raise HostKeyNotChanged(host)
        shown = (host.shown_host_key or {}).get("fingerprint", fingerprint)
        if shown != fingerprint:
            raise Invalid(
                "This is not the key that the machine shows.",
                errors={"fingerprint": ["is not the one that the machine shows"]},
            )
        before = (host.host_key or {}).get("fingerprint", "")
        credentials = nodes.credentials_of(host)
        Host.objects.filter(pk=host.pk).update(
            credentials=nodes.sealed(nodes.without_pin(credentials)),
            host_key={**(host.shown_host_key or {"type": ""}), "fingerprint": fingerprint, "confirmed": True},
        )
        changes: dict[str, Any] = {"host_key": {"before": before, "after": fingerprint}}
        audit.record(by, "host.confirm-host-key", "host", host.pk, host.name, changes=changes)
        return services.open_enrol(host, by)


def rotate(host_id: UUID, *, by: Actor) -> Job:
    """Have ovirtlite's key on the node replaced by a new one. Raises NotThere, NotPermitted, NoOwnKey, Busy."""
    with transaction.atomic():
        host = services.find(host_id, "host.edit", by)
        if not host.own_key:
            raise NoOwnKey(f"The key of {host.name} is none that ovirtlite made.")
        audit.record(by, "host.rotate-key", "host", host.pk, host.name)
        job = services.job_about("host.rotate-key", host, by)
        introduction.keep(host, job, Given())
        return job
