"""Objects that a grant may stand on, found by kind without knowing their apps: those lie above this layer."""

from collections.abc import Iterable
from functools import cache
from uuid import UUID

from django.apps import apps
from django.db import models

from access.permissions import GRANTABLE_KINDS


@cache
def _model_of(kind: str) -> type[models.Model] | None:
    for model in apps.get_models():
        if getattr(model, "PERMITTED_BY", {}).get(kind) == "pk":
            return model
    return None


def paths_of(kind: str, id: UUID) -> dict[str, UUID | None]:
    """An object and what holds it, as `Scope.covers` takes it; of one that is gone, the object alone."""
    model = _model_of(kind)
    columns: dict[str, str] = getattr(model, "PERMITTED_BY", {})
    row = None
    if model is not None:
        row = model._default_manager.filter(pk=id).values_list(*columns.values()).first()
    return {kind: id} if row is None else dict(zip(columns, row, strict=True))


def names_of(objects: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], str]:
    """The names of those (kind, id) that exist, in one query a kind."""
    by_kind: dict[str, set[UUID]] = {}
    for kind, at in objects:
        if kind in GRANTABLE_KINDS:
            by_kind.setdefault(kind, set()).add(at)
    found: dict[tuple[str, UUID], str] = {}
    for kind, ids in by_kind.items():
        model = _model_of(kind)
        if model is not None:
            rows = model._default_manager.filter(pk__in=ids).values_list("pk", "name")
            found.update({(kind, at): name for at, name in rows})
    return found
