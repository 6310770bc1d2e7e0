"""Where a property of a model stands in its element: read, written and cleared there, and nothing beside it touched.

A place reads what a node wrote, whatever it is, and never fails at that; it writes only what it accepts, and raises
ValueError with the reason, or InvalidField where the fault lies in a part of the value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from lxml import etree

from hypervisor.errors import InvalidField
from hypervisor.xml.codecs import Codec, Kibibytes, Text
from hypervisor.xml.document import Element, bytes_of, size_bytes


class Place(Protocol):
    """What a model asks of the place of one of its properties. `value` is never None: that is what `clear` is for."""

    def read(self, element: Element) -> Any:
        """The value, or None where there is none."""

    def accept(self, value: Any) -> Any:
        """The value as the model holds it, made from what JSON can say."""

    def write(self, element: Element, value: Any) -> None:
        """Put an accepted value there."""

    def clear(self, element: Element) -> None:
        """Take it away, and what is empty without it."""


@dataclass(frozen=True, slots=True)
class At:
    """An attribute (`driver@cache`, `@model`) or the text of a child (`serial`).

    `keep`: the element says something by being there, so it stays when this, its last attribute, goes.
    """

    where: str
    codec: Codec = Text()  # noqa: RUF009 - frozen
    keep: bool = False

    def read(self, element: Element) -> Any:
        path, attribute = split(self.where)
        found = element.find(path) if path else element
        if found is None:
            return None
        written = found.get(attribute) if attribute else (found.text or "").strip()
        return self.codec.read(written) if written else None

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        path, attribute = split(self.where)
        written = self.codec.write(value)
        if self.read(element) == value:
            return  # whatever way of writing it the node has chosen
        if not written:
            self.clear(element)
            return
        found = reach(element, path)
        if attribute:
            found.set(attribute, written)
        else:
            found.text = written

    def clear(self, element: Element) -> None:
        path, attribute = split(self.where)
        found = element.find(path) if path else element
        if found is None:
            return
        if attribute:
            if attribute in found.attrib:
                del found.attrib[attribute]
        else:
            found.text = None
        if not self.keep:
            prune(element, found)


@dataclass(frozen=True, slots=True)
class Secret(At):
    """Written, and never read back."""

    def read(self, element: Element) -> Any:
        return None


@dataclass(frozen=True, slots=True)
class Present:
    """A child that says yes by being there."""

    path: str

    def read(self, element: Element) -> bool:
        return element.find(self.path) is not None

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        if not isinstance(value, bool):
            raise ValueError("It must be true or false.")
        if value:
            reach(element, self.path)
        else:
            self.clear(element)

    def clear(self, element: Element) -> None:
        found = element.find(self.path)
        if found is not None:
            parent = found.getparent()
            remove(found)
            if parent is not None:
                prune(element, parent)


@dataclass(frozen=True, slots=True)
class Size:
    """A size in bytes, which libvirt writes with its unit. `unit` is what counts where none is written."""

    path: str
    unit: str = "KiB"
    least: int = 0

    def read(self, element: Element) -> int | None:
        found = element.find(self.path)
        return None if found is None else size_bytes(found, self.unit)

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value < 2**63:
            raise ValueError(f"It must be a whole number of bytes, at least {self.least}.")
        if self.read(element) == value:
            return
        whole = value % 1024 == 0
        found = reach(element, self.path)
        found.set("unit", "KiB" if whole else "bytes")
        found.text = str(value // 1024 if whole else value)

    def clear(self, element: Element) -> None:
        Present(self.path).clear(element)


@dataclass(frozen=True, slots=True)
class SizeAttribute:
    """A size in bytes that is an attribute, with its unit in another one beside it."""

    where: str
    unit: str = "unit"
    otherwise: str = "KiB"  # what counts where no unit is written

    def read(self, element: Element) -> int | None:
        path, attribute = split(self.where)
        found = element.find(path) if path else element
        written = None if found is None else found.get(attribute)
        if found is None or written is None:
            return None
        return bytes_of(written, found.get(self.unit, self.otherwise))

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        path, attribute = split(self.where)
        written = Kibibytes().write(value)
        if self.read(element) == value:
            return
        found = reach(element, path)
        found.set(attribute, written)
        found.set(self.unit, "KiB")

    def clear(self, element: Element) -> None:
        path, _ = split(self.where)
        At(f"{path}@{self.unit}").clear(element)
        At(self.where).clear(element)


@dataclass(frozen=True, slots=True)
class Items:
    """The same attribute or text of several children of one name, as a tuple: `os/boot@dev`."""

    where: str
    codec: Codec = Text()  # noqa: RUF009 - frozen

    def read(self, element: Element) -> tuple[Any, ...]:
        path, attribute = split(self.where)
        texts = [
            child.get(attribute, "") if attribute else (child.text or "").strip()
            for child in element.iterfind(path)
        ]
        return tuple(self.codec.read(text) for text in texts if text)

    def accept(self, value: Any) -> Any:
        return listed(value)

    def write(self, element: Element, value: Any) -> None:
        path, attribute = split(self.where)
        texts = [self.codec.write(item) for item in value]
        existing = element.findall(path)
        for child in existing[len(texts) :]:
            remove(child)
        for index, text in enumerate(texts):
            child = existing[index] if index < len(existing) else another(element, path)
            if attribute:
                child.set(attribute, text)
            else:
                child.text = text
        if not texts:
            prune_path(element, path)

    def clear(self, element: Element) -> None:
        self.write(element, ())


@dataclass(frozen=True, slots=True)
class Names:
    """A tuple of names that are the children of one element: `<active_pcr_banks><sha256/>`."""

    path: str
    choices: tuple[str, ...]

    def read(self, element: Element) -> tuple[str, ...]:
        found = element.find(self.path)
        return () if found is None else tuple(str(child.tag) for child in found)

    def accept(self, value: Any) -> Any:
        return listed(value)

    def write(self, element: Element, value: Any) -> None:
        for name in value:
            if name not in self.choices:
                raise ValueError(f"Each must be one of {', '.join(self.choices)}.")
        self.clear(element)
        for name in dict.fromkeys(value):
            etree.SubElement(reach(element, self.path), name)

    def clear(self, element: Element) -> None:
        found = element.find(self.path)
        if found is not None:
            for child in list(found):
                remove(child)
            prune(element, found)


@dataclass(frozen=True, slots=True)
class Of:
    """A place that is there only while another attribute says so: one word means different things by type."""

    attribute: str
    needed: str
    place: Place

    def read(self, element: Element) -> Any:
        return self.place.read(element) if self._is_there(element) else None

    def accept(self, value: Any) -> Any:
        return self.place.accept(value)

    def write(self, element: Element, value: Any) -> None:
        if not self._is_there(element):
            if value == ():
                return  # none of them is what there is
            raise ValueError(f"Only one of type {self.needed} has it.")
        self.place.write(element, value)

    def clear(self, element: Element) -> None:
        if self._is_there(element):
            self.place.clear(element)

    def _is_there(self, element: Element) -> bool:
        return str(At(self.attribute).read(element)) == self.needed


def listed(value: Any) -> tuple[Any, ...]:
    """A list of JSON's as a tuple. Raises ValueError for anything else."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise ValueError("It must be a list.")
    return tuple(value)


