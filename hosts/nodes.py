"""From a host's row to a connection with its node."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from uuid import UUID

from django.conf import settings

from access import secrets
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import Credentials
from hypervisor.libvirt import open_node
from hypervisor.node import Node
from hypervisor.uri import NodeURI, UriPolicy

OPEN_SECONDS = 10.0


def policy() -> UriPolicy:
    """Which addresses this installation lets people name."""
    return UriPolicy(allow_tcp=settings.ALLOW_TCP, local_roots=tuple(settings.LOCAL_ROOTS))


def credentials_of(host: Host) -> Credentials:
    """Unseal what reaches the node."""
    return Credentials(**json.loads(secrets.unseal(host.credentials))) if host.credentials else Credentials()


def sealed(credentials: Credentials) -> str:
    """Seal for `Host.credentials`; empty when nothing was given."""
    given = {name: value for name, value in asdict(credentials).items() if value}
    return secrets.seal(json.dumps(given)) if given else ""


def without_pin(credentials: Credentials) -> Credentials:
    """The same, to pin the machine's key anew."""
    return replace(credentials, known_hosts="")


def certificate_of(credentials: Credentials) -> tuple[str, str, str]:
    """What opens a node over TLS, whoever made it."""
    return credentials.tls_ca_certificate, credentials.tls_certificate, credentials.tls_private_key


def without_certificate(credentials: Credentials) -> Credentials:
    return replace(credentials, tls_ca_certificate="", tls_certificate="", tls_private_key="")


def with_pin(credentials: Credentials, known_hosts: str) -> Credentials:
    return replace(credentials, known_hosts=known_hosts)


def workdir(host_id: UUID) -> Path:
    """The private folder for this node's key, certificates and wrapper."""
    return Path(settings.NODES_DIR) / str(host_id)


def forget_gone() -> int:
    """Remove what this machine still has of hosts that are gone; returns of how many. Of others nothing is needed.

    Whoever forgets a host removes its folder on their own machine; one that connected meanwhile, or elsewhere, made
    another.
    """
    every = Path(settings.NODES_DIR)
    folders = {folder.name: folder for folder in every.iterdir()} if every.is_dir() else {}
    known = {str(pk) for pk in Host.objects.values_list("pk", flat=True)}
    gone = [folder for name, folder in folders.items() if name not in known and _is_id(name)]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return len(gone)


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def connect(host: Host, *, deadline: float = OPEN_SECONDS) -> Node:
    """A fresh connection; the caller closes it. Raises what `open_node` raises."""
    return open_node(
        NodeURI.parse(host.uri, policy()), credentials_of(host), workdir=workdir(host.pk), deadline=deadline
    )


_pool: dict[UUID, tuple[str, Node]] = {}
_opening: dict[UUID, threading.Lock] = {}
_pool_lock = threading.Lock()


@contextmanager
def pooled(host: Host) -> Iterator[Node]:
    """This process's shared connection to the host, opened when there is none.

    Only those who want the same host wait for one another while it opens. A connection that broke is dropped.
    """
    made_from = f"{host.uri}\n{secrets.sameness(host.credentials)}"
    with _pool_lock:
        opening = _opening.setdefault(host.pk, threading.Lock())
    with opening:
        node = _usable(host.pk, made_from)
        if node is None:
            node = connect(host)
            with _pool_lock:
                _pool[host.pk] = (made_from, node)
    try:
        yield node
    except (errors.NodeUnreachable, errors.Timeout):
        _drop(host.pk, node)
        raise


def _usable(host_id: UUID, made_from: str) -> Node | None:
    with _pool_lock:
        known, node = _pool.get(host_id, ("", None))
    if node is None:
        return None
    if known == made_from and node.alive():
        return node
    _drop(host_id, node)
    return None


def _drop(host_id: UUID, node: Node) -> None:
    with _pool_lock:
        if _pool.get(host_id, ("", None))[1] is node:
            del _pool[host_id]
    node.close()
