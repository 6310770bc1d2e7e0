"""What quotas limit, as one value to add up and compare."""

from dataclasses import asdict, dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Amounts:
    """Of one domain or of many."""

    domains: int = 0
    vcpus: int = 0
    memory_bytes: int = 0
    storage_bytes: int = 0
    snapshots: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, name) + getattr(other, name) for name in RESOURCES))

    def beyond(self, other: Self) -> Self:
        """What this has more than the other: never less than nothing."""
        return type(self)(*(max(0, getattr(self, name) - getattr(other, name)) for name in RESOURCES))

    def or_more(self, other: Self) -> Self:
        """The larger of both, resource by resource."""
        return type(self)(*(max(getattr(self, name), getattr(other, name)) for name in RESOURCES))

    def plain(self) -> dict[str, int]:
        return asdict(self)


RESOURCES = tuple(each.name for each in fields(Amounts))
NOTHING = Amounts()
