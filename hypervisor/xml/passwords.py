"""The passwords in a domain's definition, which nodes hide unless they are asked for them."""

from hypervisor.xml.document import Element, parse, written

_HOLDERS = ("passwd", "passwdValidTo")


def without_passwords(xml: str) -> str:
    """The definition as it is shown. Raises InvalidXML."""
    domain = parse(xml, "domain")
    for graphics in domain.iterfind("devices/graphics"):
        for name in _HOLDERS:
            graphics.attrib.pop(name, "")
    return written(domain)


def with_passwords_of(wanted: str, present: str) -> str:
    """`wanted`, whose screens keep the passwords that they have in `present` where it names none. Raises InvalidXML.

    Who reads a definition sees no password, so putting it back must not take them away.
    """
    domain = parse(wanted, "domain")
    known = _screens(parse(present, "domain"))
    changed = False
    for key, graphics in _screens(domain).items():
        had = known.get(key)
        if had is None or graphics.get("passwd") is not None or had.get("passwd") is None:
            continue
        for name in _HOLDERS:
            value = had.get(name)
            if value is not None:
                graphics.set(name, value)
                changed = True
    return written(domain) if changed else wanted


def _screens(domain: Element) -> dict[tuple[str, int], Element]:
    """By type, and which of that type."""
    found: dict[tuple[str, int], Element] = {}
    for graphics in domain.iterfind("devices/graphics"):
        kind = graphics.get("type", "")
        found[kind, sum(1 for known, _ in found if known == kind)] = graphics
    return found
