"""What an image is by its own content, whatever anybody calls it."""

from collections.abc import Callable

from hypervisor.images import qcow2, virtual_disks, vmdk
from hypervisor.images.header import Content, Damaged, ImageHeader, Read, shown

_HEAD_BYTES = 64 * 1024
_ISO_AT = 0x8001
_Reader = Callable[[Content], ImageHeader]

# By what the content begins with.
_BY_MAGIC: tuple[tuple[bytes, str, _Reader], ...] = (
    (qcow2.MAGIC, "qcow2", qcow2.read_qcow2),
    (qcow2.QED_MAGIC, "qed", qcow2.read_qed),
    (vmdk.MAGIC, "vmdk", vmdk.read_sparse),
    (vmdk.OLD_MAGIC, "vmdk", lambda content: ImageHeader("vmdk", references=("an unnamed file",))),
    (virtual_disks.VHDX_MAGIC, "vhdx", virtual_disks.read_vhdx),
    (virtual_disks.VHD_MAGIC, "vpc", lambda content: virtual_disks.read_vhd(content, 0)),
    (b"LUKS\xba\xbe", "luks", lambda content: ImageHeader("luks", content.size or 0, encrypted=True)),
    # QEMU knows these by their beginning too; nothing here takes them.
    (b"WithoutFreeSpace", "parallels", lambda content: ImageHeader("parallels")),
    (b"WithouFreSpacExt", "parallels", lambda content: ImageHeader("parallels")),
    (b"Bochs Virtual HD Image", "bochs", lambda content: ImageHeader("bochs")),
    (b"#!/bin/sh\n#V2.0 Format", "cloop", lambda content: ImageHeader("cloop")),
    (b"COMPRESSED\0", "cloop", lambda content: ImageHeader("cloop")),
)
_AS_RAW = frozenset({"raw", "iso", "luks"})


def inspect(read: Read, size: int | None = None) -> ImageHeader:
    """The head of what `read(offset, bytes)` gives; `size` is its length, where that is known.

    Never raises for what the content says: a head that lies or breaks off comes back with its `fault`. At most some MiB
    are read. Formats with a mark at their end (fixed VHD) are only found where `size` is given.
    """
    content = Content(read, size)
    found = [_at_beginning(content), *_elsewhere(content)]
    known = [header for header in found if header is not None]
    if not known:
        return ImageHeader("raw", size or 0)
    first = known[0]
    others = tuple(dict.fromkeys(header.format for header in known[1:] if header.format != first.format))
    if not others:
        return first
    return ImageHeader(
        first.format,
        first.capacity_bytes,
        backing=first.backing,
        references=tuple(name for header in known for name in header.references),
        snapshots=first.snapshots,
        encrypted=first.encrypted,
        label=first.label,
        also=others,
        fault=first.fault,
        subformat=first.subformat,
    )


def refusal(header: ImageHeader, declared: str) -> str:
    """Why content with this head is not taken as `declared` (a format, or "" for whatever it is); "" when it is."""
    if header.references:
        return f"It refers to another file, {header.references[0]}. Only images that stand alone are taken."
    if header.fault:
        return f"It claims to be {header.format}, but {header.fault}."
    if header.also:
        return f"Its content passes for {header.format} and for {', '.join(header.also)} at once."
    if declared == "" or header.format == declared or (declared == "raw" and header.format in _AS_RAW):
        return ""
    if declared == "raw":
        return (
            f"Its content is {header.format}, and raw was declared. Declare {header.format} if that is meant."
        )
    return f"Its content is {header.format}, and {declared} was declared."


def _at_beginning(content: Content) -> ImageHeader | None:
    head = content.at(0, _HEAD_BYTES)
    for magic, format, reader in _BY_MAGIC:
        if head.startswith(magic):
            return _careful(format, reader, content)
    at = virtual_disks.VDI_MAGIC_AT
    if head[at : at + 4] == virtual_disks.VDI_MAGIC:
        return _careful("vdi", virtual_disks.read_vdi, content)
    if vmdk.describes(head[:4096]):
        return _careful("vmdk", vmdk.read_descriptor, content)
    return None


def _elsewhere(content: Content) -> list[ImageHeader]:
    found = []
    if content.at(_ISO_AT, 5) in {b"CD001", b"BEA01"}:
        found.append(_careful("iso", _read_iso, content))
    if content.size is not None and content.size >= 512:
        end = content.size - 512
        mark = content.at(end, 8)
        if mark == virtual_disks.VHD_MAGIC:
            found.append(_careful("vpc", lambda of: virtual_disks.read_vhd(of, end), content))
        elif mark.startswith(b"koly"):
            found.append(ImageHeader("dmg"))
    return found


def _read_iso(content: Content) -> ImageHeader:
    if content.at(_ISO_AT, 5) != b"CD001":
        return ImageHeader("iso", content.size or 0)  # UDF alone
    label = shown(content.all_of(0x8028, 32)).strip()
    blocks, block = content.number("<I", 0x8050), content.number("<H", 0x8080)
    return ImageHeader("iso", content.size or blocks * block, label=label)


def _careful(format: str, reader: _Reader, content: Content) -> ImageHeader:
    try:
        return reader(content)
    except Damaged as damaged:
        return ImageHeader(format, fault=str(damaged))
