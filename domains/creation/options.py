"""What a wizard may offer for a new domain on a host."""

from typing import Any
from uuid import UUID

from access.actor import Actor
from access.errors import Conflict


def offered(host_id: UUID, *, by: Actor) -> dict[str, Any]:
    """What can be chosen on a host."""
    raise Conflict("Domains cannot be made yet.")
