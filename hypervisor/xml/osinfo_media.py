"""Which operating system lies on a medium or in a disk image, by libosinfo's database."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hypervisor.errors import InvalidXML
from hypervisor.xml.document import Element, parse, text
from hypervisor.xml.osinfo import FOLDER, systems

_ISO_TAGS = ("volume-id", "system-id", "publisher-id", "application-id")
_ARCHES = {
    "x86_64": ("x86_64", "amd64", "x64"),
    "i686": ("i686", "i386", "i586", "x86"),
    "aarch64": ("aarch64", "arm64"),
    "ppc64le": ("ppc64le", "ppc64el"),
    "riscv64": ("riscv64",),
    "s390x": ("s390x",),
}


@dataclass(frozen=True, slots=True)
class MediumLabels:
    """What an ISO 9660 file system says of itself, in its primary volume descriptor."""

    volume: str = ""
    system: str = ""
    publisher: str = ""
    application: str = ""

    @classmethod
    def read(cls, head: bytes) -> "MediumLabels":
        """From the first 34 KiB of a medium at least."""
        at = 0x8000
        if head[at + 1 : at + 6] != b"CD001":
            return cls()

        def label(offset: int, size: int) -> str:
            raw = head[at + offset : at + offset + size].decode("ascii", errors="replace").strip(" \0")
            return "".join(letter for letter in raw if letter.isprintable())

        return cls(label(40, 32), label(8, 32), label(318, 128), label(574, 128))


@dataclass(frozen=True, slots=True)
class Recognised:
    """libosinfo's id, and the architecture as far as it is known."""

    os: str = ""
    arch: str = ""


@dataclass(frozen=True, slots=True)
class _Medium:
    os: str
    arch: str
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    released: str

    def matches(self, labels: dict[str, str]) -> bool:
        return all(pattern.search(labels[tag]) for tag, pattern in self.patterns)


def recognise_medium(labels: MediumLabels, folder: Path = FOLDER) -> Recognised:
    """By the labels of an ISO: what says most about them wins, then the newest system."""
    said = {
        "volume-id": labels.volume,
        "system-id": labels.system,
        "publisher-id": labels.publisher,
        "application-id": labels.application,
    }
    if not labels.volume:
        return Recognised()
    found = [medium for medium in _media(folder) if medium.matches(said)]
    if not found:
        return Recognised()
    best = max(
        found,
        key=lambda one: (
            not one.os.endswith("/unknown"),
            len(one.patterns),
            sum(len(pattern.pattern) for _, pattern in one.patterns),
            one.released,
        ),
    )
    return Recognised(best.os, best.arch if best.arch != "all" else "")


def recognise_name(name: str, folder: Path = FOLDER) -> Recognised:
    """By a file's name: that of a cloud image as its maker has it, else one that begins with a system's short id."""
    plain = name.lower()
    exact = _images(folder).get(plain)
    arch = next((arch for arch, words in _ARCHES.items() if any(_word(word, plain) for word in words)), "")
    if exact is not None:
        return Recognised(exact.os, exact.arch or arch)
    joined = re.sub(r"[^a-z0-9.]", "", plain)
    best, longest = "", 0
    for id, short in _short_ids(folder):
        wanted = re.sub(r"[^a-z0-9.]", "", short)
        follows = joined[len(wanted) : len(wanted) + 1]
        if joined.startswith(wanted) and len(wanted) > longest and not follows.isdigit():
            best, longest = id, len(wanted)
    return Recognised(best, arch)


def _word(word: str, text: str) -> bool:
    return re.search(rf"(?<![a-z0-9]){word}(?![a-z0-9])", text) is not None


@lru_cache(maxsize=4)
def _media(folder: Path) -> tuple[_Medium, ...]:
    found = []
    for system in _elements(folder):
        released = text(system, "release-date")
        for medium in system.iterfind("media"):
            iso = medium.find("iso")
            if iso is None:
                continue
            patterns = tuple(
                (tag, compiled)
                for tag in _ISO_TAGS
                if (pattern := text(iso, tag)) and (compiled := _compiled(pattern)) is not None
            )
            if any(tag == "volume-id" for tag, _ in patterns):
                found.append(_Medium(system.get("id", ""), medium.get("arch", ""), patterns, released))
    return tuple(found)


@lru_cache(maxsize=4)
def _images(folder: Path) -> dict[str, Recognised]:
    """Cloud images by the last part of their address; what several systems call the same belongs to none."""
    found: dict[str, Recognised] = {}
    twice = set()
    for system in _elements(folder):
        for image in system.iterfind("image"):
            name = text(image, "url").rpartition("/")[2].lower()
            one = Recognised(system.get("id", ""), image.get("arch", ""))
            if name and found.setdefault(name, one).os != one.os:
                twice.add(name)
    return {name: one for name, one in found.items() if name not in twice}


@lru_cache(maxsize=4)
def _short_ids(folder: Path) -> tuple[tuple[str, str], ...]:
    return tuple(
        (id, short)
        for id, system in systems(folder).items()
        for short in (system.short_id, *system.aliases)
        if len(short) > 2
    )


def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None  # what only libosinfo's engine of expressions knows


def _elements(folder: Path) -> Iterator[Element]:
    for path in sorted(folder.glob("os/*/*.xml")):
        try:
            root = parse(path.read_text(), "libosinfo")
        except (InvalidXML, UnicodeDecodeError):
            continue  # an administrator's own file that is none: the others count
        yield from root.iterfind("os")
