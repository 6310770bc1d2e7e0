"""Asking for a new domain."""

from collections.abc import Mapping
from typing import Any

from access.actor import Actor
from access.errors import Conflict
from jobs.models import Job


def request(body: Mapping[str, Any], *, by: Actor) -> Job:
    """Record the wish for a new domain."""
    raise Conflict("Domains cannot be made yet.")


def plan(body: Mapping[str, Any], *, by: Actor) -> dict[str, Any]:
    """What the wish would meet."""
    raise Conflict("Domains cannot be made yet.")
