"""Putting a key of our own on a node, and taking it out again: within a job, over a connection for this once."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

from hosts import introduction, nodes
from hosts.introduction import Given
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import Credentials
from hypervisor.libvirt import own_certificate, own_keys, readiness
from hypervisor.libvirt.readiness import Check
from hypervisor.libvirt.ssh_shell import Shell
from hypervisor.uri import NodeURI
from jobs.carrying import Carrying
from jobs.errors import JobFailed

logger = logging.getLogger(__name__)
_UNDO_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Introduced:
    """How the node is reached from now on, the line that lets us in, and what was found on it."""

    credentials: Credentials
    own_key: str
    checks: tuple[Check, ...]

    @property
    def result(self) -> dict[str, Any]:
        return {"checks": [asdict(check) for check in self.checks]}


def shell_of(host: Host, uri: NodeURI, credentials: Credentials, given: Given | None = None) -> Shell:
    """What runs scripts on the node: with what was given for this once, else with what is known."""
    private = given.private_key if given else ""
    return Shell(
        uri,
        replace(credentials, ssh_private_key=private) if private else credentials,
        nodes.workdir(host.pk),
        password=given.password if given else "",
        once=bool(private),
    )


@contextmanager
def introduced(
    carrying: Carrying, host: Host, uri: NodeURI, credentials: Credentials, given: Given
) -> Iterator[Introduced]:
    """Look at the machine, put our key on it, come back with that key alone.

    What goes wrong then, here or in the block, takes our line out again, unless an earlier attempt of the job already
    recorded that the host is reached by it. Raises JobFailed, with the checks.
    """
    shell = shell_of(host, uri, credentials, given)
    carrying.progress(20, "looking whether the machine can be a node")
    checks = readiness.look(shell)
    if given.install == "tls" and not readiness.failing(checks):
        checks += own_certificate.look(shell)
    found = {"checks": [asdict(check) for check in checks]}
    wrong = readiness.failing(checks)
    if wrong:
        raise JobFailed("machine_not_ready", wrong, result=found)
    given = introduction.with_own_key(carrying.job, given)
    if given.own is None:
        raise RuntimeError("a key was made and is not there")
    carrying.progress(30, "putting a key of ovirtlite's on the machine")
    ours = replace(credentials, ssh_private_key=given.own.private)
    recorded = host.own_key == given.own.public
    try:
        own_keys.authorize(shell, given.own.public)
        carrying.progress(40, "coming back with that key alone")
        _come_back(host, uri, credentials, given.own.private)
        yield Introduced(ours, given.own.public, checks)
    except Exception as failure:
        left = "" if recorded else _undo(shell, given.own.public)
        if not isinstance(failure, errors.HypervisorError | JobFailed):
            raise
        raise JobFailed(failure.code, f"{failure} {left}".strip(), result=found) from failure


def _come_back(host: Host, uri: NodeURI, credentials: Credentials, private: str) -> None:
    try:
        # As what is given for this once: a key that comes to nothing must not stay in the host's folder.
        shell_of(host, uri, credentials, Given(private_key=private)).run("exit 0\n")
    except errors.AuthenticationFailed:
        raise errors.AuthenticationFailed(
            "The key was put into authorized_keys, and the machine does not take it: its sshd may read another file "
            "(AuthorizedKeysFile), or take no keys (PubkeyAuthentication).",
            node=uri.host,
        ) from None


def _undo(shell: Shell, public: str) -> str:
    """Take our line out again; where that fails, the sentence that says so. The key itself is gone either way."""
    try:
        own_keys.withdraw(shell, public, seconds=_UNDO_SECONDS)
    except errors.HypervisorError as failed:
        logger.warning("a line stays in authorized_keys of %s: %s", shell.uri.host, failed)
        return "A line with the comment ovirtlite may have stayed in that user's authorized_keys; its key is gone."
    return ""


def withdraw(host: Host, uri: NodeURI, credentials: Credentials, public: str) -> str:
    """Take a line of ours out, with a key that still opens the node. "" where that worked, else why not."""
    try:
        own_keys.withdraw(shell_of(host, uri, credentials), public, seconds=_UNDO_SECONDS)
    except errors.HypervisorError as failed:
        return failed.detail
    return ""
