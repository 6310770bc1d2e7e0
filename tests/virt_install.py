"""What virt-install makes for some wishes, and the same wishes for us. `python -m tests.virt_install` has it made anew.

The files are of virt-install 4.1.0 with osinfo-db 20221130 and QEMU 7.2, as Debian 12 has them.
"""

import subprocess
from pathlib import Path
from typing import Any

from tests.daemon import private_daemon

GIB = 2**30
MADE = Path(__file__).parent / "data" / "virt-install"

CASES: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "fedora37": (("--osinfo", "fedora37", "--import", "--graphics", "vnc"), {"os": "fedora37"}),
    "win11": (("--osinfo", "win11", "--import", "--graphics", "vnc"), {"os": "win11"}),
    "win2k3": (("--osinfo", "win2k3", "--import", "--graphics", "vnc"), {"os": "win2k3"}),
    "freebsd": (
        ("--osinfo", "freebsd13.1", "--import", "--graphics", "vnc", "--memory", "2048"),
        {"os": "freebsd13.1"},
    ),
    "unnamed": (("--osinfo", "linux2022", "--import"), {}),
    "uefi": (
        ("--osinfo", "fedora37", "--import", "--graphics", "vnc", "--boot", "uefi"),
        {"os": "fedora37", "firmware": "efi"},
    ),
    "secure-boot": (
        ("--osinfo", "fedora37", "--import", "--graphics", "vnc", "--machine", "q35", "--features", "smm.state=on",
         "--boot", "firmware=efi,firmware.feature0.name=secure-boot,firmware.feature0.enabled=yes,"
         "firmware.feature1.name=enrolled-keys,firmware.feature1.enabled=yes,loader.secure=yes"),
        {"os": "fedora37", "firmware": "efi-secure"},
    ),
    "network": (
        ("--osinfo", "fedora37", "--pxe", "--graphics", "vnc"),
        {"os": "fedora37", "network_boot": True},
    ),
    "devices": (
        ("--osinfo", "fedora37", "--import", "--graphics", "spice", "--sound", "ich9", "--watchdog",
         "i6300esb,action=reset", "--vcpus", "4,sockets=1,cores=2,threads=2", "--cpu", "qemu64", "--memory", "512"),
        {"os": "fedora37", "graphics": {"type": "spice"}, "sound": "ich9",
         "watchdog": {"model": "i6300esb", "action": "reset"}, "vcpus": 4,
         "topology": {"sockets": 1, "cores": 2, "threads": 2}, "cpu": {"mode": "custom", "model": "qemu64"},
         "memory_bytes": GIB // 2},
    ),
}  # fmt: skip


def _make_all() -> None:
    """With KVM out of sight, so that the domains are of type qemu everywhere."""
    with private_daemon() as daemon:
        for case, (arguments, _) in CASES.items():
            said = subprocess.run(
                [
                    "virt-install", "--connect", daemon.uri(), "--name", "compared", "--dry-run", "--print-xml",
                    "--noautoconsole", "--virt-type", "qemu", "--network", "user", "--disk",
                    "size=1,format=qcow2,path=/tmp/compared.qcow2", *arguments,
                ],
                capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip
            # The definition that a domain is left with comes last, behind that of an installation's first boot.
            (MADE / f"{case}.xml").write_text("<domain" + said.rpartition("<domain")[2].rstrip() + "\n")


if __name__ == "__main__":
    _make_all()
