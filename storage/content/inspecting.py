"""What content is: from its first bytes before any is written, and from all of it once it is on the node."""

from uuid import UUID

from hypervisor.images import ImageHeader, inspect, refusal
from hypervisor.node import Node
from storage.content.giving import head_of

# What content may be declared to be. An appliance is a tar archive: what is in it is looked at by who imports it.
FORMATS = ("raw", "iso", "qcow2", "vmdk", "vdi", "vhdx", "vpc", "qed", "ova")
_TAKEN = frozenset({*FORMATS, "luks"})
# As much as tells what it is. What some formats say further in (VHDX) is read from the node at the end.
HEAD_BYTES = 128 * 1024
_FURTHER_IN = frozenset({"vhdx", "vpc"})
_TAR_AT, _TAR = 257, b"ustar"


def fault_of_head(head: bytes, size: int, declared: str) -> str:
    """Why content of `size` bytes that begins so is not taken; "" where nothing speaks against it yet."""
    beyond = False

    def read(offset: int, length: int) -> bytes:
        nonlocal beyond
        beyond = beyond or min(offset + length, size) > len(head)
        return head[offset : offset + length]

    header = inspect(read, size)
    if header.fault and beyond and not header.references and header.format in _FURTHER_IN:
        return "" if declared in {"", header.format} else refusal_of(header, declared, head)
    return refusal_of(header, declared, head)


def inspect_volume(node: Node, pool: UUID, name: str, size: int) -> tuple[ImageHeader, bytes]:
    """What a volume of `size` bytes is, and how it begins. Raises HypervisorError."""
    head = head_of(node, pool, name, min(HEAD_BYTES, size))

    def read(offset: int, length: int) -> bytes:
        if offset + length <= len(head):
            return head[offset : offset + length]
        return head_of(node, pool, name, min(length, max(0, size - offset)), offset)

    return inspect(read, size), head


def refusal_of(header: ImageHeader, declared: str, head: bytes) -> str:
    """As hypervisor.images.refusal, with appliances."""
    if declared == "ova":
        if not is_archive(head):
            return f"Its content is {header.format}, and ova was declared."
        declared = "raw"
    if problem := refusal(header, declared):
        return problem
    return "" if header.format in _TAKEN else f"Its content is {header.format}, which is not taken."


def is_archive(head: bytes) -> bool:
    """Whether it begins as a tar archive does."""
    return head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR
