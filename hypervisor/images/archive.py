"""The archive that an appliance is (OVA): a plain tar of few files, which is read member by member where it lies.

Nothing is ever unpacked by its name: a member is a range of bytes. What no appliance needs is refused: folders, links,
devices, names that lead elsewhere, extensions that say otherwise than the plain header.
"""

import hashlib
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from hypervisor.errors import HypervisorError

BLOCK = 512
_MOST_MEMBERS = 256
_LONGEST_NAME = 255
_LONGEST_TEXT = 4 * 2**20
_LONGEST_EXTENSION = 64 * 2**10
_REGULAR = frozenset({b"0", b"\0"})
_EXTENSIONS = frozenset({b"x", b"g"})
_SAYS_OTHERWISE = re.compile(rb"^\d+ (path|size|linkpath|GNU\.sparse[^=]*)=", re.MULTILINE)
_LINE = re.compile(r"(SHA1|SHA256|SHA512) ?\(([^)]{1,255})\) ?= ?([0-9A-Fa-f]+)")
_DIGITS = {"SHA1": 40, "SHA256": 64, "SHA512": 128}


class BadArchive(HypervisorError):
    """It is no appliance's archive, or one that nobody should open."""

    code = "bad_archive"


class Ranges(Protocol):
    """Content that is read from anywhere."""

    @property
    def size_bytes(self) -> int: ...
    def read(self, offset: int, length: int) -> bytes:
        """Exactly so many bytes. Raises HypervisorError."""
        ...


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    offset: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a manifest says of a file."""

    algorithm: str  # sha1, sha256, sha512
    digest: str

    def begin(self) -> "hashlib._Hash":
        return hashlib.new(self.algorithm, usedforsecurity=False)


@dataclass(frozen=True, slots=True)
class Archive:
    """Its members, the text of its description, and its manifest (empty where it has none)."""

    description: str
    members: Mapping[str, Member]
    manifest: Mapping[str, Checksum]

    def member(self, name: str) -> Member:
        """Raises BadArchive."""
        found = self.members.get(name)
        if found is None:
            raise BadArchive(f"Its description names the file {shown(name)}, which is not in the archive.")
        return found


def is_archive(head: bytes) -> bool:
    """By its first block."""
    return len(head) >= BLOCK and _sum_is_right(head[:BLOCK])


def read_archive(content: Ranges) -> Archive:
    """Raises BadArchive, and what `content` raises."""
    members = _members(content)
    descriptions = [one for one in members.values() if one.name.lower().endswith(".ovf")]
    if len(descriptions) != 1:
        raise BadArchive(
            f"An appliance has one description (.ovf), and this archive has {len(descriptions) or 'none'}."
        )
    (description,) = descriptions
    data = _text(content, description)
    manifests = [one for one in members.values() if one.name.lower().endswith(".mf")]
    if len(manifests) > 1:
        raise BadArchive("It has several manifests.")
    manifest = _manifest(_text(content, manifests[0])) if manifests else {}
    for name in manifest:
        if name not in members:
            raise BadArchive(f"Its manifest names the file {shown(name)}, which is not in the archive.")
    if manifest:
        said = manifest.get(description.name)
        if said is None:
            raise BadArchive("Its manifest does not name its description.")
        hashed = said.begin()
        hashed.update(data)
        check(description.name, said, hashed.hexdigest())
    try:
        return Archive(data.decode("utf-8-sig"), members, manifest)
    except UnicodeDecodeError:
        raise BadArchive("Its description is not in UTF-8.") from None


def check(name: str, said: Checksum, digest: str) -> None:
    """Raises BadArchive when the manifest says otherwise."""
    if digest != said.digest:
        raise BadArchive(
            f"The content of {shown(name)} is not what the manifest says: it was changed or cut."
        )


def write_manifest(digests: Mapping[str, str]) -> bytes:
    """A manifest of SHA256 by name."""
    return "".join(f"SHA256({name})= {digest}\n" for name, digest in digests.items()).encode()


def header(name: str, size_bytes: int) -> bytes:
    """The block before a member."""
    entry = tarfile.TarInfo(name)
    entry.size = size_bytes
    entry.mode = 0o644
    entry.uname = entry.gname = "ovirtlite"
    # Sizes that eight digits do not hold are a number in GNU's way, which every reader of appliances knows.
    return entry.tobuf(tarfile.GNU_FORMAT if size_bytes >= 8**11 else tarfile.USTAR_FORMAT)


def padding(size_bytes: int) -> bytes:
    """What fills a member's last block."""
    return bytes(-size_bytes % BLOCK)


