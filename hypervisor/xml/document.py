"""Reading a document that may be hostile, and the small questions that are asked of every element."""

from typing import TypeAlias

from lxml import etree

from hypervisor.errors import InvalidXML

Element: TypeAlias = etree._Element

LONGEST_BYTES = 8 * 1024 * 1024  # capabilities of a big machine have 1 MiB
DEEPEST = 64

_BYTES_OF_UNIT = {
    "b": 1,
    "bytes": 1,
    "KB": 1000,
    "k": 1024,
    "KiB": 1024,
    "MB": 1000**2,
    "M": 1024**2,
    "MiB": 1024**2,
    "GB": 1000**3,
    "G": 1024**3,
    "GiB": 1024**3,
    "TB": 1000**4,
    "T": 1024**4,
    "TiB": 1024**4,
    "PB": 1000**5,
    "P": 1024**5,
    "PiB": 1024**5,
    "EB": 1000**6,
    "E": 1024**6,
    "EiB": 1024**6,
}


def parse(text: str, root: str) -> Element:
    """The document's element, which must be a `root`. Raises InvalidXML.

    No DTD is allowed at all, not even where it would be mere text, so there is no entity to expand; nothing is
    fetched; size and depth are limited.
    """
    # A declared encoding would contradict the text that we have already.
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise InvalidXML("The document has characters that are none.") from None
    if len(data) > LONGEST_BYTES:
        raise InvalidXML(f"The document is longer than {LONGEST_BYTES // 2**20} MiB.")
    if "<!DOCTYPE" in text:
        raise InvalidXML("The document has a DOCTYPE, which is not allowed.")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        element = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InvalidXML(f"The document is not well formed: {error}.") from None
    if element.tag != root:
        raise InvalidXML(f"The document is a {shown(element.tag)}, and a {root} was expected.")
    check_depth(element)
    return element


def check_depth(element: Element) -> None:
    """Raises InvalidXML for what is nested deeper than any document of libvirt's."""
    depth = 0
    for event, _ in etree.iterwalk(element, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise InvalidXML("The document is nested too deeply.")


def shown(tag: object) -> str:
    """A tag's name for a message, short."""
    return str(tag)[:64]


def text(element: Element, path: str) -> str:
    """The text of the first element at `path`, without white space around it; "" when there is none."""
    return (element.findtext(path) or "").strip()


def attr(element: Element | None, name: str) -> str:
    """An attribute, "" when it or the element is missing."""
    return "" if element is None else element.get(name, "")


def attr_at(element: Element, path: str, name: str) -> str:
    """An attribute of the first element at `path`, "" when there is none."""
    return attr(element.find(path), name)


def number(text: str, default: int = 0) -> int:
    """A whole number as libvirt writes it, or `default` where there is none."""
    try:
        return int(text)
    except ValueError:
        return default


def size_bytes(element: Element | None, default_unit: str = "KiB") -> int:
    """A size with its unit, 0 when it is missing. Memory counts in KiB by default, volumes and pools in bytes."""
    if element is None:
        return 0
    return bytes_of((element.text or "").strip(), element.get("unit", default_unit))


def bytes_of(text: str, unit: str) -> int:
    """A number of libvirt's units in bytes."""
    return number(text) * _BYTES_OF_UNIT.get(unit, 1)


def written(element: Element) -> str:
    """The element as text."""
    return etree.tostring(element, encoding="unicode")
