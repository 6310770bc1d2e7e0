"""Looking at all nodes while a guest moves: it never runs on two of them."""

import threading
import time
from types import TracebackType
from typing import Self

from tests.lab.cluster import Lab
from tests.lab.cluster.guests import Guest
from tests.lab.cluster.run import CommandFailed


class Copies:
    """Looks at every node again and again; `seen` counts its looks, `twice` the moments with two running copies."""

    def __init__(self, lab: Lab, guest: Guest) -> None:
        self._lab = lab
        self._guest = guest
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.seen = 0
        self.twice: list[list[str]] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                running = self._lab.running_on(self._guest)
            except CommandFailed:
                running = []  # a libvirtd that is being killed does not answer: no look
            else:
                self.seen += 1
            # The nodes are asked one after the other, so a move between two looks may show both: look again at once.
            if len(running) > 1 and len(again := self._lab.running_on(self._guest)) > 1:
                self.twice.append(again)
            time.sleep(0.1)
