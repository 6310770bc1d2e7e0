"""VMDK: sparse files with a descriptor inside, and descriptors that are files of their own.

Source: VMware's Virtual Disk Format 1.1, and QEMU's block/vmdk.c for what opening one really opens.
"""

import re

from hypervisor.images.header import Content, Damaged, ImageHeader, shown

MAGIC = b"KDMV"
OLD_MAGIC = b"COWD"
_SECTOR = 512
_LONGEST = 64 * 1024
_MOST_LINES = 2000
_OF_ONE_FILE = frozenset({"monolithicsparse", "streamoptimized"})
_EXTENT = re.compile(r"(RW|RDONLY|NOACCESS)\s+(\d{1,19})\s+(\w{1,20})(?:\s+\"([^\"]*)\")?", re.IGNORECASE)
_SETTING = re.compile(r"([\w.]{1,64})\s*=\s*\"?([^\"]*?)\"?\s*")
_VERSION = re.compile(rb"version\s*=\s*[1-3]\s*$")


def describes(head: bytes) -> bool:
    """Whether this text is a descriptor: comments and empty lines, then a version."""
    if not head.lstrip().startswith((b"#", b"version")):
        return False
    for line in head.split(b"\n", 200)[:200]:
        words = line.strip()
        if words and not words.startswith(b"#"):
            return bool(_VERSION.match(words)) or b"createType" in head
        if b"Disk DescriptorFile" in words:
            return True
    return False


def read_descriptor(content: Content) -> ImageHeader:
    """Of a descriptor that is the whole file: each extent is another file. Raises Damaged."""
    said = _read(content.at(0, _LONGEST))
    return ImageHeader(
        "vmdk",
        said.sectors * _SECTOR,
        backing=said.parent,
        references=said.references or ("an unnamed file",),
        subformat=said.type,
    )


def read_sparse(content: Content) -> ImageHeader:
    """Of a file that holds its own descriptor. Raises Damaged."""
    sectors, _, at, length = content.unpack("<QQQQ", 12)
    if sectors >= 2**53 // _SECTOR:
        raise Damaged("it has an impossible size")
    if not at or not length:
        # A part of an image of many files: it names none itself.
        return ImageHeader("vmdk", sectors * _SECTOR, subformat="")
    if length * _SECTOR > _LONGEST or at >= 2**53 // _SECTOR:
        raise Damaged("its descriptor is longer than any real one")
    said = _read(content.at(at * _SECTOR, length * _SECTOR))
    references = list(said.references)
    if said.type.lower() in _OF_ONE_FILE and sectors and len(said.extents) == 1:
        # Its one extent is itself, under the name that it had when it was made.
        (extent,) = said.extents
        if extent[0] == "sparse":
            references.remove(extent[1])
    elif said.type and said.type.lower() not in _OF_ONE_FILE and not references:
        references.append("an unnamed file")
    return ImageHeader(
        "vmdk",
        sectors * _SECTOR,
        backing=said.parent,
        references=tuple(references),
        subformat=said.type,
    )


class _Descriptor:
    """What a descriptor says."""

    def __init__(self) -> None:
        self.type = ""
        self.parent = ""
        self.sectors = 0
        self.extents: list[tuple[str, str]] = []  # (kind, file)

    @property
    def references(self) -> tuple[str, ...]:
        files = [file or "an unnamed file" for kind, file in self.extents if kind != "zero"]
        return tuple(([self.parent] if self.parent else []) + files)


def _read(text: bytes) -> _Descriptor:
    said = _Descriptor()
    hinted, child = "", False
    lines = text.split(b"\0")[0].split(b"\n", _MOST_LINES)
    if len(lines) > _MOST_LINES:
        raise Damaged("its descriptor has more lines than any real one")
    for raw in lines:
        line = shown(raw).strip()
        extent = _EXTENT.match(line)
        if extent is not None:
            said.sectors += min(int(extent[2]), 2**44)
            said.extents.append((extent[3].lower(), extent[4] or ""))
            continue
        setting = _SETTING.fullmatch(line)
        if setting is None:
            continue
        name, value = setting[1].lower(), setting[2].strip()
        if name == "createtype":
            said.type = value
        elif name == "parentfilenamehint":
            hinted = value or "an unnamed file"
        elif name == "parentcid":
            child = value.lower() not in {"ffffffff", "0xffffffff"}
    said.parent = hinted or ("an unnamed file" if child else "")
    return said
