"""Carrying out what concerns a whole host: meeting its node for the first time, reading everything anew."""

from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from hosts import inventory, looking, nodes
from hosts.models import Host, HostState
from hypervisor import errors
from hypervisor.data import Credentials
from hypervisor.libvirt import open_node, ssh
from hypervisor.uri import NodeURI
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, JobKind, Verdict, register
from jobs.models import Job
from live.models import happened


def register_kinds() -> None:
    register(JobKind("host.enrol", enrol, _again, deadline_seconds=90))
    register(JobKind("host.refresh", refresh, _again, deadline_seconds=60))


def enrol(carrying: Carrying) -> dict[str, Any]:
    """Meet the node, pin its key, learn who it is, refuse it when we know it already; then nodewatch takes over."""
    host = _host(carrying)
    try:
        uri = NodeURI.parse(host.uri, nodes.policy())
        credentials = nodes.credentials_of(host)
        if uri.transport == "ssh" and not credentials.known_hosts:
            carrying.progress(10, "reading the machine's SSH key")
            credentials = _pin(host, uri, credentials)
        carrying.progress(30, "connecting")
        node = open_node(uri, credentials, workdir=nodes.workdir(host.pk), deadline=nodes.OPEN_SECONDS)
        try:
            carrying.progress(50, "asking what it is and can do")
            info = node.info()
            capabilities = node.capabilities()
        finally:
            node.close()
    except errors.HypervisorError as refused:
        inventory.lost(host.pk, HostState.ERROR, refused.code, str(refused))
        raise
    key = inventory.node_key(info) or f"uri:{uri}"
    try:
        with transaction.atomic():
            Host.objects.filter(pk=host.pk).update(
                node_key=key,
                enrolled=True,
                version=F("version") + 1,
                updated_at=Now(),
                **inventory.facts(info, capabilities),
            )
            inventory.told(host.pk)
    except IntegrityError:
        other = Host.objects.get(node_key=key)
        detail = (
            f"This is the node of host {other.name}, under another address. "
            "Remove one of the two, or correct the address."
        )
        inventory.lost(host.pk, HostState.ERROR, "duplicate_node", detail)
        raise JobFailed("duplicate_node", detail) from None
    carrying.progress(70, "reading its domains, pools and networks")
    looking.hosts_changed()
    _look(host, 60)
    host.refresh_from_db()
    happened(
        "host.enrolled",
        ("host", host.pk, host.name),
        within=host.within,
        host_name=host.name,
        job=carrying.job.pk,
    )
    return {"hostname": info.hostname, "driver": info.driver, "host_key": host.host_key}


def refresh(carrying: Carrying) -> None:
    """Have nodewatch read everything of the node anew."""
    host = _host(carrying)
    carrying.progress(30, "reading its domains, pools and networks")
    looking.hosts_changed()
    _look(host, 40)


def _pin(host: Host, uri: NodeURI, credentials: Credentials) -> Credentials:
    key = ssh.scan_host_key(uri.host, uri.port or 22, deadline=nodes.OPEN_SECONDS)
    pinned = replace(credentials, known_hosts=key.text)
    Host.objects.filter(pk=host.pk).update(
        credentials=nodes.sealed(pinned), host_key={"type": key.type, "fingerprint": key.fingerprint}
    )
    return pinned


def _look(host: Host, seconds: float) -> None:
    match looking.look(host.pk, "host", None, timeout=seconds):
        case "unreachable":
            host.refresh_from_db()
            raise JobFailed(
                host.error_code or "node_unreachable", host.error_detail or f"{host.name} does not answer."
            )
        case "silent":
            raise JobFailed(
                "no_monitor",
                "No nodewatch process took this host in time. Check that one runs, then refresh the host.",
            )


def _host(carrying: Carrying) -> Host:
    host = Host.objects.filter(pk=carrying.job.object_id).first()
    if host is None:
        raise JobFailed("not_found", "The host was removed.")
    return host


def _again(job: Job) -> Verdict:
    return Again()
