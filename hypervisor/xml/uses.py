"""What a definition does with a path that it names."""

from typing import Literal

from lxml import etree

from hypervisor.xml.document import Element

# As a disk itself, only read (a kernel, what a layer lies over), or in a way that may write to it.
Use = Literal["disk", "read", "write"]
WRITABLE, READ_ONLY = "a disk", "a read-only disk"
_READ_TEXTS = frozenset({"kernel", "initrd", "dtb", "shim", "table"})


def used_as(element: Element) -> str:
    """What a path is named as: the same file is another reach where it is used as something else."""
    for above in (element, *element.iterancestors()):
        if above.tag == "disk":
            held = above.find("readonly") is not None or above.get("device") == "cdrom"
            return READ_ONLY if held else WRITABLE
        parent = above.getparent()
        if parent is None or parent.tag in {"devices", "os", "domain"}:
            return f"a {shown(above)}"
    return "a part of the domain"


def way(element: Element, at: str) -> Use:
    """What the domain does with a path that stands in this element, at most."""
    parent = element.getparent()
    if element.tag == "source" and parent is not None and parent.tag == "disk":
        return "disk"
    if element.tag in _READ_TEXTS or at.endswith("/@template"):
        return "read"
    above = {str(one.tag) for one in element.iterancestors()}
    return "read" if "backingStore" in above and "mirror" not in above else "write"


def shown(element: Element) -> str:
    name = etree.QName(element)
    return f"{element.prefix}:{name.localname}" if element.prefix else name.localname
