"""The `<volume>` of a pool, read and written."""

from dataclasses import dataclass
from uuid import UUID

from lxml import etree

from hypervisor.data import VolumeSeen
from hypervisor.xml.document import Element, attr_at, parse, size_bytes, text, written


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
        backing_format=attr_at(volume, "backingStore/format", "type"),
        encryption=attr_at(volume, "target/encryption", "format"),
    )


@dataclass(frozen=True, slots=True)
class Qcow2:
    """What makes one qcow2 different from another, beside its size."""

    compat: str
    features: tuple[str, ...]
    cluster_bytes: int


def read_qcow2(xml: str) -> Qcow2:
    """Raises InvalidXML."""
    volume = parse(xml, "volume")
    features = volume.find("target/features")
    return Qcow2(
        compat=text(volume, "target/compat"),
        features=() if features is None else tuple(sorted(str(one.tag) for one in features)),
        cluster_bytes=size_bytes(volume.find("target/clusterSize"), "bytes"),
    )


def write_volume(
    name: str,
    format: str,
    capacity_bytes: int,
    *,
    backing: str = "",
    backing_format: str = "",
    mode: str = "",
    allocation_bytes: int = 0,
    secret: UUID | None = None,
    qcow2: Qcow2 | None = None,
) -> str:
    """A new, empty volume, sparse as far as `allocation_bytes` says; a layer over `backing` (a path) shows its content.

    Without `format` the pool's own default. `mode` is of the file, in octal: "0600". `secret` is of the node, and
    makes it LUKS. `qcow2` keeps what an original had.
    """
    volume = etree.Element("volume")
    etree.SubElement(volume, "name").text = name
    etree.SubElement(volume, "capacity", unit="bytes").text = str(capacity_bytes)
    etree.SubElement(volume, "allocation", unit="bytes").text = str(allocation_bytes)
    target = etree.SubElement(volume, "target")
    if format:
        etree.SubElement(target, "format", type=format)
    if mode:
        etree.SubElement(etree.SubElement(target, "permissions"), "mode").text = mode
    if secret is not None:
        encryption = etree.SubElement(target, "encryption", format="luks")
        etree.SubElement(encryption, "secret", type="passphrase", uuid=str(secret))
    if qcow2 is not None:
        _write_qcow2(target, qcow2)
    elif format == "qcow2":
        # libvirt's own choice is the version of 2009, which cannot keep what was written since a backup.
        _write_qcow2(target, Qcow2("1.1", (), 0))
    if backing:
        below = etree.SubElement(volume, "backingStore")
        etree.SubElement(below, "path").text = backing
        # Never left to be guessed from the content: a guest writes that.
        etree.SubElement(below, "format", type=backing_format or "raw")
    return written(volume)


def _write_qcow2(target: Element, qcow2: Qcow2) -> None:
    if qcow2.compat:
        etree.SubElement(target, "compat").text = qcow2.compat
    if qcow2.cluster_bytes:
        etree.SubElement(target, "clusterSize", unit="B").text = str(qcow2.cluster_bytes)
    if qcow2.features:
        features = etree.SubElement(target, "features")
        for name in qcow2.features:
            etree.SubElement(features, name)
