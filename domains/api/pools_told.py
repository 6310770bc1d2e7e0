"""How replies name the pools that backups go to: by name to who may see them, by id alone to others."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from access.actor import Actor
from access.api.views import Row
from storage.models import Pool


def pools_seen(rows: Sequence[Row], by: Actor) -> set[UUID]:
    """Of the pools of these rows, those that `by` may see; no query where that is all of them."""
    ids = {row["pool_id"] for row in rows if row["pool_id"]}
    if by.scope("pool.read").everywhere or not ids:
        return ids
    return set(Pool.objects.permitted(by, "pool.read").filter(pk__in=ids).values_list("pk", flat=True))


def pool_told(row: Row, seen: set[UUID]) -> dict[str, Any]:
    return {"id": row["pool_id"], "name": row["pool__name"] if row["pool_id"] in seen else ""}
