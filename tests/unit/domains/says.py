"""What a node says, made short."""

from typing import Any
from uuid import UUID

from hypervisor.data import DomainSeen
from hypervisor.states import ACTIVE, DomainState


def seen(uuid: UUID, state: DomainState = DomainState.SHUTOFF, **other: Any) -> DomainSeen:
    """A domain as a bulk call shows it."""
    told: dict[str, Any] = {
        "name": "guest",
        "reason": "",
        "id": 1 if state in ACTIVE else None,
        "persistent": True,
        "autostart": False,
        "vcpus": 1,
        "memory_bytes": 128 * 2**20,
        "max_memory_bytes": 128 * 2**20,
    }
    return DomainSeen(uuid=uuid, state=state, **(told | other))
