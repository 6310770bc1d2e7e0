"""Having a node show a certificate of our authority, and take ours: within a job, over ssh, seen to serve before it
is kept."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from hosts import authority, inventory, nodes
from hosts.introducing import shell_of
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import Credentials
from hypervisor.libvirt import open_node, own_certificate
from hypervisor.libvirt.own_certificate import Shown
from hypervisor.libvirt.ssh_shell import Shell
from hypervisor.uri import NodeURI
from jobs.carrying import Carrying
from jobs.errors import JobFailed

logger = logging.getLogger(__name__)
_SERVES_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Certified:
    """How the node is reached from now on, and until when."""

    uri: NodeURI
    credentials: Credentials
    expires_at: datetime

    def columns(self, over_ssh: NodeURI) -> dict[str, Any]:
        """Of the host. `over_ssh`: how the certificate is renewed, and consoles are reached."""
        return {
            "uri": str(self.uri),
            "ssh_uri": str(over_ssh),
            "credentials": nodes.sealed(self.credentials),
            "certificate_expires_at": self.expires_at,
            "certificate_renews_at": authority.renews_at(self.expires_at),
        }


@contextmanager
def certified(
    carrying: Carrying, host: Host, over_ssh: NodeURI, credentials: Credentials
) -> Iterator[Certified]:
    """Put a new certificate there and come back by it. What goes wrong then, here or in the block, puts back what was.

    `credentials` open the node over ssh. Raises JobFailed, HypervisorError.
    """
    shell = shell_of(host, over_ssh, credentials)
    signs, life = authority.current(), authority.life()
    theirs = signs.for_node(over_ssh.host, life=life)
    ours = signs.for_us(authority.name_for(host.pk), life=life)
    carrying.progress(42, "having libvirt listen with a certificate of ovirtlite's")
    own_certificate.put(shell, Shown(signs.certificate, theirs, ours.subject))
    fresh = Certified(
        NodeURI(over_ssh.driver, "tls", host=over_ssh.host, path=over_ssh.path),
        replace(
            credentials,
            tls_ca_certificate=signs.certificate,
            tls_certificate=ours.certificate,
            tls_private_key=ours.key,
        ),
        min(theirs.expires_at, ours.expires_at),
    )
    try:
        carrying.progress(46, "coming back with the other half of it")
        _come_back(host, fresh)
        yield fresh
    except Exception as failure:
        left = _put_back(shell)
        if not left or not isinstance(failure, errors.HypervisorError | JobFailed):
            raise
        raise JobFailed(failure.code, f"{failure} {left}") from failure
    try:
        own_certificate.keep(shell)
    except errors.HypervisorError as failed:
        # What was there before lies beside for longer; the next change of it clears that away.
        logger.warning("the earlier certificate of %s was not cleared away: %s", host.name, failed)


def _come_back(host: Host, fresh: Certified) -> None:
    """libvirt may need a moment to begin anew. Raises HypervisorError."""
    until = time.monotonic() + _SERVES_WITHIN
    # Nothing of it may stay in the host's folder where it comes to nothing.
    with TemporaryDirectory() as folder:
        _open_until(until, fresh, Path(folder))


def _open_until(until: float, fresh: Certified, folder: Path) -> None:
    while True:
        try:
            open_node(fresh.uri, fresh.credentials, workdir=folder, deadline=nodes.OPEN_SECONDS).close()
            return
        except errors.NodeUnreachable as silent:
            if time.monotonic() > until:
                raise errors.NodeUnreachable(
                    f"libvirt listens for TLS there, and port {own_certificate.PORT} cannot be reached from here. "
                    "Open it in the machine's firewall, as by: firewall-cmd --permanent --add-service=libvirt-tls. "
                    f"{silent.detail}",
                    node=fresh.uri.host,
                ) from None
        time.sleep(0.5)


def _put_back(shell: Shell) -> str:
    """As it was before; where that fails, the sentence that says so."""
    try:
        own_certificate.back(shell)
    except errors.HypervisorError as failed:
        logger.warning("the certificate of %s was not taken back: %s", shell.uri.host, failed)
        return (
            "What was changed on the machine could not be put back: see /etc/pki/ovirtlite, and the lines of ovirtlite "
            "at the end of libvirtd.conf."
        )
    return ""


def renew(carrying: Carrying, host: Host) -> dict[str, Any]:
    """New certificates in the place of both, with the node in reach by one of them at every moment."""
    over_ssh = NodeURI.parse(host.ssh_uri, nodes.policy())
    with certified(carrying, host, over_ssh, nodes.credentials_of(host)) as fresh, transaction.atomic():
        Host.objects.filter(pk=host.pk).update(
            version=F("version") + 1, updated_at=Now(), **fresh.columns(over_ssh)
        )
        inventory.told(host.pk)
    return {"expires_at": fresh.expires_at.isoformat()}


def withdraw(host: Host, over_ssh: NodeURI, credentials: Credentials) -> str:
    """Have the node listen for TLS no longer. "" where that worked, else why not."""
    try:
        own_certificate.take(shell_of(host, over_ssh, credentials))
    except errors.HypervisorError as failed:
        return failed.detail
    return ""
