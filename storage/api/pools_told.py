"""How replies name a pool that something is in: by name to who may see it, by id alone to others."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Case, F, Model, QuerySet, Value, When

from access.actor import Actor
from access.api.views import Row
from storage.models import Pool

SEEN = "pool_name_seen"  # the column that searches and orders go by
M = TypeVar("M", bound=Model)


def pools_seen(rows: Sequence[Row], by: Actor) -> set[UUID]:
    """Of the pools of these rows, those that `by` may see; no query where that is all of them."""
    ids = {row["pool_id"] for row in rows if row["pool_id"]}
    if by.scope("pool.read").everywhere or not ids:
        return ids
    return set(Pool.objects.permitted(by, "pool.read").filter(pk__in=ids).values_list("pk", flat=True))


def with_names_seen(rows: "QuerySet[M]", by: Actor) -> "QuerySet[M]":
    """With the column SEEN: nobody shall find a row by a name that is not told, nor guess it by its place."""
    if by.scope("pool.read").everywhere:
        name: Any = F("pool__name")
    else:
        seen = Pool.objects.permitted(by, "pool.read").order_by().values("pk")
        name = Case(When(pool_id__in=seen, then=F("pool__name")), default=Value(""))
    with_name: QuerySet[M] = rows.annotate(**{SEEN: name})
    return with_name


def pool_told(row: Row, seen: set[UUID]) -> dict[str, Any]:
    return {"id": row["pool_id"], "name": row["pool__name"] if row["pool_id"] in seen else ""}
