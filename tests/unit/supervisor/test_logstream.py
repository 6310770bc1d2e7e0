"""The one log of all parts."""

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovirtlite.supervisor.logstream import LONGEST_LINE, LineSplitter, LogStream, printable


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class ClosedTerminal(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


@given(st.lists(st.binary(max_size=50)))
def test_lines_do_not_depend_on_how_the_bytes_arrive(pieces: list[bytes]) -> None:
    piecewise, at_once = LineSplitter(), LineSplitter()
    arrived = [line for piece in pieces for line in piecewise.feed(piece)] + list(piecewise.rest())
    whole = b"".join(pieces)
    assert arrived == list(at_once.feed(whole)) + list(at_once.rest())
    assert len(arrived) == whole.count(b"\n") + (1 if whole and not whole.endswith(b"\n") else 0)


def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    splitter = LineSplitter()
    lines = [line for _ in range(64) for line in splitter.feed(b"x" * LONGEST_LINE)]
    assert len(lines) >= 63
    assert max(map(len, lines)) == LONGEST_LINE


def test_nothing_in_a_log_can_drive_the_terminal() -> None:
    assert printable("\x1b]0;owned\x07 \x1b[2J \x1b[31mred\x1b[0m \x9b1m\ttab") == (
        "\\x1b]0;owned\\x07 \\x1b[2J red \\x9b1m\ttab"
    )


def test_each_line_bears_time_and_name(tmp_path: Path) -> None:
    terminal = io.StringIO()
    log = LogStream(tmp_path, ["web", "nodewatch"], terminal)
    log.line("web", "hello")
    log.close()
    assert terminal.getvalue() == "web       | hello\n"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z web       hello\n", _file(tmp_path))


def test_colours_are_for_terminals_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    log = LogStream(tmp_path, ["web"], terminal)
    log.line("web", "hello")
    log.close()
    assert terminal.getvalue().startswith("\x1b[")
    assert "\x1b" not in _file(tmp_path)


def test_words_for_the_person_stay_out_of_the_file(tmp_path: Path) -> None:
    terminal = io.StringIO()
    log = LogStream(tmp_path, ["web"], terminal)
    log.line("web", "up")
    log.say("password: correct horse")
    log.close()
    assert "correct horse" in terminal.getvalue()
    assert "correct horse" not in _file(tmp_path)


def test_a_closed_terminal_does_not_end_the_log(tmp_path: Path) -> None:
    log = LogStream(tmp_path, ["web"], ClosedTerminal())
    log.line("web", "one")
    log.line("web", "two")
    log.close()
    assert len(_file(tmp_path).splitlines()) == 2


def _file(folder: Path) -> str:
    return (folder / "ovirtlite.log").read_text()
