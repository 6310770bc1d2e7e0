"""One line of the table of benchmarks."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure, the limit that bounds it, and the target for how many times the limit it may be."""

    name: str
    figure: float
    limit: float
    target: float
    unit: str

    @property
    def ratio(self) -> float:
        return self.figure / self.limit

    @property
    def good(self) -> bool:
        return self.ratio <= self.target

    def __str__(self) -> str:
        return (
            f"{self.name:<46}{self.figure:>9.2f} {self.unit:<4}{self.limit:>9.2f} {self.unit:<4}"
            f"{self.ratio:>7.2f}{self.target:>8.2f}  {'ok' if self.good else 'MISSED'}"
        )


HEADING = f"{'':<46}{'figure':>14}{'limit':>14}{'ratio':>7}{'target':>8}"


def milliseconds(once: Callable[[], object], times: int) -> float:
    """The median of so many runs, after a few that warm up."""
    for _ in range(5):
        once()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        once()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000
