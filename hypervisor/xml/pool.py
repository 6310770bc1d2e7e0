"""The `<pool>` of a node's storage, read; and a folder written as one. See `pool_definition` for all other types."""

from dataclasses import dataclass
from uuid import UUID

from lxml import etree

from hypervisor.storage import PoolAuth, PoolHost, PoolSource
from hypervisor.xml.document import Element, attr, attr_at, number, parse, size_bytes, text, written


@dataclass(frozen=True, slots=True)
class PoolXML:
    """What the document says; its state and how it is kept come with the list."""

    type: str
    capacity_bytes: int
    allocation_bytes: int
    available_bytes: int
    target: str
    source: str
    detail: PoolSource


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
        detail=read_source(pool.find("source")),
    )


def read_source(source: Element | None) -> PoolSource:
    """All that a `<source>` says."""
    if source is None:
        return PoolSource()
    return PoolSource(
        hosts=tuple(
            PoolHost(attr(host, "name"), number(attr(host, "port")) or None)
            for host in source.findall("host")
            if attr(host, "name")
        ),
        dir=attr_at(source, "dir", "path"),
        devices=tuple(attr(device, "path") for device in source.findall("device") if attr(device, "path")),
        name=text(source, "name"),
        adapter=attr_at(source, "adapter", "name") or attr_at(source, "adapter", "wwpn"),
        initiator=attr_at(source, "initiator/iqn", "name"),
        format=attr_at(source, "format", "type"),
        auth=_auth(source),
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


def _auth(source: Element) -> PoolAuth | None:
    auth = source.find("auth")
    if auth is None:
        return None
    try:
        secret = UUID(attr_at(auth, "secret", "uuid"))
    except ValueError:
        secret = None  # named by its usage instead
    return PoolAuth(attr(auth, "type"), attr(auth, "username"), secret)
