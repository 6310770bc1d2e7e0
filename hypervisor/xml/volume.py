"""The `<volume>` of a pool, read and written."""

from lxml import etree

from hypervisor.data import VolumeSeen
from hypervisor.xml.document import attr_at, parse, size_bytes, text, written


def read_volume(xml: str) -> VolumeSeen:
    """Raises InvalidXML."""
    volume = parse(xml, "volume")
    return VolumeSeen(
        key=text(volume, "key"),
        name=text(volume, "name"),
        path=text(volume, "target/path"),
        type=volume.get("type", "file"),
        format=attr_at(volume, "target/format", "type"),
        capacity_bytes=size_bytes(volume.find("capacity"), "bytes"),
        allocation_bytes=size_bytes(volume.find("allocation"), "bytes"),
        backing=text(volume, "backingStore/path"),
    )


def write_volume(
    name: str,
    format: str,
    capacity_bytes: int,
    *,
    backing: str = "",
    backing_format: str = "",
    mode: str = "",
) -> str:
    """A new, empty, sparse volume; with `backing` (a path) it shows that volume's content until written over.

    Without `format` the pool's own default. `mode` is of the file, in octal: "0600".
    """
    volume = etree.Element("volume")
    etree.SubElement(volume, "name").text = name
    etree.SubElement(volume, "capacity", unit="bytes").text = str(capacity_bytes)
    etree.SubElement(volume, "allocation", unit="bytes").text = "0"
    target = etree.SubElement(volume, "target")
    if format:
        etree.SubElement(target, "format", type=format)
    if mode:
        etree.SubElement(etree.SubElement(target, "permissions"), "mode").text = mode
    if backing:
        below = etree.SubElement(volume, "backingStore")
        etree.SubElement(below, "path").text = backing
        # Never left to be guessed from the content: a guest writes that.
        etree.SubElement(below, "format", type=backing_format or "raw")
    return written(volume)
