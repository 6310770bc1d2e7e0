"""A small image that boots the demo guest from a CD drive and from a disk alike."""

import io
from pathlib import Path

import pycdlib

from tests.lab.cluster.node import GUEST_FOLDER, LOCAL_IMAGES, Node

_ISOLINUX = Path("/usr/lib/ISOLINUX/isolinux.bin")
_LDLINUX = Path("/usr/lib/syslinux/modules/bios/ldlinux.c32")


def lay_image(node: Node, name: str, arguments: str) -> None:
    """Into the node's default pool. `arguments` are for the guest: `guest=NAME`."""
    disc = pycdlib.PyCdlib()
    disc.new(interchange_level=3, vol_ident="BOOTABLE")
    boot = Path(node.path(GUEST_FOLDER))
    settings = (
        "SERIAL 0\nDEFAULT guest\nPROMPT 0\nLABEL guest\nKERNEL VMLINUZ\n"
        f"APPEND initrd=INITRD quiet nokaslr mitigations=off {arguments}\n"
    )
    for inside, content in (
        ("ISOLINUX.BIN", _ISOLINUX.read_bytes()),
        ("LDLINUX.C32", _LDLINUX.read_bytes()),
        ("ISOLINUX.CFG", settings.encode()),
        ("VMLINUZ", (boot / "vmlinuz").read_bytes()),
        ("INITRD", (boot / "initramfs").read_bytes()),
    ):
        disc.add_fp(io.BytesIO(content), len(content), f"/{inside};1")
    disc.add_eltorito("/ISOLINUX.BIN;1", boot_load_size=4, boot_info_table=True)
    disc.add_isohybrid()
    with node.path(f"{LOCAL_IMAGES}/{name}").open("wb") as file:
        disc.write_fp(file)
    disc.close()
