"""One log of all parts: each line with the time and its part's name, on the terminal and in a file that rotates."""

import logging
import os
import re
import sys
import time
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

LONGEST_LINE = 16 * 1024
_FILE_BYTES = 10 * 1024 * 1024
_FILES_KEPT = 5
_COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)
# A guest's name or a node's message may reach a log; it must not be able to drive the terminal that shows it.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_COLOURING = re.compile(r"\x1b\[[0-9;]*m")


def printable(text: str) -> str:
    """The text with colours taken out and every other control character shown by its number."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", _COLOURING.sub("", text))


class LineSplitter:
    """Cuts a stream of bytes into lines. What has no end after `LONGEST_LINE` bytes is cut there."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[str]:
        self._rest += data
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            yield from self._cut(line)
        while len(self._rest) > LONGEST_LINE:
            yield self._text(self._rest[:LONGEST_LINE])
            self._rest = self._rest[LONGEST_LINE:]

    def rest(self) -> Iterator[str]:
        """What the stream ended with, when that was no whole line."""
        if self._rest:
            yield self._text(self._rest)
        self._rest = b""

    def _cut(self, line: bytes) -> Iterator[str]:
        line = line.removesuffix(b"\r")
        for start in range(0, max(len(line), 1), LONGEST_LINE):
            yield self._text(line[start : start + LONGEST_LINE])

    @staticmethod
    def _text(line: bytes) -> str:
        return printable(line.decode("utf-8", "replace"))


class LogStream:
    """Writes lines to the terminal, coloured by part, and to `folder/ovirtlite.log`."""

    def __init__(self, folder: Path, names: list[str], terminal: TextIO | None = None) -> None:
        self._terminal: TextIO | None = terminal or sys.stdout
        self._coloured = self._terminal.isatty() and "NO_COLOR" not in os.environ
        self._width = max(map(len, names))
        self._colour = {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(names)}
        self._file = RotatingFileHandler(
            folder / "ovirtlite.log",
            maxBytes=_FILE_BYTES,
            backupCount=_FILES_KEPT,
            encoding="utf-8",
            delay=True,
        )
        self._file.setFormatter(logging.Formatter("%(message)s"))

    def line(self, name: str, text: str) -> None:
        """One line of a part's own words, to both."""
        now = time.time()
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03d}Z"
        self._file.emit(
            logging.LogRecord(name, logging.INFO, "", 0, f"{at} {name:<{self._width}} {text}", None, None)
        )
        label = f"{name:<{self._width}} |"
        if self._coloured:
            label = f"\x1b[{self._colour.get(name, 37)}m{label}\x1b[0m"
        self.say(f"{label} {text}")

    def say(self, text: str) -> None:
        """Words for the person at the terminal alone: they never reach the file."""
        if self._terminal is None:
            return
        try:
            print(text, file=self._terminal, flush=True)
        except (BrokenPipeError, OSError):
            # Whoever read us has gone (a closed terminal, `| head`). The file still has it all.
            self._terminal = None

    def close(self) -> None:
        self._file.close()
