"""Running a script on a node over ssh: with a key, or once with a password.

A password is never written to a disk, nor put into arguments or an environment: ssh asks a program of ours for it,
which takes it out of a pipe that only we can open. It is there once; a second question finds nothing.
"""

import contextlib
import os
import selectors
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hypervisor.data import Credentials
from hypervisor.errors import AuthenticationFailed, HostKeyChanged, HypervisorError, NodeUnreachable, Timeout
from hypervisor.libvirt import files, ssh
from hypervisor.libvirt.translation import clean, sentence, shown_key, spoken
from hypervisor.uri import NodeURI

_MOST_BYTES = 64 * 1024  # of what a node says; it may be hostile
_SSH_ITSELF = 255
_AS_ROOT = """sh -c 'test "$(id -u)" = 0 && exec sh; exec sudo -n sh'"""
_ONCE = "once."  # folders of what is used once
_LONGEST_SECONDS = 600.0  # that one is needed
_WITH_PASSWORD = (
    "BatchMode no",
    "PubkeyAuthentication no",
    "PreferredAuthentications keyboard-interactive,password",
    "NumberOfPasswordPrompts 1",
    "IdentityAgent none",
)


class ScriptFailed(HypervisorError):
    """The node ran our script, and the script could not do its work."""

    code = "node_command_failed"


@dataclass(frozen=True, slots=True)
class Shell:
    """Scripts on one node. `once`: with a password, or a key that must not stay; nothing of it is left in `workdir`."""

    uri: NodeURI
    credentials: Credentials
    workdir: Path
    password: str = field(default="", repr=False)
    once: bool = False

    def run(self, script: str, *, seconds: float = 20.0, as_root: bool = False) -> str:
        """What the script prints. It goes over standard input: none of it is seen in a list of processes.

        `as_root`: by sudo where the user is not root. Raises AuthenticationFailed, HostKeyChanged, HostKeyUnknown,
        NodeUnreachable, Timeout, ScriptFailed.
        """
        with self._wrapper() as (wrapper, environment):
            command = [
                str(wrapper),
                *ssh.address_options(self.uri),
                "--",
                self.uri.host,
                _AS_ROOT if as_root else "sh",
            ]
            code, out, words = _talk(command, script, environment, seconds, self.uri.host)
        if code == 0:
            return out
        if code == _SSH_ITSELF:
            raise self._refused(words)
        raise ScriptFailed(clean(words) if words.strip() else f"It ended with {code}.", node=self.uri.host)

    def _refused(self, words: str) -> HypervisorError:
        said = clean(words)
        kind = spoken(said) or NodeUnreachable
        if kind is AuthenticationFailed and self.password:
            who = self.uri.user or "the user"
            return AuthenticationFailed(
                f"The machine did not take the password of {who}. Many machines take none from root, or none at all "
                "(PermitRootLogin, PasswordAuthentication in sshd_config).",
                node=self.uri.host,
            )
        error = kind(sentence(kind, said), node=self.uri.host)
        if isinstance(error, HostKeyChanged):
            error.shown = shown_key(said)
        return error

    @contextmanager
    def _wrapper(self) -> Iterator[tuple[Path, dict[str, str]]]:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("SSH_ASKPASS")
        }
        if not (self.password or self.once):
            yield ssh.write_wrapper(self.credentials, self.workdir), environment
            return
        place = files.prepare(self.workdir)
        _sweep(place)
        folder = Path(tempfile.mkdtemp(prefix=_ONCE, dir=place))
        try:
            if not self.password:
                yield ssh.write_wrapper(self.credentials, folder), environment
                return
            wrapper = ssh.write_wrapper(
                Credentials(known_hosts=self.credentials.known_hosts), folder, settings=_WITH_PASSWORD
            )
            with _answering(folder, self.password) as program:
                yield wrapper, environment | {"SSH_ASKPASS": str(program), "SSH_ASKPASS_REQUIRE": "force"}
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Take away what a process that was killed left of its own."""
    for left in place.glob(f"{_ONCE}*"):
        with suppress(FileNotFoundError):  # whoever made it has just taken it away
            if time.time() - left.stat().st_mtime > _LONGEST_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _answering(folder: Path, password: str) -> Iterator[Path]:
    """A program that prints the password the first time it is called."""
    pipe = folder / "answer"
    os.mkfifo(pipe, 0o600)
    # Open for both: so the words wait in the kernel until they are taken, and are gone when we close it.
    handle = os.open(pipe, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.write(handle, f"{password}\n".encode())
        script = (
            f"#!/bin/sh\nexec dd if={shlex.quote(str(pipe))} bs=4096 count=1 iflag=nonblock 2>/dev/null\n"
        )
        yield files.keep(folder / "ask", script, mode=0o700)
    finally:
        os.close(handle)


def _talk(
    command: list[str], script: str, environment: dict[str, str], seconds: float, node: str
) -> tuple[int, str, str]:
    """Its end, what it printed and what it said beside; at most so much of either."""
    until = time.monotonic() + seconds
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,  # no terminal to ask at
    )
    said: dict[str, bytes] = {"out": b"", "words": b""}
    with process, selectors.DefaultSelector() as ready:
        try:
            if process.stdin is None or process.stdout is None or process.stderr is None:
                raise RuntimeError("a pipe was asked for and is not there")
            with contextlib.suppress(BrokenPipeError), process.stdin:
                process.stdin.write(script.encode())  # a script is smaller than the pipe
            ready.register(process.stdout, selectors.EVENT_READ, "out")
            ready.register(process.stderr, selectors.EVENT_READ, "words")
            while ready.get_map():
                left = until - time.monotonic()
                if left <= 0:
                    raise Timeout(
                        "The machine did not finish in time what was asked of it over ssh.", node=node
                    )
                for key, _ in ready.select(left):
                    chunk = os.read(key.fd, 8192)
                    said[key.data] += chunk
                    if not chunk:
                        ready.unregister(key.fileobj)
                    elif len(said[key.data]) > _MOST_BYTES:
                        raise ScriptFailed("The machine says far more than was asked.", node=node)
            code = process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise Timeout("The machine did not close its connection in time.", node=node) from None
        finally:
            process.kill()
    return code, said["out"].decode("utf-8", "replace"), said["words"].decode("utf-8", "replace")
