"""Which operating system a domain says it has: libosinfo's mark in the `<metadata>`."""

from dataclasses import dataclass
from typing import Any

from lxml import etree

from hypervisor.systems import GuestOS
from hypervisor.xml.codecs import Text
from hypervisor.xml.document import Element, parse
from hypervisor.xml.osinfo import system_named
from hypervisor.xml.places import prune, reach

_NAMESPACE = "http://libosinfo.org/xmlns/libvirt/domain/1.0"
_PATH = f"metadata/{{{_NAMESPACE}}}libosinfo/{{{_NAMESPACE}}}os"
_ID = Text(
    longest=255, pattern=r"https?://[A-Za-z0-9./_-]+", like="an id such as http://fedoraproject.org/fedora/37"
)


@dataclass(frozen=True, slots=True)
class OsId:
    """Its id in libosinfo's database, as virt-install and virt-manager keep it."""

    codec: Text = _ID

    def read(self, element: Element) -> str | None:
        found = element.find(_PATH)
        return None if found is None else found.get("id")

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        written = self.codec.write(value)
        found = element.find(_PATH)
        if found is None:
            metadata = reach(element, "metadata")
            info = metadata.find(f"{{{_NAMESPACE}}}libosinfo")
            if info is None:
                info = etree.SubElement(
                    metadata, f"{{{_NAMESPACE}}}libosinfo", nsmap={"libosinfo": _NAMESPACE}
                )
            found = etree.SubElement(info, f"{{{_NAMESPACE}}}os")
        found.set("id", written)

    def clear(self, element: Element) -> None:
        found = element.find(_PATH)
        if found is not None:
            found.attrib.clear()
            prune(element, found)


def system_of(domain_xml: str) -> GuestOS | None:
    """The operating system that a definition names, None where it names none that is known. Raises InvalidXML."""
    id = OsId().read(parse(domain_xml, "domain"))
    return system_named(id) if id else None
