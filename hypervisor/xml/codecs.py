"""How a value is written as text: words of a list, whole numbers, switches, times.

`read` takes whatever a node wrote and gives None for what it cannot be; `write` raises ValueError with the reason.
"""

import re
from dataclasses import dataclass
from typing import Any, Protocol

LONGEST_TEXT = 4096
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Codec(Protocol):
    """A value's text and back."""

    def read(self, text: str) -> Any: ...
    def write(self, value: Any) -> str: ...


@dataclass(frozen=True, slots=True)
class Text:
    """Any text; one line unless `lines`. `pattern` must match all of it, and `like` says so to people."""

    longest: int = LONGEST_TEXT
    lines: bool = False
    pattern: str = ""
    like: str = ""

    def read(self, text: str) -> str:
        return text

    def write(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError("It must be text.")
        if len(value) > self.longest:
            raise ValueError(f"It must not be longer than {self.longest} characters.")
        if _NOT_XML.search(value) or (not self.lines and re.search(r"[\t\n\r]", value)):
            raise ValueError("It has characters that are not allowed.")
        if value and self.pattern and not re.fullmatch(self.pattern, value):
            raise ValueError(f"It must be {self.like}.")
        return value


@dataclass(frozen=True, slots=True)
class Word:
    """One of libvirt's words."""

    choices: tuple[str, ...]

    def read(self, text: str) -> str:
        return text

    def write(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise ValueError(f"It must be one of {', '.join(self.choices)}.")
        return value


def words(text: str) -> Word:
    """The words of a line: how a module lists them readably."""
    return Word(tuple(text.split()))


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two limits; or -1 where that means that there is none."""

    least: int = 0
    most: int = 2**63 - 1
    unlimited: bool = False

    def read(self, text: str) -> int | None:
        try:
            return int(text, 0) if text.startswith("0x") else int(text)
        except ValueError:
            return None

    def write(self, value: Any) -> str:
        if self.unlimited and value == -1:
            return "-1"
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            instead = ", or -1 for no limit" if self.unlimited else ""
            raise ValueError(f"It must be a whole number from {self.least} to {self.most}{instead}.")
        return str(value)


@dataclass(frozen=True, slots=True)
class Kibibytes:
    """A size in bytes that libvirt counts in KiB without saying so."""

    def read(self, text: str) -> int | None:
        count = Whole().read(text)
        return None if count is None else count * 1024

    def write(self, value: Any) -> str:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0 or value % 1024:
            raise ValueError("It must be a number of bytes that 1024 divides.")
        return str(value // 1024)


@dataclass(frozen=True, slots=True)
class Milliseconds:
    """Seconds that libvirt counts in thousands."""

    most: float = 1_000_000.0

    def read(self, text: str) -> float | None:
        count = Whole().read(text)
        return None if count is None else count / 1000

    def write(self, value: Any) -> str:
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= self.most:
            raise ValueError(f"It must be a number of seconds from 0 to {self.most:g}.")
        return str(round(value * 1000))


@dataclass(frozen=True, slots=True)
class Switch:
    """True and false in libvirt's words."""

    yes: str = "yes"
    no: str = "no"

    def read(self, text: str) -> bool | None:
        return {self.yes: True, self.no: False}.get(text)

    def write(self, value: Any) -> str:
        if not isinstance(value, bool):
            raise ValueError("It must be true or false.")
        return self.yes if value else self.no


@dataclass(frozen=True, slots=True)
class Only:
    """A switch that has a word for yes alone; no is said by saying nothing."""

    yes: str

    def read(self, text: str) -> bool | None:
        return text == self.yes or None

    def write(self, value: Any) -> str:
        if not isinstance(value, bool):
            raise ValueError("It must be true or false.")
        return self.yes if value else ""


YES_NO = Switch()
ON_OFF = Switch("on", "off")
NAME = Text(longest=255)
OBJECT = Text(longest=255, pattern=r"(?!\.{1,2}$)[^/]+", like="a name without a slash")
PATH = Text(pattern=r"/.*", like="an absolute path on the node")
UUID = Text(pattern=r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", like="a UUID")
CPUSET = Text(pattern=r"\^?[0-9]+(-[0-9]+)?(,\^?[0-9]+(-[0-9]+)?)*", like="a list of CPUs such as 0-3,^2,8")
HEX16 = Text(pattern=r"0x[0-9a-fA-F]{1,4}", like="a hexadecimal number such as 0x1af4")
BOOT_ORDER = Whole(least=1, most=10_000)
