"""By what one device is told from others of its kind."""

from hypervisor.xml.document import Element, attr_at


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
