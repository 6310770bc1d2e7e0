"""Golden edits: one change each to a domain's XML, and the lines that it may take away and add. No others.

`tests/data/domains/*.xml` are domains as virt-install writes them for many systems, and as libvirt documents its
elements. `tests/data/edits/*.txt` hold the edits, a block each:

    tuning change disk:vda {"cache": "none"}
    -      <driver name="qemu" type="qcow2" cache="writeback"/>
    +      <driver name="qemu" type="qcow2" cache="none"/>

`python -m tests.unit.hypervisor.golden` writes the lines of every block anew: then read what changed.
"""

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from hypervisor.xml.devices import DEVICES
from hypervisor.xml.document import Element, parse
from hypervisor.xml.hardware import (
    add_device,
    change_device,
    change_settings,
    device_from,
    read_hardware,
    remove_device,
)
from hypervisor.xml.model import Model, model_of, properties
from hypervisor.xml.settings import Settings

DATA = Path(__file__).resolve().parents[2] / "data"
SCHEMA = Path("/usr/share/libvirt/schemas/domain.rng")


@dataclass(frozen=True, slots=True)
class Edit:
    """`verb`: change and remove of the device `target`, add of one of the kind `target`, settings of the domain."""

    domain: str
    verb: str
    target: str
    values: Mapping[str, Any]
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        words = (self.domain, self.verb, self.target, json.dumps(self.values, ensure_ascii=False))
        return " ".join(word for word in words if word and word != "{}")

    def apply(self) -> str:
        """The domain's XML after it."""
        xml = domain(self.domain)
        match self.verb:
            case "change":
                return change_device(xml, self.target, self.values)
            case "add":
                return add_device(xml, device_from(self.target, self.values))
            case "remove":
                return remove_device(xml, self.target)
        return change_settings(xml, self.values)

    def model(self) -> type[Model]:
        """Whose properties its values are."""
        return Settings if self.verb == "settings" else DEVICES[self.target.split(":")[0]]


def domains() -> list[str]:
    """The names of all."""
    return sorted(path.stem for path in (DATA / "domains").glob("*.xml"))


@cache
def domain(name: str) -> str:
    """One's XML."""
    return (DATA / "domains" / f"{name}.xml").read_text()


def edits() -> list[Edit]:
    """All of them."""
    return [edit for path in edit_files() for edit in read_edits(path.read_text())]


def edit_files() -> list[Path]:
    """One for the settings, and one a kind of device."""
    return sorted((DATA / "edits").glob("*.txt"))


def read_edits(text: str) -> Iterator[Edit]:
    """The blocks of a file."""
    for block in text.strip().split("\n\n"):
        head, *lines = block.splitlines()
        name, verb, rest = head.split(" ", 2)
        target, _, values = ("", "", rest) if verb == "settings" else rest.partition(" ")
        yield Edit(name, verb, target, json.loads(values or "{}"), tuple(lines))


def changed_lines(before: str, after: str) -> list[str]:
    """What is different, line by line, whatever the white space between elements."""
    lines = difflib.unified_diff(plain(before), plain(after), n=0, lineterm="")
    return [line for line in list(lines)[2:] if not line.startswith("@@")]


def plain(xml: str) -> list[str]:
    """The document in lines, each element on one of its own."""
    root = parse(xml, "domain")
    etree.indent(root, space="  ")
    root.tail = None
    return etree.tostring(root, encoding="unicode").splitlines()


def without(xml: str, key: str) -> str:
    """The canonical document without one device and without white space between elements."""
    return canonical(remove_device(xml, key))


def canonical(xml: str) -> str:
    """Equal for documents that say the same."""
    return str(etree.canonicalize("\n".join(plain(xml))))


def pieces(xml: str, name: str) -> list[str]:
    """The canonical elements of that name, straight under the domain."""
    found = parse("\n".join(plain(xml)), "domain").findall(name)
    return [etree.canonicalize(etree.tostring(piece, encoding="unicode", with_tail=False)) for piece in found]


@cache
def schema() -> etree.RelaxNG:
    """libvirt's own, from Debian's package libvirt0: what virt-xml-validate asks."""
    return etree.RelaxNG(etree.parse(str(SCHEMA)))


def faults(xml: str) -> list[str]:
    """What the schema has against a document."""
    relax_ng = schema()
    root: Element = parse(xml, "domain")
    return [] if relax_ng.validate(root) else [str(error) for error in relax_ng.error_log]


def every_property() -> set[tuple[str, str]]:
    """All that is modelled, from the dataclasses themselves, as (model, field)."""
    found: set[tuple[str, str]] = set()
    waiting: list[type[Model]] = [Settings, *DEVICES.values()]
    seen: set[type[Model]] = set()
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        for each in properties(model):
            found.add((model.__name__, each.name))
            inner = model_of(each.place)
            if inner is not None:
                waiting.append(inner)
    return found


def named_properties(model: type[Model], values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The properties that an edit's values name, those of parts and of items in lists too."""
    for each in properties(model):
        if each.name not in values:
            continue
        yield model.__name__, each.name
        inner, value = model_of(each.place), values[each.name]
        if inner is not None:
            for item in value if isinstance(value, list) else [value or {}]:
                yield from named_properties(inner, item)


def main() -> None:
    """Write the lines of every block anew."""
    for path in edit_files():
        blocks = [
            "\n".join([str(edit), *changed_lines(domain(edit.domain), edit.apply())])
            for edit in read_edits(path.read_text())
        ]
        path.write_text("\n\n".join(blocks) + "\n")


if __name__ == "__main__":
    main()
    print(
        f"{len(edits())} edits of {len(domains())} domains, {len(read_hardware(domain(domains()[0])).devices)} …"
    )
