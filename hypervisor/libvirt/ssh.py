"""Reaching nodes by the ssh program: its settings, the machine's key, and tunnels for consoles.

Nothing of the user's own configuration counts, and no host key is ever learned on the way: what is trusted stands in
the node's private folder, where the enrolment put it.
"""

import base64
import contextlib
import hashlib
import logging
import shlex
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hypervisor.data import Credentials
from hypervisor.errors import HostKeyChanged, HypervisorError, NodeUnreachable, NotSupported
from hypervisor.libvirt import files
from hypervisor.libvirt.probe import connect_once
from hypervisor.libvirt.translation import clean, sentence, shown_key, spoken
from hypervisor.uri import NodeURI

logger = logging.getLogger(__name__)
# Best first; the first that a machine has is shown to people.
_KEY_TYPES = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
_CONNECT_SECONDS = 8


@dataclass(frozen=True, slots=True)
class HostKey:
    """A machine's SSH keys as known_hosts lines, and the type and fingerprint (SHA256:…) of the best of them."""

    text: str
    type: str
    fingerprint: str

    def with_fingerprint(self, wanted: str) -> "HostKey | None":
        """The one key of that fingerprint alone; None where the machine did not show it."""
        for line in self.text.splitlines():
            if fingerprint(line) == wanted:
                return HostKey(f"{line}\n", line.split()[1], wanted)
        return None


def known_key(known_hosts: str) -> HostKey | None:
    """The first key that known_hosts lines name, to be shown; None where they name none."""
    for line in known_hosts.splitlines():
        parts = line.split()
        for type, blob in pairwise(parts):
            if type in _KEY_TYPES and not line.startswith(("#", "@")):
                with contextlib.suppress(ValueError):
                    return HostKey(f"{line}\n", type, fingerprint(blob))
    return None


def scan_host_key(host: str, port: int = 22, deadline: float = 10.0) -> HostKey:
    """Ask a machine for its keys, to be pinned. Raises NodeUnreachable.

    Nothing proves that it is the right machine: whoever enrols it sees the fingerprint.
    """
    until = time.monotonic() + deadline
    connect_once(host, port, deadline)
    left = max(1, int(until - time.monotonic()))
    types = "ed25519,ecdsa,rsa"
    command = [_program("ssh-keyscan"), "-p", str(port), "-T", str(left), "-t", types, "--", host]
    try:
        said = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=left + 1, check=False, text=True
        )
    except subprocess.TimeoutExpired:
        raise NodeUnreachable("The machine did not show its SSH key in time.", node=host) from None
    found = {}
    for line in said.stdout.splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[1] in _KEY_TYPES:
            found[parts[1]] = line
    if not found:
        words = clean(said.stderr) if said.stderr.strip() else "It closed the connection."
        raise NodeUnreachable(f"What answers on port {port} showed no SSH key. {words}", node=host)
    best = min(found, key=_KEY_TYPES.index)
    text = "".join(f"{found[type]}\n" for type in sorted(found, key=_KEY_TYPES.index))
    return HostKey(text, best, fingerprint(found[best]))


def fingerprint(known_hosts_line: str) -> str:
    """As `ssh-keygen -l` shows it. Raises ValueError for a line without a key."""
    blob = base64.b64decode(known_hosts_line.rsplit(maxsplit=1)[-1], validate=True)
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def write_wrapper(credentials: Credentials, workdir: Path, *, settings: Sequence[str] = ()) -> Path:
    """A program that is ssh with our settings alone, for libvirt to call. Give back its path.

    It works in the node's folder: so no path needs quoting in the settings, and what ssh says of a changed key stays
    below the 1,024 bytes that libvirt takes of it. `settings` are lines that count before ours.
    """
    folder = _write_config(credentials, workdir, settings)
    script = f'#!/bin/sh\ncd {shlex.quote(str(folder))} && exec {shlex.quote(_program("ssh"))} -F ssh_config "$@"\n'
    return files.keep(folder / "ssh", script, mode=0o700)


