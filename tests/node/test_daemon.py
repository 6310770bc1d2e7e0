"""The private daemon itself leaves nothing behind, however the tests end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.daemon import private_daemon
from tests.node.waiting import until

KILLED = """
import os, signal
import libvirt
from tests.daemon import PrivateDaemon
daemon = PrivateDaemon()
daemon.start()
libvirt.open(daemon.uri()).createXML(
    "<domain type='qemu'><name>left</name><memory unit='MiB'>32</memory><os><type>hvm</type></os></domain>", 0
)
print(daemon.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def of(folder: str) -> list[Path]:
    """Processes with the folder in their command line or as where they are."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words, place = (entry / "cmdline").read_bytes(), str((entry / "cwd").readlink())
        except OSError:
            continue  # it ended, or it is a zombie, which has neither
        if folder.encode() in words or place == folder:
            found.append(entry)
    return found


def test_stopped() -> None:
    with private_daemon() as daemon:
        folder = str(daemon.folder)
        assert of(folder)
    assert not Path(folder).exists()
    until(lambda: not of(folder))


def test_killed_with_a_guest_running() -> None:
    died = subprocess.run(
        [sys.executable, "-c", KILLED],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    folder = died.stdout.strip()
    assert Path(folder).is_dir()
    until(
        lambda: [os.readlink(entry / "cwd") for entry in of(folder)] != [folder]
    )  # libvirtd ends with its owner
    with private_daemon():
        assert not Path(folder).exists()
        until(lambda: not of(folder))
