"""How many requests one person, or one address of strangers, may send: enough for any script, and an end to a runaway.

Buckets in memory, of this process alone: several web processes allow as many times as much, and Redis being away stops
nobody. Failed sign-ins are another matter, see access.services.lock_out.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from ipaddress import ip_network

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
SIGN_INS = Rate(60, 1)  # begun at a provider, from one address: each keeps a row for ten minutes
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
    if by.user is None:
        _take(("address", _network_of(by.address)), STRANGERS)
    else:
        _take(("person", by.user.pk, changes), CHANGING if changes else READING)


def count_sign_in(by: Actor) -> None:
    """Count a sign-in that begins at a provider, by whomever. Raises TooMany."""
    _take(("sign-in", _network_of(by.address)), SIGN_INS)


def _take(key: Hashable, rate: Rate) -> None:
    if settings.RATE_LIMITS and (wait := _buckets.take(key, rate)):
        raise TooMany("That are too many requests; go on a little slower.", retry_after_seconds=int(wait) + 1)


def _network_of(address: str) -> str:
    """Whose address it is: of IPv6 everybody has a whole /64, and so 2**64 addresses to come from."""
    if ":" not in address:
        return address
    try:
        return str(ip_network(f"{address.partition('%')[0]}/64", strict=False))
    except ValueError:
        return address
