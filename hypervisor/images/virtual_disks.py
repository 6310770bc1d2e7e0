"""VDI, VHD (which QEMU calls vpc) and VHDX.

Sources: VirtualBox' VDICore.h, Microsoft's VHD specification 1.0 and MS-VHDX.
"""

from uuid import UUID

from hypervisor.images.header import Content, Damaged, ImageHeader, shown

VDI_MAGIC = b"\x7f\x10\xda\xbe"
VDI_MAGIC_AT = 0x40
VHD_MAGIC = b"conectix"
VHDX_MAGIC = b"vhdxfile"
FOOTER_BYTES = 512

_VDI_KINDS = {1: "dynamic", 2: "static"}
_VHD_KINDS = {2: "fixed", 3: "dynamic", 4: "differencing"}
_METADATA = UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e")
_PARAMETERS = UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b")
_DISK_SIZE = UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8")
_PARENT = UUID("a8d35f2d-b30b-454d-abf7-d3d84834ab0c")
_REGION_TABLES = (192 * 1024, 256 * 1024)
_MOST_REGIONS = 2047


def read_vdi(content: Content) -> ImageHeader:
    """Raises Damaged."""
    (kind,) = content.unpack("<I", 0x4C)
    (capacity,) = content.unpack("<Q", 0x170)
    links = [content.all_of(at, 16) for at in (0x1A8, 0x1B8)]
    parents = tuple(f"the disk {UUID(bytes_le=link)}" for link in links if any(link))
    if not parents and kind not in _VDI_KINDS:
        parents = ("an unnamed file",)
    backing = parents[-1] if parents else ""
    return ImageHeader(
        "vdi", capacity, backing=backing, references=parents, subformat=_VDI_KINDS.get(kind, "differencing")
    )


def read_vhd(content: Content, footer_at: int) -> ImageHeader:
    """By the footer, or its copy at the beginning. Raises Damaged."""
    footer = content.all_of(footer_at, FOOTER_BYTES)
    capacity, kind = int.from_bytes(footer[48:56], "big"), int.from_bytes(footer[60:64], "big")
    if kind not in _VHD_KINDS:
        raise Damaged(f"it is a VHD of the kind {kind}, which nobody knows")
    parent = ""
    if kind == 4:
        parent = _vhd_parent(content, int.from_bytes(footer[16:24], "big"))
    return ImageHeader(
        "vpc", capacity, backing=parent, references=(parent,) if parent else (), subformat=_VHD_KINDS[kind]
    )


def read_vhdx(content: Content) -> ImageHeader:
    """Raises Damaged."""
    for at in _REGION_TABLES:
        region = _region(content, at, _METADATA)
        if region is not None:
            return _read_metadata(content, region)
    raise Damaged("it has no metadata")


def _vhd_parent(content: Content, at: int) -> str:
    head = content.at(at, 1024)
    if not head.startswith(b"cxsparse") or len(head) < 576:
        return "an unnamed file"
    name = head[64:576].decode("utf-16-be", errors="replace").split("\0")[0]
    return shown(name.encode()) or "an unnamed file"


def _region(content: Content, table: int, wanted: UUID) -> int | None:
    if content.at(table, 4) != b"regi":
        return None
    count = min(content.number("<I", table + 8), _MOST_REGIONS)
    entries = content.at(table + 16, count * 32)
    for first in range(0, len(entries) - 31, 32):
        if UUID(bytes_le=entries[first : first + 16]) == wanted:
            return int.from_bytes(entries[first + 16 : first + 24], "little")
    return None


def _read_metadata(content: Content, region: int) -> ImageHeader:
    if content.at(region, 8) != b"metadata":
        raise Damaged("its metadata is none")
    count = min(content.number("<H", region + 10), _MOST_REGIONS)
    entries = content.at(region + 32, count * 32)
    capacity, parent = 0, ""
    for first in range(0, len(entries) - 31, 32):
        item = UUID(bytes_le=entries[first : first + 16])
        at = region + int.from_bytes(entries[first + 16 : first + 20], "little")
        if item == _DISK_SIZE:
            capacity = content.number("<Q", at)
        elif item == _PARENT or (item == _PARAMETERS and content.number("<I", at + 4) & 2):
            parent = "an unnamed file"
    return ImageHeader(
        "vhdx",
        capacity,
        backing=parent,
        references=(parent,) if parent else (),
        subformat="differencing" if parent else "",
    )
