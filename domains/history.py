"""What a change of a domain's row means, in the words of the events page."""

from collections.abc import Iterator
from typing import Any

from hypervisor.states import ACTIVE, DomainState

_PAUSED = frozenset({DomainState.PAUSED, DomainState.PMSUSPENDED})


def transition(
    old: dict[str, Any], new: dict[str, Any], *, moved: bool, host: str
) -> Iterator[tuple[str, str]]:
    """Events as (kind, detail) for a row that goes from `old` to `new` columns. Most changes are no event."""
    if old["gone_at"] is not None:
        yield "domain.defined", ""
        return
    before, after = DomainState(old["state"]), DomainState(new["state"])
    if moved:
        yield "domain.migrated", f"now on {host}"
    if old["name"] != new["name"]:
        yield "domain.renamed", f"was {old['name']}"
    if before == after and not (after in ACTIVE and old["run"] != new["run"]):
        return
    if after is DomainState.CRASHED:
        yield "domain.crashed", new["reason"]
    elif after not in ACTIVE:
        yield "domain.stopped", new["reason"]
    elif before not in ACTIVE or old["run"] != new["run"]:
        yield "domain.started", new["reason"]
    elif after in _PAUSED:
        yield "domain.suspended", new["reason"]
    elif before in _PAUSED:
        yield "domain.resumed", new["reason"]
