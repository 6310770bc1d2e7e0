"""The `<domaincheckpoint>`."""

from lxml import etree

from hypervisor.backups import CheckpointSeen
from hypervisor.xml.document import parse, text, written


def write_checkpoint(name: str, targets: tuple[str, ...], others: tuple[str, ...]) -> str:
    """The document that asks for one of these disks; `others` are left out."""
    checkpoint = etree.Element("domaincheckpoint")
    etree.SubElement(checkpoint, "name").text = name
    disks = etree.SubElement(checkpoint, "disks")
    for target in targets:
        etree.SubElement(disks, "disk", name=target, checkpoint="bitmap")
    for target in others:
        etree.SubElement(disks, "disk", name=target, checkpoint="no")
    return written(checkpoint)


def read_checkpoint(xml: str) -> CheckpointSeen:
    """Without the domain's definition, which only takes room. Raises InvalidXML."""
    checkpoint = parse(xml, "domaincheckpoint")
    for domain in checkpoint.findall("domain"):
        checkpoint.remove(domain)
    return CheckpointSeen(text(checkpoint, "name"), text(checkpoint, "parent/name"), written(checkpoint))


def without_parent(xml: str) -> str:
    """The same as the first of its domain: those before it are no more. Raises InvalidXML."""
    checkpoint = parse(xml, "domaincheckpoint")
    for parent in checkpoint.findall("parent"):
        checkpoint.remove(parent)
    return written(checkpoint)
