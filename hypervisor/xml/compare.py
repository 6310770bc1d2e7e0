"""What differs between two definitions of a domain, in people's terms: one line a setting or a device.

A running domain's XML says more than anybody chose: numbers, ports, sockets, labels, names of taps. None of that is a
difference, and a device is the same device wherever it stands in the document.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from hypervisor.xml.document import Element, parse, size_bytes
from hypervisor.xml.identity import device_name
from hypervisor.xml.running import strip_running

_LONGEST_VALUE = 400
# What tells one of several elements of the same tag from the others, where its position does not matter.
_IDENTITY = {
    "vcpupin": "vcpu",
    "vcpusched": "vcpus",
    "iothreadpin": "iothread",
    "iothread": "id",
    "cell": "id",
    "sibling": "id",
    "memnode": "cellid",
    "feature": "name",
    "timer": "name",
    "event": "name",
    "vcpu": "id",
    "entry": "name",
    "suspend-to-mem": "enabled",
}
_SIZES = frozenset({"memory", "currentMemory", "maxMemory", "hard_limit", "soft_limit", "swap_hard_limit"})
_HIDDEN = "…"
_PASSWORD = re.compile(r'\bpasswd="[^"]*"')
_UNITS = (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10))


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting: `path` says where, None means that it is not there (an element without a value is "yes")."""

    path: str
    before: str | None
    after: str | None


def compare(before: str, after: str, *, running: bool = False) -> tuple[Difference, ...]:
    """How `after` differs from `before`, in the order of the documents. Raises InvalidXML.

    `running`: `before` is what runs and `after` what the next boot brings; then what libvirt adds while a domain runs
    (the processor that a host-model became, a chosen firmware's files, where devices are plugged) is no difference.
    """
    old, new = parse(before, "domain"), parse(after, "domain")
    strip_running(old, new, running=running)
    return tuple(_elements(old, new, ""))


def unified(before: str, after: str) -> str:
    """Both documents, indented alike, as a unified diff; "" when nothing differs."""
    old, new = (_without_secrets(pretty(xml)).splitlines() for xml in (before, after))
    lines = difflib.unified_diff(old, new, "before", "after", lineterm="")
    return "\n".join(lines)


def pretty(xml: str) -> str:
    """A domain's definition with two spaces a level. Raises InvalidXML."""
    domain = parse(xml, "domain")
    etree.indent(domain, space="  ")
    return etree.tostring(domain, encoding="unicode")


def _without_secrets(xml: str) -> str:
    return _PASSWORD.sub(f'passwd="{_HIDDEN}"', xml)


def _elements(old: Element, new: Element, path: str) -> Iterator[Difference]:
    """Of two elements that are the same one: attributes, text, then children."""
    for name in dict.fromkeys((*old.attrib, *new.attrib)):
        was, now = old.get(name), new.get(name)
        if name == "unit" and _is_size(old) and _is_size(new):
            continue  # said with the value
        if was != now:
            shown = (was, now) if name != "passwd" else (was and _HIDDEN, now and _HIDDEN)
            yield Difference(_at(path, f"@{_local(name)}"), *shown)
    was_text, now_text = _text(old), _text(new)
    if was_text != now_text and not (len(old) or len(new)):
        yield Difference(path, was_text or None, now_text or None)
    for was_child, now_child, key in _pairs(old, new):
        at = _at(path, key)
        if now_child is None and was_child is not None:
            yield Difference(at, _summary(was_child), None)
        elif was_child is None and now_child is not None:
            yield Difference(at, None, _summary(now_child))
        elif was_child is not None and now_child is not None:
            yield from _elements(was_child, now_child, at)


def _pairs(old: Element, new: Element) -> Iterator[tuple[Element | None, Element | None, str]]:
    """The children of both, side by side, each with the name that its path gets."""
    devices = old.tag == "devices"
    for tag in dict.fromkeys(child.tag for child in (*old, *new)):
        ours, theirs = [c for c in old if c.tag == tag], [c for c in new if c.tag == tag]
        name = _local(tag)
        if devices:
            yield from _devices(name, ours, theirs)
        elif len(ours) <= 1 and len(theirs) <= 1:
            yield ours[0] if ours else None, theirs[0] if theirs else None, name
        else:
            by = _IDENTITY.get(name)
            yield from _by_key(name, _keyed(ours, by), _keyed(theirs, by))


