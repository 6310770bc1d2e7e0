"""The `<pool>` of a node's storage, read; and a folder written as one."""

from dataclasses import dataclass

from lxml import etree

from hypervisor.xml.document import Element, attr_at, parse, size_bytes, text, written


@dataclass(frozen=True, slots=True)
class PoolXML:
    """What the document says; its state and how it is kept come with the list."""

    type: str
    capacity_bytes: int
    allocation_bytes: int
    available_bytes: int
    target: str
    source: str


def read_pool(xml: str) -> PoolXML:
    """Raises InvalidXML."""
    pool = parse(xml, "pool")
    return PoolXML(
        type=pool.get("type", ""),
        capacity_bytes=size_bytes(pool.find("capacity"), "bytes"),
        allocation_bytes=size_bytes(pool.find("allocation"), "bytes"),
        available_bytes=size_bytes(pool.find("available"), "bytes"),
        target=text(pool, "target/path"),
        source=_source(pool),
    )


def write_folder(name: str, path: str) -> str:
    """A pool of the files in a folder."""
    pool = etree.Element("pool", type="dir")
    etree.SubElement(pool, "name").text = name
    etree.SubElement(etree.SubElement(pool, "target"), "path").text = path
    return written(pool)


def _source(pool: Element) -> str:
    """Where its data comes from: `host:path`, a device, an IQN or a name; "" for a plain folder."""
    source = pool.find("source")
    if source is None:
        return ""
    host = attr_at(source, "host", "name")
    what = attr_at(source, "dir", "path") or attr_at(source, "device", "path") or text(source, "name")
    return f"{host}:{what}" if host and what else host or what
