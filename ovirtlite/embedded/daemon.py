"""The private libvirtd: its settings, its start, and an end that leaves no process and no socket behind."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from ovirtlite.embedded.place import Account, Place
from ovirtlite.supervisor.processes import Process, end

_GUESTS_SECONDS = 8.0
_DAEMON_SECONDS = 6.0
_LOG = "libvirtd.log"
_LAST_LINES = 15


def configure(place: Place) -> None:
    """Write the daemon's settings. Its host_uuid is made once: a node that changes it is another node."""
    own_uuid = place.lasting / "host-uuid"
    if not own_uuid.exists():
        own_uuid.write_text(f"{uuid4()}\n")
    settings = {
        # The machine's own UUID would make this the same host as a system libvirtd here, and refuse migrations.
        "libvirtd.conf": f'host_uuid = "{own_uuid.read_text().strip()}"\n{_log_to(place)}\n',
        # virtlogd would be one more daemon, that stays when this one ends.
        "qemu.conf": 'stdio_handler = "file"\nsecurity_driver = "none"\nvnc_auto_unix_socket = 1\n',
    }
    for name, text in settings.items():
        (place.lasting / "etc" / "libvirt" / name).write_text(text)


def _log_to(place: Place) -> str:
    # Even a healthy start tells of missing buses and BIOS tables: for who looks for a fault, not for every screen.
    return f'log_outputs = "3:file:{place.seen / _LOG}"'


def last_words(place: Place) -> str:
    """The end of the daemon's log."""
    try:
        lines = (place.lasting / _LOG).read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return "It wrote no log."
    return "\n".join(lines[-_LAST_LINES:])


def start(place: Place, account: Account) -> subprocess.Popen[bytes]:
    """Start libvirtd in the foreground of its own session. It finds guests that outlived its predecessor."""
    (place.lasting / _LOG).unlink(missing_ok=True)
    settings = place.seen / "etc" / "libvirt" / "libvirtd.conf"
    return subprocess.Popen(
        place.command(account, "libvirtd", "--config", str(settings)),
        env=place.environment(),
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in a terminal is for us; it must not end libvirtd before its guests
    )


def stop(place: Place, daemon: subprocess.Popen[bytes]) -> None:
    """End the guests, then libvirtd, then whatever else was started from there, and remove the sockets."""
    end((each for each in belonging(place) if each.pid != daemon.pid), grace=_GUESTS_SECONDS)
    daemon.terminate()
    try:
        daemon.wait(_DAEMON_SECONDS)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()
    end(belonging(place), grace=1.0)
    shutil.rmtree(place.run)


def belonging(place: Place) -> Iterator[Process]:
    """Every process that was started here, however often it forked: they have our folder as HOME.

    QEMU's libvirt-made environment keeps HOME, and nobody else's HOME is a folder that we made.
    """
    mark = b"HOME=" + os.fsencode(place.seen)
    for entry in os.scandir("/proc"):
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        process = Process.of(int(entry.name))
        if process is None:
            continue
        try:
            environment = Path(entry.path, "environ").read_bytes()
        except OSError:
            continue  # gone meanwhile, or another user's
        if mark in environment.split(b"\0") and process.is_alive():
            yield process
