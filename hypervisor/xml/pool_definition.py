"""Pools of every type written, the secret of one, where to look for sources, and what a node says it can keep."""

from uuid import UUID

from lxml import etree

from hypervisor.storage import AUTH_TYPES, NATURES, PoolOffer, PoolSource, PoolSpec, PoolType
from hypervisor.xml.document import Element, attr, attr_at, parse, text, written
from hypervisor.xml.pool import read_source

_SECRETS = {"chap": ("iscsi", "target"), "ceph": ("ceph", "name")}  # type of auth: usage, its element
_OURS = "ovirtlite pool "


def write_pool(spec: PoolSpec) -> str:
    """The `<pool>`; its sizes and permissions are the node's to say."""
    pool = etree.Element("pool", type=str(spec.type))
    etree.SubElement(pool, "name").text = spec.name
    etree.SubElement(pool, "uuid").text = str(spec.uuid)
    source = _source(spec.source, spec.type)
    if len(source):
        pool.append(source)
    if spec.type in {PoolType.LOGICAL, PoolType.ZFS}:
        where = f"/dev/{spec.source.name}" if spec.type is PoolType.LOGICAL else ""
    else:
        where = spec.target or NATURES[spec.type].target
    if where:
        etree.SubElement(etree.SubElement(pool, "target"), "path").text = where
    return written(pool)


def renamed(xml: str, name: str) -> str:
    """The same pool under another name. Raises InvalidXML."""
    pool = parse(xml, "pool")
    for found in pool.findall("name"):
        found.text = name
    return written(pool)


def write_search(type: PoolType, source: PoolSource) -> str | None:
    """Where to look for sources of that type; None where a node looks at itself alone."""
    document = _source(source, type)
    return written(document) if len(document) else None


def read_found(xml: str) -> tuple[PoolSource, ...]:
    """What a search found. Raises InvalidXML."""
    return tuple(read_source(source) for source in parse(xml, "sources").findall("source"))


def write_secret(uuid: UUID, pool: UUID, type: PoolType) -> str:
    """The secret that holds the word for a pool: nobody reads it back."""
    usage, element = _SECRETS[AUTH_TYPES[type]]
    secret = etree.Element("secret", ephemeral="no", private="yes")
    etree.SubElement(secret, "uuid").text = str(uuid)
    etree.SubElement(secret, "description").text = f"{_OURS}{pool}"
    below = etree.SubElement(secret, "usage", type=usage)
    etree.SubElement(below, element).text = f"{_OURS}{pool}"
    return written(secret)


def is_secret_of(xml: str, pool: UUID) -> bool:
    """Whether a `<secret>` was made for that pool, by us. Raises InvalidXML."""
    return text(parse(xml, "secret"), "description") == f"{_OURS}{pool}"


def read_pool_offers(xml: str) -> tuple[PoolOffer, ...]:
    """The supported ones of `<storagepoolCapabilities>`, those that we know. Raises InvalidXML."""
    known = {str(type): type for type in PoolType}
    return tuple(
        PoolOffer(
            type=known[attr(pool, "type")],
            formats=_formats(pool, "poolOptions"),
            default_format=attr_at(pool, "poolOptions/defaultFormat", "type"),
            volume_formats=_formats(pool, "volOptions"),
            default_volume_format=attr_at(pool, "volOptions/defaultFormat", "type"),
        )
        for pool in parse(xml, "storagepoolCapabilities").findall("pool")
        if attr(pool, "supported") == "yes" and attr(pool, "type") in known
    )


def _formats(pool: Element, group: str) -> tuple[str, ...]:
    return tuple(value.text or "" for value in pool.iterfind(f"{group}/enum/value") if value.text)


def _source(source: PoolSource, type: PoolType) -> Element:
    document = etree.Element("source")
    for host in source.hosts:
        element = etree.SubElement(document, "host", name=host.name)
        if host.port:
            element.set("port", str(host.port))
    for device in source.devices:
        etree.SubElement(document, "device", path=device)
    if source.dir:
        etree.SubElement(document, "dir", path=source.dir)
    if source.adapter:
        etree.SubElement(document, "adapter", type="scsi_host", name=source.adapter)
    if source.initiator:
        etree.SubElement(etree.SubElement(document, "initiator"), "iqn", name=source.initiator)
    if source.auth is not None:
        auth = etree.SubElement(document, "auth", type=source.auth.type, username=source.auth.username)
        if source.auth.secret is not None:
            etree.SubElement(auth, "secret", uuid=str(source.auth.secret))
    if source.name:
        etree.SubElement(document, "name").text = source.name
    if source.format:
        etree.SubElement(document, "format", type=source.format)
    return document
