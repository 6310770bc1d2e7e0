"""The `<filter>` of a node: read, checked, given its name; and those that are ready made."""

from dataclasses import dataclass
from uuid import UUID

from lxml import etree

from hypervisor.errors import InvalidXML
from hypervisor.xml.document import parse, text, written

# Each rule of the ready-made filters: what becomes of what a guest sends, the order, and what it is about. They stand
# by themselves, for libvirt's own no-…-spoofing may be missing on a node. $MAC and $IP are the interface's; where
# nobody says its IP (parameter IP), libvirt learns it from the first packet.
PRESETS: dict[str, tuple[tuple[str, int, str, dict[str, str]], ...]] = {
    "no-spoofing": (
        ("drop", -800, "mac", {"match": "no", "srcmacaddr": "$MAC"}),
        ("drop", -750, "arp", {"match": "no", "arpsrcmacaddr": "$MAC"}),
        ("accept", -740, "arp", {"arpsrcipaddr": "0.0.0.0"}),
        ("drop", -730, "arp", {"match": "no", "arpsrcipaddr": "$IP"}),
        (
            "accept",
            -700,
            "ip",
            {"srcipaddr": "0.0.0.0", "protocol": "udp", "srcportstart": "68", "dstportstart": "67"},
        ),
        ("drop", -690, "ip", {"match": "no", "srcipaddr": "$IP"}),
    ),
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


def statements(xml: str) -> tuple[str, ...]:
    """Its rules and references in their order, one a line, after what holds for all of them. Raises InvalidXML."""
    root = parse(xml, "filter")
    etree.indent(root, "")
    of_all = (f'{name}="{root.get(name)}"' for name in ("chain", "priority") if root.get(name))
    rules = (written(child).replace("\n", "").strip() for child in root if child.tag in {"rule", "filterref"})
    return (*of_all, *rules)


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
    for action, priority, protocol, match in PRESETS[preset]:
        rule = etree.SubElement(root, "rule", action=action, direction="out", priority=str(priority))
        etree.SubElement(rule, protocol, match)
    return settled(written(root), name, uuid)
