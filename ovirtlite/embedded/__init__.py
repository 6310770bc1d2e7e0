"""A hypervisor for a machine that has none: a private libvirtd without privileges, with QEMU and one small guest.

`python -m ovirtlite.embedded` runs it in the foreground. What others need of it is here, cheap to import.
"""

import socket
from pathlib import Path

from ovirtlite.embedded.place import Place

# Where a libvirtd or its modular daemons serve the whole machine. systemd may listen there for one that sleeps.
_SYSTEM_SOCKETS = ("libvirt-sock", "virtqemud-sock", "virtlxcd-sock")
_SYSTEM_FOLDER = Path("/run/libvirt")


def uri(home: Path) -> str:
    """The libvirt URI of the embedded hypervisor that belongs to this HOME, running or not."""
    return Place.of(home).uri


def socket_folder(home: Path) -> Path:
    """Where its sockets are: a folder that URIs of this installation may name."""
    return Place.of(home).run


def ready(home: Path) -> bool:
    """Whether it takes connections. It answers the first of them once the guest that starts with it was started."""
    return _takes_connections(Place.of(home).libvirt_socket)


def needed() -> bool:
    """Whether this machine has no hypervisor of its own that we may use: no system libvirtd that lets us connect."""
    return not any(_takes_connections(_SYSTEM_FOLDER / name) for name in _SYSTEM_SOCKETS)


def _takes_connections(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