def split(where: str) -> tuple[str, str]:
    """`driver@cache` as the path and the attribute."""
    path, _, attribute = where.partition("@")
    return path, attribute


def reach(element: Element, path: str) -> Element:
    """The first element at `path`, made where it is not there."""
    for name in path.split("/") if path else ():
        found = element.find(name)
        element = etree.SubElement(element, name) if found is None else found
    return element


def another(element: Element, path: str) -> Element:
    """One more element at `path`, after those that are there."""
    above, _, name = path.rpartition("/")
    parent = reach(element, above)
    same = parent.findall(name)
    made = etree.Element(name)
    if same:
        same[-1].addnext(made)  # takes no tail along: libvirt's own white space is put right afterwards
    else:
        parent.append(made)
    return made


def remove(child: Element) -> None:
    """Take it out of its parent, with the white space after it."""
    parent = child.getparent()
    if parent is not None:
        parent.remove(child)
        _shut(parent)


def _shut(element: Element) -> None:
    """An element without children needs no white space for them."""
    if len(element) == 0 and not (element.text or "").strip():
        element.text = None


def prune(top: Element, element: Element) -> None:
    """Remove the element, and those above it but never `top`, where nothing is left in them."""
    while (
        element is not top and not element.attrib and len(element) == 0 and not (element.text or "").strip()
    ):
        parent = element.getparent()
        if parent is None:
            return
        remove(element)
        element = parent


def prune_path(top: Element, path: str) -> None:
    """Remove what holds the elements at `path` when it is empty now."""
    above, _, _ = path.rpartition("/")
    found = top.find(above) if above else None
    if found is not None:
        prune(top, found)


def under(name: str, error: ValueError | InvalidField) -> InvalidField:
    """The error, as one of the property `name`."""
    if isinstance(error, InvalidField):
        return InvalidField(f"{name}.{error.field}" if error.field else name, error.detail)
    return InvalidField(name, str(error))
