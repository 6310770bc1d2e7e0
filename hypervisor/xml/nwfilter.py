"""The `<filter>` of a node: read, checked, given its name; and those that are ready made."""

from dataclasses import dataclass
from uuid import UUID

from lxml import etree

from hypervisor.errors import InvalidXML
from hypervisor.xml.document import parse, text, written

# libvirt's own filters that each ready-made one calls, in this order.
PRESETS: dict[str, tuple[str, ...]] = {
    "no-spoofing": ("no-mac-spoofing", "no-ip-spoofing", "no-arp-mac-spoofing", "no-arp-ip-spoofing"),
}
_PARTS = frozenset({"uuid", "rule", "filterref"})


@dataclass(frozen=True, slots=True)
class FilterXML:
    """What the document says. `uuid` is None where it names none."""

    name: str
    uuid: UUID | None
    chain: str
    references: tuple[str, ...]
    rules: int


def read_filter(xml: str) -> FilterXML:
    """Raises InvalidXML."""
    root = parse(xml, "filter")
    given = text(root, "uuid")
    try:
        uuid = UUID(given) if given else None
    except ValueError:
        raise InvalidXML(f"{given[:64]} is no UUID.") from None
    references = (ref.get("filter", "") for ref in root.iterfind("filterref"))
    return FilterXML(
        name=root.get("name", ""),
        uuid=uuid,
        chain=root.get("chain", "root"),
        references=tuple(dict.fromkeys(name for name in references if name)),
        rules=len(root.findall("rule")),
    )


def settled(xml: str, name: str, uuid: UUID) -> str:
    """The document under this name and UUID. Raises InvalidXML for what no filter may have, or for another name."""
    root = parse(xml, "filter")
    for child in root:
        if child.tag not in _PARTS:
            raise InvalidXML(f"A filter has rules and references, and no {str(child.tag)[:64]}.")
    if root.get("name", name) != name:
        raise InvalidXML(f"The document names its filter {root.get('name', '')[:64]}, not {name}.")
    for given in root.findall("uuid"):
        root.remove(given)
    root.set("name", name)
    made = etree.Element("uuid")
    made.text = str(uuid)
    root.insert(0, made)
    etree.indent(root)
    return written(root)


def ready_made(preset: str, name: str, uuid: UUID) -> str:
    """The document of a preset. Raises KeyError for one that there is not."""
    root = etree.Element("filter", name=name, chain="root")
    for reference in PRESETS[preset]:
        etree.SubElement(root, "filterref", filter=reference)
    return settled(written(root), name, uuid)
