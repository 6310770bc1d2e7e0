"""The lock that one supervisor holds, and the record that the other commands read."""

import multiprocessing
import os
from pathlib import Path

import pytest

from ovirtlite.supervisor.record import AlreadyRunning, Lock, Record


def _try(run: Path) -> bool:
    try:
        Lock(run).take()
    except AlreadyRunning:
        return False
    return True


def _from_another_process(run: Path) -> bool:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return bool(pool.apply(_try, (run,)))


def test_the_second_supervisor_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    lock = Lock(tmp_path)
    lock.take()
    assert not _from_another_process(tmp_path)
    lock.release()
    assert _from_another_process(tmp_path)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert Record.read(tmp_path) is None
    record = Record.of_this_process("http://127.0.0.1:8000")
    record.write(tmp_path)
    assert Record.read(tmp_path) == record
    assert record.supervisor.is_alive()
    assert record.pid == os.getpid()


def test_nobody_else_can_read_the_record(tmp_path: Path) -> None:
    Record.of_this_process("http://127.0.0.1:8000").write(tmp_path)
    assert (tmp_path / "supervisor.json").stat().st_mode & 0o077 == 0


def test_two_runs_never_share_a_mark() -> None:
    assert Record.of_this_process("a").token != Record.of_this_process("a").token


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"pid": 1}'])
def test_a_record_that_says_nothing_is_none(tmp_path: Path, broken: str) -> None:
    (tmp_path / "supervisor.json").write_text(broken)
    assert Record.read(tmp_path) is None
