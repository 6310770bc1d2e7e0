"""How the devices of a domain are called: by what is their own where they have it, else by their place."""

from collections.abc import Iterator

from hypervisor.errors import NotFound
from hypervisor.xml.document import Element, attr_at

# In `<devices>`, and no device.
_NO_DEVICES = frozenset({"emulator"})


def keyed(domain: Element) -> Iterator[tuple[str, Element]]:
    """Every device with its key: `disk:vda`, `interface:52:54:00:12:34:56`, else `kind:n` in the document's order."""
    counts: dict[str, int] = {}
    seen: set[str] = set()
    for element in domain.iterfind("devices/*"):
        kind = str(element.tag)
        if kind in _NO_DEVICES:
            continue
        number = counts.get(kind, 0)
        counts[kind] = number + 1
        key = _own_key(element)
        if not key or key in seen:
            key = f"{kind}:{number}"
        seen.add(key)
        yield key, element


def device_at(domain: Element, key: str) -> Element:
    """Raises NotFound."""
    for each, element in keyed(domain):
        if each == key:
            return element
    raise NotFound(f"The domain has no device {key[:64]}.")


def _own_key(element: Element) -> str:
    if element.tag == "disk":
        name = attr_at(element, "target", "dev")
    elif element.tag == "interface":
        name = attr_at(element, "mac", "address").lower()
    else:
        return ""
    return f"{element.tag}:{name}" if name else ""
