"""How many requests one person, or one address of strangers, may send: enough for any script, and an end to a runaway.

Buckets in memory, of this process alone: several web processes allow as many times as much, and Redis being away stops
nobody. Failed sign-ins are another matter, see access.services.lock_out.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from django.conf import settings

from access.actor import Actor
from access.errors import TooMany


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and from then on so many a second."""

    burst: float
    a_second: float


READING = Rate(3000, 300)
CHANGING = Rate(300, 20)
STRANGERS = Rate(100, 10)
_MOST = 20_000  # buckets; the longest unused are forgotten, as if they were full


class Buckets:
    """One for each key, filling up again as time goes by."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable, rate: Rate) -> float:
        """Take one; 0, or the seconds after which there will be one."""
        now = self._clock()
        with self._lock:
            left, since = self._left.pop(key, (rate.burst, now))
            left = min(rate.burst, left + (now - since) * rate.a_second)
            wait = 0.0 if left >= 1 else (1 - left) / rate.a_second
            self._left[key] = (left if wait else left - 1, now)
            while len(self._left) > _MOST:
                self._left.popitem(last=False)
        return wait


_buckets = Buckets()


def count(by: Actor, *, changes: bool) -> None:
    """Count a request. Raises TooMany."""
    if not settings.RATE_LIMITS:
        return
    if by.user is None:
        wait = _buckets.take(("address", by.address), STRANGERS)
    else:
        wait = _buckets.take(("person", by.user.pk, changes), CHANGING if changes else READING)
    if wait:
        raise TooMany("That are too many requests; go on a little slower.", retry_after_seconds=int(wait) + 1)
