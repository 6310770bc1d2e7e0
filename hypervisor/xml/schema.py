"""Validating a definition against libvirt's own schema, as virt-xml-validate does, where this machine has it."""

import re
import threading
from functools import cache
from pathlib import Path

from lxml import etree

from hypervisor.xml.document import Element, parse

_SCHEMAS = Path("/usr/share/libvirt/schemas")
_MOST = 5
# libxml2 tries an element's optional attributes in every combination: each one more takes four times as long. This many
# take a second; sixteen attributes of one `<driver>` would take half a minute, and hold up everyone who waits here.
_MOST_WAYS = 4**14
_EXTRA = re.compile(r"Extra element (\S+) in interleave")
_VAGUE = re.compile(r"failed to validate content|Invalid sequence in interleave|^Extra content")
_lock = threading.Lock()


@cache
def _schema(name: str = "domain") -> etree.RelaxNG | None:
    file = _SCHEMAS / f"{name}.rng"
    if not file.is_file():
        return None
    return etree.RelaxNG(etree.parse(str(file), etree.XMLParser(no_network=True)))


def complaints(domain_xml: str) -> tuple[str, ...] | None:
    """What the schema does not allow, in words; None where it was not asked. Raises InvalidXML.

    It is not asked where there is none here, and where it would think for too long.

    It is this machine's libvirt that speaks: a newer node may know more.
    """
    domain = parse(domain_xml, "domain")
    return None if _takes_long(domain) else _asked("domain", domain)


def network_complaints(network_xml: str) -> tuple[str, ...] | None:
    """The same of a network."""
    network = parse(network_xml, "network")
    return None if _takes_long(network) else _asked("network", network)


def filter_complaints(filter_xml: str) -> tuple[str, ...] | None:
    """The same of a network filter."""
    root = parse(filter_xml, "filter")
    return None if _takes_long(root) else _asked("nwfilter", root)


def _asked(name: str, element: Element) -> tuple[str, ...] | None:
    with _lock:  # the validator keeps its complaints in itself
        schema = _schema(name)
        if schema is None:
            return None
        if schema.validate(element):
            return ()
        found = dict.fromkeys(_worded(entry.message) for entry in schema.error_log)
    return tuple(word for word in found if word)[:_MOST] or ("libvirt's schema does not allow this.",)


def takes_long(domain_xml: str) -> bool:
    """Whether a validator, the node's own too, would think for long about a domain. Raises InvalidXML."""
    return _takes_long(parse(domain_xml, "domain"))


def _takes_long(domain: Element) -> bool:
    ways = sum(4 ** min(len(element.attrib), 20) for element in domain.iter())
    return bool(ways > _MOST_WAYS)


def _worded(message: str) -> str:
    """libxml2 names the element around the mistake, not the mistake."""
    extra = _EXTRA.fullmatch(message)
    if extra is not None:
        return f"libvirt's schema does not allow this {extra[1]}, or something in it."
    return "" if _VAGUE.search(message) else f"libvirt's schema: {message}."