END = bytes(2 * BLOCK)


def archive_bytes(sizes: Mapping[str, int]) -> int:
    """How large an archive of such members is."""
    return len(END) + sum(BLOCK + size + len(padding(size)) for size in sizes.values())


def shown(name: str) -> str:
    """A name for a message: short, and nothing but printable characters."""
    return "".join(one if one.isprintable() else "?" for one in name[:80])


def _members(content: Ranges) -> dict[str, Member]:
    found: dict[str, Member] = {}
    offset = 0
    for _ in range(2 * _MOST_MEMBERS):
        if offset + BLOCK > content.size_bytes:
            break
        block = content.read(offset, BLOCK)
        if not any(block):
            break
        member = _member(block, offset + BLOCK, content)
        offset = member.offset + member.size_bytes + len(padding(member.size_bytes))
        if not member.name:
            continue  # an extension that says nothing of use
        if member.name in found:
            raise BadArchive(f"Two of its files are called {shown(member.name)}.")
        found[member.name] = member
    else:
        raise BadArchive(f"It has more than {_MOST_MEMBERS} files.")
    if not found:
        raise BadArchive("It is an archive without files.")
    return found


def _member(block: bytes, offset: int, content: Ranges) -> Member:
    if not _sum_is_right(block):
        raise BadArchive(
            f"At byte {offset - BLOCK} there is no file of an archive: it is damaged, or no tar."
        )
    kind = block[156:157]
    size = _number(block[124:136])
    if offset + size > content.size_bytes:
        raise BadArchive("One of its files is said to be longer than the archive: it is damaged or cut.")
    if kind in _EXTENSIONS:
        if size > _LONGEST_EXTENSION or _SAYS_OTHERWISE.search(content.read(offset, size)):
            raise BadArchive("It has tar extensions for names or sizes, which no appliance needs.")
        return Member("", offset, size)
    name = _name(block)
    if kind not in _REGULAR:
        raise BadArchive(f"{shown(name)} is no plain file: links, folders and devices are refused.")
    if name in {"", ".", ".."} or "/" in name or "\\" in name or not name.isprintable():
        raise BadArchive(f"A file of an appliance has a plain name; {shown(name)!r} is none.")
    return Member(name, offset, size)


def _name(block: bytes) -> str:
    name, prefix = block[:100].split(b"\0")[0], b""
    if block[257:263] == b"ustar\0":
        prefix = block[345:500].split(b"\0")[0]
    try:
        return (prefix + b"/" + name if prefix else name).decode()
    except UnicodeDecodeError:
        raise BadArchive("The name of one of its files is not in UTF-8.") from None


def _number(field: bytes) -> int:
    """Octal digits, or a binary number in GNU's way."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.split(b"\0")[0].strip() or b"0"
    try:
        number = int(digits, 8)
    except ValueError:
        raise BadArchive("It has a header with a number that is none.") from None
    if number < 0:
        raise BadArchive("It has a header with a number below zero.")
    return number


def _sum_is_right(block: bytes) -> bool:
    digits = block[148:156].split(b"\0")[0].strip()
    if not digits or not digits.isdigit():
        return False
    try:
        said = int(digits, 8)
    except ValueError:
        return False
    return said == sum(block[:148]) + 8 * 0x20 + sum(block[156:])


def _text(content: Ranges, member: Member) -> bytes:
    if member.size_bytes > _LONGEST_TEXT:
        raise BadArchive(f"{shown(member.name)} is longer than {_LONGEST_TEXT // 2**20} MiB.")
    return content.read(member.offset, member.size_bytes)


def _manifest(data: bytes) -> dict[str, Checksum]:
    found: dict[str, Checksum] = {}
    for line in data.decode("utf-8-sig", errors="replace").splitlines():
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None or len(match[3]) != _DIGITS[match[1]]:
            raise BadArchive(f"Its manifest has a line that is none: {shown(line)}")
        if match[2] in found:
            raise BadArchive(f"Its manifest names {shown(match[2])} twice.")
        found[match[2]] = Checksum(match[1].lower(), match[3].lower())
    if not found:
        raise BadArchive("Its manifest is empty.")
    return found