def why_refused(
    uri: NodeURI, credentials: Credentials, workdir: Path, seconds: float
) -> HypervisorError | None:
    """Connect once more, for ssh's own words; None when ssh finds nothing wrong. For where libvirt gives none."""
    try:
        said = subprocess.run(
            [str(write_wrapper(credentials, workdir)), *address_options(uri), "--", uri.host, "true"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    words = clean(said.stderr.decode("utf-8", "replace"))
    kind = spoken(words)
    error = kind(sentence(kind, words), node=uri.host) if kind else None
    if isinstance(error, HostKeyChanged):
        error.shown = shown_key(words)
    return error


def tunnel(
    uri: NodeURI,
    credentials: Credentials,
    workdir: Path,
    target_host: str,
    target_port: int,
    *,
    seconds: float = 10.0,
) -> socket.socket:
    """A socket to `target_host:target_port` as the node itself would connect to it.

    The other side must be one that speaks first, as VNC does: only so is it known within `seconds` that it was
    reached. Closing the socket ends the ssh process. Raises NodeUnreachable, AuthenticationFailed, HostKey….
    """
    if uri.transport != "ssh":
        raise NotSupported("Only a node that is reached over ssh has tunnels.", node=uri.host)
    where = f"[{target_host}]:{target_port}" if ":" in target_host else f"{target_host}:{target_port}"
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = subprocess.Popen(
                [
                    str(write_wrapper(credentials, workdir)),
                    *address_options(uri),
                    "-W",
                    where,
                    "--",
                    uri.host,
                ],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
    except BaseException:
        ours.close()
        raise
    watched = _Watched(process, uri.host)
    try:
        ours.settimeout(seconds)
        if not ours.recv(1, socket.MSG_PEEK):
            raise watched.why_it_ended(where)
    except TimeoutError:
        ours.close()
        process.kill()
        raise NodeUnreachable(f"Nothing spoke at {where} of the node.", node=uri.host) from None
    except BaseException:
        ours.close()
        raise
    ours.settimeout(None)
    return ours


class _Watched:
    """Takes the words of an ssh process and its end, so that neither a pipe fills up nor a zombie stays."""

    def __init__(self, process: "subprocess.Popen[bytes]", node: str) -> None:
        self._process = process
        self._node = node
        self._said = b""
        self._thread = threading.Thread(target=self._watch, name=f"ssh {node}", daemon=True)
        self._thread.start()

    def why_it_ended(self, where: str) -> HypervisorError:
        self._thread.join(2.0)
        words = self._said.decode("utf-8", "replace").strip()
        kind = spoken(words) or NodeUnreachable
        said = sentence(kind, clean(words)) if words else f"ssh could not connect to {where} of the node."
        return kind(said, node=self._node)

    def _watch(self) -> None:
        if self._process.stderr is not None:
            with self._process.stderr as stream:
                for line in stream:
                    self._said = (self._said + line)[-4096:]
        self._process.wait()


def address_options(uri: NodeURI) -> list[str]:
    """Where to, as options: what a person wrote never stands where ssh looks for an option."""
    user = ["-l", uri.user] if uri.user else []
    return [*user, "-p", str(uri.port or 22)]


def _write_config(credentials: Credentials, workdir: Path, more: Sequence[str]) -> Path:
    folder = files.prepare(workdir)
    files.keep(folder / "known_hosts", files.lines(credentials.known_hosts))
    settings = [
        *more,
        "BatchMode yes",
        "StrictHostKeyChecking yes",
        "UserKnownHostsFile known_hosts",
        "GlobalKnownHostsFile /dev/null",
        "UpdateHostKeys no",
        "VerifyHostKeyDNS no",
        "CheckHostIP no",
        f"ConnectTimeout {_CONNECT_SECONDS}",
        "ServerAliveInterval 2",
        "ServerAliveCountMax 3",
        "ControlMaster no",
        "ControlPath none",
        "ForwardAgent no",
        "ForwardX11 no",
        "PermitLocalCommand no",
        "EscapeChar none",
        "LogLevel ERROR",
    ]
    key = folder / "key"
    if credentials.ssh_private_key:
        files.keep(key, files.lines(credentials.ssh_private_key))
        settings += ["IdentityFile key", "IdentitiesOnly yes", "IdentityAgent none"]
    else:
        # Then the keys and the agent of the user who runs this program count, as for `ssh` on the command line.
        key.unlink(missing_ok=True)
    files.keep(folder / "ssh_config", "".join(f"{line}\n" for line in ("Host *", *settings)))
    return folder


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NotSupported(f"There is no {name} here: install the package openssh-client.")
    return found
