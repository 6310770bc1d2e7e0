"""A real sshd on a port of its own, whose logins reach the private libvirtd."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.daemon import PrivateDaemon

_PRIVILEGE_SEPARATION = Path("/run/sshd")  # sshd insists on it when it runs as root


class SSHServer:
    """sshd as whoever runs the tests. `authorize` says whose key is taken, `start` with which host key it shows."""

    def __init__(self, folder: Path, daemon: PrivateDaemon) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        (folder / "authorized").touch(0o600)
        self.authorized = folder / "authorized"
        # The session's libvirtd is found by this variable; as root, who has no session, its owner is asked.
        owner = daemon.socket.stat().st_uid
        dropped = f"setpriv --reuid {owner} --clear-groups " if owner != os.geteuid() else ""
        self.home = daemon.directory(f"home-{self.port}")  # where the daemon's owner gets to
        command = folder / "login"
        command.write_text(
            "#!/bin/sh\n"
            f"export XDG_RUNTIME_DIR={shlex.quote(str(daemon.folder / 'run'))} HOME={shlex.quote(str(self.home))}\n"
            f'exec {dropped}sh -c "$SSH_ORIGINAL_COMMAND"\n'
        )
        command.chmod(0o755)

    def key(self, name: str) -> Path:
        """Make a key pair."""
        path = self.folder / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
        return path

    def authorize(self, key: Path) -> None:
        self.authorized.write_text(key.with_suffix(".pub").read_text())

    def move_home(self) -> None:
        """From now on logins are let in by the file in their own home, which they may change."""
        folder = self.home / ".ssh"
        folder.mkdir(0o700)
        self.authorized = Path(shutil.move(self.authorized, folder / "authorized_keys"))
        owner = self.home.stat().st_uid
        for path in (folder, self.authorized):
            os.chown(path, owner, -1)

    def start(self, host_key: Path) -> None:
        """Anew, when it runs already."""
        self.stop()
        if os.geteuid() == 0:
            _PRIVILEGE_SEPARATION.mkdir(exist_ok=True)
        program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
        if program is None:
            raise RuntimeError("there is no sshd here: install Debian's package openssh-server")
        options = {
            "ListenAddress": "127.0.0.1",
            "HostKey": host_key,
            "AuthorizedKeysFile": self.authorized,
            "ForceCommand": self.folder / "login",
            "PidFile": "none",
            "UsePAM": "no",
            "StrictModes": "no",
            "PasswordAuthentication": "no",
            "KbdInteractiveAuthentication": "no",
            "PermitRootLogin": "prohibit-password",
        }
        arguments = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
        self._process = subprocess.Popen(
            [program, "-D", "-e", "-f", "/dev/null", "-p", str(self.port), *arguments],
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 5
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the private sshd did not start")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(5)
            self._process = None
