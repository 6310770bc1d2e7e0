"""qcow2, its first version and QED. Source: QEMU's docs/interop/qcow2.txt and qed_spec.txt."""

from hypervisor.images.header import Content, Damaged, ImageHeader

MAGIC = b"QFI\xfb"
QED_MAGIC = b"QED\0"
_DATA_FILE = 1 << 2
_KNOWN = 0b11111  # dirty, corrupt, data file, compression, extended L2
_LONGEST_BACKING = 1023
_DATA_FILE_NAME = 0x44415441
_MOST_EXTENSIONS = 64


def read_qcow2(content: Content) -> ImageHeader:
    """Raises Damaged."""
    version = content.number(">I", 4)
    if version == 1:
        return _read_first(content)
    if version not in {2, 3}:
        raise Damaged(f"it is qcow2 of version {version}, which nobody knows")
    backing_at, backing_size, cluster_bits, capacity, crypt = content.unpack(">QIIQI", 8)
    (snapshots,) = content.unpack(">I", 60)
    if not 9 <= cluster_bits <= 21:
        raise Damaged("its clusters have an impossible size")
    features, head = (content.number(">Q", 72), content.number(">I", 100)) if version == 3 else (0, 72)
    if not 72 <= head <= (1 << cluster_bits):
        raise Damaged("its head has an impossible length")
    if features & ~_KNOWN:
        raise Damaged("it has features that nobody knows")
    data_file = _data_file(content, head, 1 << cluster_bits, features)
    backing = ""
    if backing_at or backing_size:
        backing = _backing(content, backing_at, backing_size)
    return ImageHeader(
        "qcow2",
        capacity,
        backing=backing,
        references=tuple(name for name in (backing, data_file) if name),
        snapshots=snapshots,
        encrypted=bool(crypt),
    )


def read_qed(content: Content) -> ImageHeader:
    """Raises Damaged."""
    (features,) = content.unpack("<Q", 16)
    (capacity, backing_at, backing_size) = content.unpack("<QII", 48)
    backing = ""
    if features & 1:
        backing = _backing(content, backing_at, backing_size)
    if features & ~0b111:
        raise Damaged("it has features that nobody knows")
    return ImageHeader("qed", capacity, backing=backing, references=(backing,) if backing else ())


def _read_first(content: Content) -> ImageHeader:
    backing_at, backing_size, _, capacity = content.unpack(">QIIQ", 8)
    backing = _backing(content, backing_at, backing_size) if backing_at or backing_size else ""
    return ImageHeader("qcow", capacity, backing=backing, references=(backing,) if backing else ())


def _backing(content: Content, at: int, size: int) -> str:
    """The name; something is said even of one that cannot be read: the image does refer to a file."""
    if not 0 < size <= _LONGEST_BACKING:
        raise Damaged("it names a file of an impossible length")
    return content.name(at, size) or "an unnamed file"


def _data_file(content: Content, head: int, cluster: int, features: int) -> str:
    """The file that holds its data, where that is another one."""
    found = ""
    at = head
    for _ in range(_MOST_EXTENSIONS):
        if at + 8 > cluster:
            break
        piece = content.at(at, 8)
        if len(piece) < 8:
            break
        kind, length = int.from_bytes(piece[:4], "big"), int.from_bytes(piece[4:], "big")
        if kind == 0:
            break
        if length > cluster - at - 8:
            raise Damaged("a part of its head is longer than the head")
        if kind == _DATA_FILE_NAME:
            found = content.name(at + 8, length) if length else ""
            found = found or "an unnamed file"
        at += 8 + (length + 7) // 8 * 8
    else:
        raise Damaged("its head has more parts than any real one")
    return found or ("an unnamed data file" if features & _DATA_FILE else "")