def _devices(
    name: str, ours: list[Element], theirs: list[Element]
) -> Iterator[tuple[Element | None, Element | None, str]]:
    known, known_new = _named(name, ours), _named(name, theirs)
    yield from _by_key(name, known, known_new)
    # The rest have no name of their own: those that are alike are the same ones, the others by their order.
    rest = [(i, d) for i, d in enumerate(ours) if d not in known.values()]
    rest_new = [(i, d) for i, d in enumerate(theirs) if d not in known_new.values()]
    alike = {id(d): etree.tostring(d, method="c14n") for _, d in (*rest, *rest_new)}
    for at, device in list(rest):
        twin = next((pair for pair in rest_new if alike[id(pair[1])] == alike[id(device)]), None)
        if twin is not None:
            rest.remove((at, device))
            rest_new.remove(twin)
    for position in range(max(len(rest), len(rest_new))):
        was = rest[position] if position < len(rest) else None
        now = rest_new[position] if position < len(rest_new) else None
        shown = (now or was or (0, None))[0]
        only = len(ours) <= 1 and len(theirs) <= 1
        yield was[1] if was else None, now[1] if now else None, name if only else f"{name}[{shown}]"


def _by_key(
    name: str, ours: dict[str, Element], theirs: dict[str, Element]
) -> Iterator[tuple[Element | None, Element | None, str]]:
    for key in dict.fromkeys((*ours, *theirs)):
        yield ours.get(key), theirs.get(key), f"{name}[{key}]"


def _keyed(elements: list[Element], by: str | None) -> dict[str, Element]:
    """By the attribute that tells them apart, else by their order, which then means something."""
    keys = ((element.get(by, "") if by else "") or str(i) for i, element in enumerate(elements))
    return dict(zip(_unique(keys), elements, strict=True))


def _named(name: str, devices: list[Element]) -> dict[str, Element]:
    """Those that have a name of their own."""
    named = [(device_name(device), device) for device in devices]
    named = [(key, device) for key, device in named if key]
    return dict(zip(_unique(key for key, _ in named), (device for _, device in named), strict=True))


def _unique(keys: Iterable[str]) -> list[str]:
    """The keys, each further one of the same word with its number."""
    seen: dict[str, int] = {}
    made = []
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
        made.append(key if seen[key] == 1 else f"{key}#{seen[key]}")
    return made


def _summary(element: Element) -> str:
    """An element that came or went, on one line."""
    said = list(_said(element, ""))
    if not said:
        return "yes"
    if len(said) == 1 and said[0][0] == "":
        return said[0][1][:_LONGEST_VALUE]
    line = ", ".join(f"{path}={value}" if path else value for path, value in said)
    return line if len(line) <= _LONGEST_VALUE else f"{line[: _LONGEST_VALUE - 1]}…"


def _said(element: Element, path: str) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if not (name == "unit" and _is_size(element)):
            yield _at(path, _local(str(name))), str(value)
    if not len(element):
        text = _text(element)
        if text or (path and not element.attrib):
            yield path, text or "yes"
    for child in element:
        yield from _said(child, _at(path, _local(child.tag)))


def _text(element: Element) -> str:
    if _is_size(element):
        return _size(element)
    return re.sub(r"\s+", " ", element.text or "").strip() if len(element) else (element.text or "").strip()


def _is_size(element: Element) -> bool:
    return element.tag in _SIZES and not len(element) and bool((element.text or "").strip().isdecimal())


def _size(element: Element) -> str:
    """Memory in the largest unit that keeps it whole, so that 1 GiB and 1048576 KiB are the same."""
    size = size_bytes(element)
    for unit, factor in _UNITS:
        if size and size % factor == 0:
            return f"{size // factor} {unit}"
    return f"{size} bytes"


def _local(name: object) -> str:
    """A name without its namespace's address, which says nothing to people."""
    return etree.QName(str(name)).localname


def _at(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name
