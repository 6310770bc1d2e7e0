"""Calls that hang, fail, or come in crowds."""

import gc
import threading
import time
import weakref

import pytest

from hypervisor.errors import Busy, NodeUnreachable, NotFound, Timeout
from hypervisor.libvirt.calls import AT_ONCE, Calls


def test_results_and_errors_come_back() -> None:
    calls = Calls("node1")
    assert calls.run(lambda: 42) == 42
    with pytest.raises(NotFound):
        calls.run(lambda: _raise(NotFound("gone")))
    with pytest.raises(ZeroDivisionError):
        calls.run(lambda: 1 // 0)
    assert calls.run(lambda: None) is None
    assert not calls.broken


def test_what_is_asked_is_counted() -> None:
    calls = Calls("node1")
    calls.run(lambda: [calls.ask(str, number) for number in range(5)])
    assert calls.made == 5


def test_a_call_that_hangs_breaks_the_connection_in_time() -> None:
    calls = Calls("node1")
    released = threading.Event()
    began = time.monotonic()
    with pytest.raises(Timeout):
        calls.run(released.wait, seconds=0.2)
    assert time.monotonic() - began < 1
    assert calls.broken
    with pytest.raises(NodeUnreachable):
        calls.run(lambda: 1)
    released.set()


def test_four_at_once_and_the_fifth_waits_for_its_turn() -> None:
    calls = Calls("node1")
    released, inside = threading.Event(), threading.Semaphore(0)

    def hold() -> None:
        inside.release()
        released.wait(5)

    holding = [threading.Thread(target=calls.run, args=(hold,)) for _ in range(AT_ONCE)]
    for thread in holding:
        thread.start()
        inside.acquire()
    with pytest.raises(Busy, match="other calls"):
        calls.run(lambda: 1, seconds=0.1)
    assert not calls.broken  # nothing was lost: it never began
    released.set()
    for thread in holding:
        thread.join()
    assert calls.run(lambda: 1) == 1


def test_a_crowd_is_served_by_few_threads() -> None:
    calls = Calls("crowded")
    results: list[int] = []
    crowd = [threading.Thread(target=lambda n=n: results.append(calls.run(lambda: n))) for n in range(200)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert sorted(results) == list(range(200))
    assert sum(thread.name == "calls crowded" for thread in threading.enumerate()) <= AT_ONCE
    calls.break_off(NodeUnreachable("closed"))
    _eventually(lambda: not any(thread.name == "calls crowded" for thread in threading.enumerate()))


def test_nothing_of_a_call_is_kept() -> None:
    """A domain that is kept anywhere keeps the connection open behind it."""

    class Domain:
        pass

    calls = Calls("node1")
    seen: list[weakref.ref[Domain]] = []

    def work() -> None:
        domain = Domain()
        seen.append(weakref.ref(domain))
        raise NotFound("gone")

    with pytest.raises(NotFound) as kept:
        calls.run(work)
    gc.collect()
    assert seen[0]() is None
    assert kept.value.__traceback__ is not None


def _raise(error: Exception) -> None:
    raise error


def _eventually(holds: "object") -> None:
    assert callable(holds)
    until = time.monotonic() + 3
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)
