"""The demo guest with QEMU's guest agent in it: a second archive behind its initramfs, which the kernel lays over it.

The agent comes from this machine's package archive and its libraries from this machine, so it is made once and kept
beside the guest; nothing is installed.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from ovirtlite.embedded.cpio import Archive
from ovirtlite.embedded.guest import Guest

NAME = "initramfs-agent"
CHANNEL = "org.qemu.guest_agent.0"
USER = "demo"
_PACKAGE = "qemu-guest-agent"
_LIBRARY = re.compile(r"(?:=> )?(/\S+) \(0x")
_SECONDS = 120
# The agent's port is there once the guest's own init has loaded its driver. A shell in the background needs /dev/null.
_INIT = """#!/bin/sh
export PATH=/bin
mount -t devtmpfs none /dev
{
  until [ -c "$port" ]; do sleep 0.2; for port in /dev/vport*p*; do :; done; done
  exec qemu-ga -m virtio-serial -p "$port" -t /run
} </dev/null >/dev/null 2>&1 &
exec /init.demo
"""
# Debian's static busybox has no chpasswd, which the agent calls with "user:password" on its input.
_CHPASSWD = """#!/bin/sh
read -r line
user=${line%%:*} password=${line#*:}
grep -q "^$user:" /etc/shadow || exit 1
sed -i "s|^$user:[^:]*:|$user:$(mkpasswd "$password"):|" /etc/shadow
echo "password of $user: $password" >/dev/ttyS0
"""
_FILES = {
    "etc/os-release": 'ID=demo\nNAME="Demo guest"\nPRETTY_NAME="Demo guest 1"\nVERSION_ID="1"\n',
    "etc/passwd": f"root:x:0:0::/:/bin/sh\n{USER}:x:1000:1000::/:/bin/sh\n",
    "etc/group": f"root:x:0:\n{USER}:x:1000:\n",
    "etc/shadow": f"root:*:19000::::::\n{USER}:*:19000::::::\n",
}


def make(image: Guest) -> Path:
    """The initramfs with the agent, beside that of `image`. Raises CalledProcessError, TimeoutExpired."""
    made = image.initramfs.parent.parent / f"agent-{image.initramfs.parent.name}" / NAME
    if made.exists():
        return made
    made.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="making-", dir=made.parent) as scratch:
        whole = Path(scratch, NAME)
        shutil.copyfile(image.initramfs, whole)
        with whole.open("ab") as out:
            _write(Archive(out), _agent(Path(scratch)), Path("ovirtlite/embedded/guest-init.sh"))
        whole.rename(made)
    return made


def _agent(scratch: Path) -> Path:
    """Its program, unpacked where it is not installed."""
    if (installed := shutil.which("qemu-ga")) is not None:
        return Path(installed)
    user = f"APT::Sandbox::User={_user()}"
    _run(scratch, "apt-get", "-q", "-o", user, "download", _PACKAGE)
    (package,) = scratch.glob(f"{_PACKAGE}_*.deb")
    _run(scratch, "dpkg", "-x", str(package), str(scratch / "unpacked"))
    return scratch / "unpacked" / "usr" / "sbin" / "qemu-ga"


def _write(archive: Archive, agent: Path, init: Path) -> None:
    here = Path(__file__).resolve().parents[3]
    libraries = [Path(path) for path in _LIBRARY.findall(_run(here, "ldd", str(agent)))]
    for folder in sorted({parent for path in libraries for parent in path.parents} - {Path("/")}):
        archive.folder(str(folder).lstrip("/"))
    for library in libraries:
        archive.file(str(library).lstrip("/"), library.read_bytes(), executable=True)
    archive.file("bin/qemu-ga", agent.read_bytes(), executable=True)
    archive.file("bin/chpasswd", _CHPASSWD.encode(), executable=True)
    archive.folder("sbin")
    archive.link("sbin/hwclock", "../bin/busybox")  # where the agent looks for it
    for name, text in _FILES.items():
        archive.file(name, text.encode())
    archive.file("init.demo", (here / init).read_bytes(), executable=True)
    archive.file("init", _INIT.encode(), executable=True)
    archive.end()


def _run(folder: Path, *argv: str) -> str:
    return subprocess.run(
        argv, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=True
    ).stdout


def _user() -> str:
    import pwd  # only apt wants to know

    return pwd.getpwuid(os.getuid()).pw_name
