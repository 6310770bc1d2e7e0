"""The same on several nodes at once: they are machines of their own, and most of a test is waiting."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def together(work: Callable[[T], None], each: Iterable[T]) -> None:
    """Do it with each at the same time, and wait for all. Raises what the first of them raised."""
    each = list(each)
    with ThreadPoolExecutor(len(each)) as threads:
        for outcome in [threads.submit(work, one) for one in each]:
            outcome.result()
