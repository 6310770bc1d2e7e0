"""A host enrolled by a password, over an sshd that takes some: used once, stored nowhere, forgotten at the job's end.

The sshd has a user of its own by an /etc/passwd and an /etc/shadow that only its mount namespace sees.
"""

import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from access.actor import Actor
from access.errors import Invalid
from hosts import nodes, services
from hosts.models import Host, Introduction
from hypervisor.libvirt import ssh
from jobs.models import Job
from tests.daemon import PrivateDaemon
from tests.node.conftest import daemon
from tests.node.secure_shell import SSHServer
from tests.node.test_enrolment import by, done, ended, everything_stored

__all__ = ["by", "daemon"]
pytestmark = pytest.mark.lab
PASSWORD = "Canary-9f1c $(x) 'q' \"d\" é"


class PasswordServer(SSHServer):
    """Lets one user in, by password or by the keys in their own home; it is the private daemon's owner."""

    def __init__(self, folder: Path, daemon: PrivateDaemon) -> None:
        super().__init__(folder, daemon)
        owner = daemon.socket.stat().st_uid
        (folder / "login").write_text(
            f"#!/bin/sh\nexport XDG_RUNTIME_DIR={shlex.quote(str(daemon.folder / 'run'))}\n"
            'exec sh -c "$SSH_ORIGINAL_COMMAND"\n'
        )
        shutil.move(folder / "login", self.home / "login")
        hashed = subprocess.run(
            ["openssl", "passwd", "-6", "-stdin"], input=PASSWORD, capture_output=True, text=True, check=True
        ).stdout.strip()
        system = Path("/etc/passwd").read_text()
        (folder / "passwd").write_text(f"keeper:x:{owner}:65534::{self.home}:/bin/sh\n{system}")
        (folder / "shadow").write_text(f"keeper:{hashed}:19000:0:99999:7:::\n")
        (folder / "shadow").chmod(0o600)

    def begin(self, host_key: Path) -> None:
        """Serve, as `start` does, within a mount namespace."""
        Path("/run/sshd").mkdir(exist_ok=True)
        program = shutil.which("sshd", path="/usr/sbin:/usr/bin") or pytest.fail("there is no sshd here")
        options = {
            "ListenAddress": "127.0.0.1",
            "HostKey": host_key,
            "ForceCommand": self.home / "login",
            "PidFile": "none",
            "UsePAM": "no",
            "StrictModes": "no",
            "PasswordAuthentication": "yes",
            "KbdInteractiveAuthentication": "no",
        }
        arguments = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
        script = 'mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/shadow" /etc/shadow && exec "$@"'
        self._process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", script, str(self.folder), program, "-D", "-e", "-f", "/dev/null",
             "-p", str(self.port), *arguments],
            stderr=(self.folder / "log").open("wb"),
        )  # fmt: skip
        deadline = time.monotonic() + 10
        while b"Server listening" not in (self.folder / "log").read_bytes():
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.02)

    def end(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(5)


@pytest.fixture
def server(tmp_path: Path, daemon: PrivateDaemon) -> Iterator[PasswordServer]:
    folder = tmp_path / "sshd"
    folder.mkdir()
    running = PasswordServer(folder, daemon)
    running.begin(running.key("host"))
    yield running
    running.end()


def enrol(server: PasswordServer, by: Actor, password: str) -> tuple[Host, Job]:
    return services.enrol(
        name="one",
        uri=f"qemu+ssh://keeper@127.0.0.1:{server.port}/session",
        credentials={"ssh_password": password},
        host_key=ssh.scan_host_key("127.0.0.1", server.port).fingerprint,
        by=by,
    )


def nowhere(host: Host) -> None:
    """The password is in no table and in no file of ours."""
    assert not Introduction.objects.exists()
    assert "Canary" not in everything_stored()
    folder = nodes.workdir(host.pk)
    assert not [file for file in folder.rglob("*") if not file.is_file() or b"Canary" in file.read_bytes()]


def test_a_password_is_used_once_and_forgotten(server: PasswordServer, by: Actor, settings: Settings) -> None:
    with pytest.raises(Invalid) as refused:  # to no machine that nobody has looked at
        services.enrol(
            name="x", uri="qemu+ssh://keeper@127.0.0.1/session", credentials={"ssh_password": PASSWORD}, by=by
        )
    assert "host_key" in refused.value.errors
    host, job = enrol(server, by, PASSWORD)
    assert "Canary" not in everything_stored()  # sealed while it waits
    assert "checks" in done(job)
    host.refresh_from_db()
    nowhere(host)
    keys = server.home / ".ssh" / "authorized_keys"
    assert keys.read_text().endswith(f" ovirtlite host {host.pk}\n")
    assert (keys.stat().st_mode & 0o777, keys.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    nodes.connect(host).close()
    services.forget(host.pk, by=by)

    # A wrong one: said, and nothing is left.
    keys.unlink()
    host, job = enrol(server, by, f"{PASSWORD} not")
    failed = ended(job)
    assert (failed.state, failed.error_code) == ("failed", "authentication_failed")
    assert "did not take the password of keeper" in failed.error_detail
    nowhere(host)
    assert not keys.exists()
