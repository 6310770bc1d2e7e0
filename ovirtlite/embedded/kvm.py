"""Whether KVM runs a guest here: tried with one, since on nested machines its device may be there and dead."""

import subprocess
from pathlib import Path

from ovirtlite.embedded.guest import Guest
from ovirtlite.embedded.place import Account, Place

_DEVICE = Path("/dev/kvm")
_SAYS = b"ovirtlite probe: alive"
_SECONDS = 10.0


def runs_guests(place: Place, account: Account, guest: Guest) -> bool:
    """Boot the guest (as seen in `place`) with KVM, up to its first words. Takes about a second where that works."""
    if not _DEVICE.exists():
        return False
    qemu = (
        "qemu-system-x86_64",
        "-accel",
        "kvm",
        "-machine",
        "q35",
        "-m",
        "128",
        "-nodefaults",
        "-no-reboot",
    )
    boots = ("-kernel", str(guest.kernel), "-initrd", str(guest.initramfs))
    says = ("-display", "none", "-serial", "stdio", "-append", f"{guest.command_line} probe=1")
    try:
        tried = subprocess.run(
            place.command(account, *qemu, *boots, *says),
            env=place.environment(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return _SAYS in tried.stdout
