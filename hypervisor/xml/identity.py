"""By what one domain is told from others, and one device from others of its kind."""

from lxml import etree

from hypervisor.xml.document import Element, attr_at, parse, text, written


def device_name(device: Element) -> str:
    """By what people tell a device from others of its kind; "" where nothing but its place does."""
    alias = attr_at(device, "alias", "name")
    match device.tag:
        case "disk":
            found = attr_at(device, "target", "dev")
        case "interface":
            found = attr_at(device, "mac", "address").lower()
        case "controller":
            found = f"{device.get('type', '')}:{device.get('index', '')}"
        case "filesystem":
            found = attr_at(device, "target", "dir")
        case "channel":
            found = attr_at(device, "target", "name")
        case "graphics":
            found = device.get("type", "")
        case "input":
            found = f"{device.get('type', '')}:{device.get('bus', '')}"
        case _:
            found = ""
    return found or (alias if alias.startswith("ua-") else "")


def names_of(domain_xml: str) -> tuple[str, str]:
    """A domain's name and UUID, "" where it has none. Raises InvalidXML."""
    domain = parse(domain_xml, "domain")
    return text(domain, "name"), text(domain, "uuid").lower()


def with_names(domain_xml: str, name: str, uuid: str) -> str:
    """The definition under this name and UUID. Raises InvalidXML."""
    domain = parse(domain_xml, "domain")
    for position, (tag, value) in enumerate((("name", name), ("uuid", uuid))):
        found = domain.find(tag)
        if found is None:
            found = etree.Element(tag)
            domain.insert(position, found)
        found.text = value
    return written(domain)
