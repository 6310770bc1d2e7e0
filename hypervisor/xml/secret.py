"""The `<secret>` of a node: a passphrase that a volume is opened with."""

from uuid import UUID

from lxml import etree

from hypervisor.xml.document import written


def write_volume_secret(uuid: UUID, path: str) -> str:
    """For the volume at `path`: by this usage libvirt finds it again. Its value is shown to no client."""
    secret = etree.Element("secret", ephemeral="no", private="yes")
    etree.SubElement(secret, "uuid").text = str(uuid)
    etree.SubElement(secret, "description").text = "LUKS passphrase"
    usage = etree.SubElement(secret, "usage", type="volume")
    etree.SubElement(usage, "volume").text = path
    return written(secret)
