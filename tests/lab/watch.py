"""Watches a guest while tests move it: that its counter never goes back and that it never runs twice."""

import threading
from types import TracebackType
from typing import Self

from tests.lab.cluster import Guest, Lab
from tests.lab.cluster.guests import serial_text, ticks

_EVERY_SECONDS = 0.1
_ALARM = b"ALARM: another copy wrote"


class Watch:
    """Reads every node's serial log of one guest again and again, and keeps what is new in the order of its arrival.

    Two copies that run show in two ways: as one counter told on two nodes in turns, and, where the guest has a disk
    that they share, by the guest itself, which finds there what it did not write.
    """

    def __init__(self, lab: Lab, guest: Guest) -> None:
        self._lab = lab
        self._guest = guest
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name=f"watch {guest.name}")
        self.told: list[tuple[str, int]] = []
        """(node, counter), in order of arrival."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        """Raise AssertionError when the counter went back, was told twice, or a copy met another's writing."""
        counters = [tick for _, tick in self.told]
        assert counters, f"{self._guest.name} told nothing while it was watched"
        assert counters == sorted(set(counters)), f"the counter did not only grow: {self.told}"
        for node in self._lab.nodes.values():
            assert _ALARM not in serial_text(node, self._guest), (
                f"two copies wrote to one disk, says {node.name}"
            )

    def _look(self) -> None:
        nodes = list(self._lab.nodes.values())
        known = {node.name: len(ticks(node, self._guest)) for node in nodes}
        last = False
        while not last:
            last = self._ended.wait(_EVERY_SECONDS)  # once more after the end, for what was told meanwhile
            for node in nodes:
                seen = ticks(node, self._guest)
                self.told.extend((node.name, tick) for tick in seen[known[node.name] :])
                known[node.name] = len(seen)
