"""Carrying out how a host becomes one, gets a new key, and is forgotten."""

from contextlib import ExitStack
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from hosts import certifying, introducing, introduction, inventory, looking, nodes, services
from hosts.looking_at import look_at
from hosts.models import NOT_CERTIFIED, Host, HostState
from hypervisor import errors
from hypervisor.data import Capabilities, Credentials, NodeInfo
from hypervisor.libvirt import open_node, ssh
from hypervisor.uri import NodeURI
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from live.models import happened


def enrol(carrying: Carrying) -> dict[str, Any]:
    """Meet the node, pin its key, learn who it is, refuse it when we know it already; then nodewatch takes over."""
    host = host_of(carrying)
    result: dict[str, Any] = {}
    try:
        result |= _meet(carrying, host)
    except errors.HypervisorError as refused:
        inventory.lost(host.pk, HostState.ERROR, refused)
        raise
    except JobFailed as failed:
        inventory.stopped(host.pk, HostState.ERROR, failed.code, failed.detail)
        raise
    carrying.progress(70, "reading its domains, pools and networks")
    looking.hosts_changed()
    look_at(host, 60)
    host.refresh_from_db()
    happened(
        "host.enrolled",
        ("host", host.pk, host.name),
        within=host.within,
        host_name=host.name,
        job=carrying.job.pk,
    )
    return result | {"hostname": host.hostname, "driver": host.driver, "host_key": host.host_key}


def _meet(carrying: Carrying, host: Host) -> dict[str, Any]:
    given = introduction.given_for(carrying.job)
    uri = NodeURI.parse(host.by_shell if given else host.uri, nodes.policy())
    credentials = nodes.credentials_of(host)
    result: dict[str, Any] = {}
    if uri.transport == "ssh" and not credentials.known_hosts:
        carrying.progress(10, "reading the machine's SSH key")
        credentials, unseen = _pin(host, uri, credentials)
        if unseen:
            result["pinned_unseen"] = True
    reached: dict[str, Any] = {}
    with ExitStack() as undone:
        by = uri, credentials
        if given is not None:
            ours = undone.enter_context(introducing.introduced(carrying, host, uri, credentials, given))
            result |= ours.result
            credentials = ours.credentials
            by = uri, credentials
            reached = {"own_key": ours.own_key, "credentials": nodes.sealed(credentials)}
            if given.install == "tls":
                fresh = undone.enter_context(certifying.certified(carrying, host, uri, credentials))
                by = fresh.uri, fresh.credentials
                reached |= fresh.columns(uri)
        carrying.progress(50, "connecting, asking what it is and can do")
        info, capabilities = _ask(host, *by)
        ends = host.certificate_expires_at is not None and by[0].transport == "ssh"
        if ends:
            kept = nodes.without_certificate(credentials)
            reached |= NOT_CERTIFIED | {"uri": str(uri), "credentials": nodes.sealed(kept)}
        _record(host, uri, info, capabilities, reached)
    # What an earlier enrolment left on the node; `host` is as it was.
    if host.own_key and reached.get("own_key", host.own_key) != host.own_key:
        introducing.withdraw(host, uri, credentials, host.own_key)
    if ends:
        certifying.withdraw(host, uri, credentials)
    return result


def _ask(host: Host, uri: NodeURI, credentials: Credentials) -> tuple[NodeInfo, Capabilities]:
    node = open_node(uri, credentials, workdir=nodes.workdir(host.pk), deadline=nodes.OPEN_SECONDS)
    try:
        return node.info(), node.capabilities()
    finally:
        node.close()


def _record(
    host: Host, uri: NodeURI, info: NodeInfo, capabilities: Capabilities, reached: dict[str, Any]
) -> None:
    """Who it is, and by what it is reached: both or neither."""
    key = inventory.node_key(info) or f"uri:{uri}"
    try:
        with transaction.atomic():
            Host.objects.filter(pk=host.pk).update(
                node_key=key,
                enrolled=True,
                version=F("version") + 1,
                updated_at=Now(),
                **reached,
                **inventory.facts(info, capabilities),
            )
            inventory.told(host.pk)
    except IntegrityError:
        other = Host.objects.get(node_key=key)
        raise JobFailed(
            "duplicate_node",
            f"This is the node of host {other.name}, under another address. "
            "Remove one of the two, or correct the address.",
        ) from None


def rotate_key(carrying: Carrying) -> dict[str, Any]:
    """A new key of ours in the place of the old one; the node is reached by one of them at every moment."""
    host = host_of(carrying)
    given = introduction.given_for(carrying.job)
    if given is None or not host.own_key:
        raise JobFailed("no_own_key", f"The key of {host.name} is none that ovirtlite made.")
    uri, old = NodeURI.parse(host.by_shell, nodes.policy()), host.own_key
    credentials = nodes.credentials_of(host)
    with introducing.introduced(carrying, host, uri, credentials, given) as ours:
        carrying.progress(60, "connecting with the new key")
        _ask(host, uri, ours.credentials)
        with transaction.atomic():
            Host.objects.filter(pk=host.pk).update(
                credentials=nodes.sealed(ours.credentials), own_key=ours.own_key, version=F("version") + 1
            )
            inventory.told(host.pk)
    carrying.progress(80, "taking the old key out")
    left = introducing.withdraw(host, uri, ours.credentials, old) if old != ours.own_key else ""
    return {"old_key_removed": not left, "detail": left}


def forget(carrying: Carrying) -> dict[str, Any]:
    """Take our key and certificate out of the node if it answers, then forget the host either way."""
    host = Host.objects.filter(pk=carrying.job.object_id).first()
    if host is None:
        return {}  # an earlier attempt came so far
    carrying.progress(20, "taking what is ovirtlite's out of the machine")
    try:
        uri = NodeURI.parse(host.by_shell, nodes.policy())
    except errors.InvalidURI as no_more:
        left = no_more.detail
    else:
        credentials = nodes.credentials_of(host)
        # The certificate first: the key opens the way to it.
        lefts = [certifying.withdraw(host, uri, credentials)] if host.certified else []
        left = " ".join(filter(None, [*lefts, introducing.withdraw(host, uri, credentials, host.own_key)]))
    with transaction.atomic():
        services.gone(host)
    return {"key_removed": not left, "detail": left}


def _pin(host: Host, uri: NodeURI, credentials: Credentials) -> tuple[Credentials, bool]:
    """Pin what the machine shows; where a person confirmed a key, that one alone. True: nobody has compared it.

    Raises HostKeyMismatch.
    """
    key = ssh.scan_host_key(uri.host, uri.port or 22, deadline=nodes.OPEN_SECONDS)
    wanted = host.host_key or {}
    confirmed = bool(wanted.get("confirmed"))
    if wanted:
        found = key.with_fingerprint(wanted["fingerprint"])
        if found is None:
            refused = errors.HostKeyMismatch(
                f"The machine shows another SSH key than the one that was confirmed: {key.type} {key.fingerprint}.",
                node=uri.host,
            )
            refused.shown = (key.type, key.fingerprint)
            raise refused
        key = found
    pinned = nodes.with_pin(credentials, key.text)
    host.host_key = {"type": key.type, "fingerprint": key.fingerprint, "confirmed": confirmed}
    Host.objects.filter(pk=host.pk).update(
        credentials=nodes.sealed(pinned), host_key=host.host_key, shown_host_key=None
    )
    return pinned, not confirmed


def host_of(carrying: Carrying) -> Host:
    host = Host.objects.filter(pk=carrying.job.object_id).first()
    if host is None:
        raise JobFailed("not_found", "The host was removed.")
    return host
