"""The heir: `python -m ovirtlite.supervisor.heir PID STARTED`. Ends what a killed supervisor left and what hangs on.

The kernel asks every part to stop when the supervisor dies, but a part that cannot (a worker whose Redis went first, a
thread within a call to a dead node) would stay for ever: nobody else is left to kill it. This process does nothing
until then. A supervisor that ends as it should ends its heir last, like everything that carries its mark.
"""

import os
import signal
import sys
import time

from ovirtlite.supervisor import processes
from ovirtlite.supervisor.processes import Process

GRACE = 20.0
"""As long as the slowest part may take to stop: see `Part.grace`."""
_LOOKS_EVERY = 0.25


def bury(supervisor: Process, token: str, *, grace: float = GRACE) -> None:
    """Wait for the end of the supervisor; then until all that carries its mark has ended, and kill the rest."""
    while not processes.wait([supervisor], seconds=3600):
        continue
    for process in processes.marked(token):
        process.signal(signal.SIGCONT)  # so that one that somebody suspended hears what the kernel asks of it
    deadline = time.monotonic() + grace
    while (left := processes.marked(token)) and time.monotonic() < deadline:
        time.sleep(_LOOKS_EVERY)
    processes.end(left, grace=2)


def argv(supervisor: Process) -> tuple[str, ...]:
    """How the supervisor starts it."""
    return sys.executable, "-m", "ovirtlite.supervisor.heir", str(supervisor.pid), str(supervisor.started)


if __name__ == "__main__":
    bury(Process(int(sys.argv[1]), int(sys.argv[2])), os.environ[processes.MARK])
