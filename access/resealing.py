"""Sealing anew, under the key of today, all that is sealed in the database.

There is no list of what may hold a secret, which somebody could forget to add to: every column of text and JSON of
every table is looked through for seals. Rows are taken a few at a time, each read again under its lock, so the
product runs on meanwhile.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction

from access.models import AuditEntry
from access.secrets import key_of, resealed

_AT_ONCE = 100


@dataclass(frozen=True)
class Column:
    """One that may hold seals."""

    model: type[models.Model]
    name: str

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.name}"


def columns() -> list[Column]:
    """Every one long enough for a seal. The audit log is left out: nothing is changed in it, and no seal goes in."""
    return [
        Column(model, field.name)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy and model is not AuditEntry
        for field in model._meta.concrete_fields
        if not field.primary_key
        and isinstance(field, models.CharField | models.TextField | models.JSONField)
        and (field.max_length is None or field.max_length >= 100)
    ]


def seal_anew() -> dict[str, int]:
    """Seal everything with the key that seals now; {column: how many rows were changed}."""
    changed: dict[str, int] = {}
    for column in columns():
        for pks in _some(pk for pk, value in _values(column) if _each(value, resealed) != value):
            with transaction.atomic():
                rows = column.model._base_manager.select_for_update().filter(pk__in=pks)
                for pk, value in list(rows.values_list("pk", column.name)):
                    anew = _each(value, resealed)
                    if anew != value:
                        column.model._base_manager.filter(pk=pk).update(**{column.name: anew})
                        changed[str(column)] = changed.get(str(column), 0) + 1
    return changed


def keys_in_use() -> dict[str, dict[str, int]]:
    """{id of a key: {column: how many seals of it}}; the id is "" for those of before there were such keys."""
    found: dict[str, dict[str, int]] = {}
    for column in columns():
        name = str(column)
        for _, value in _values(column):
            for text in _texts(value):
                if (id := key_of(text)) is not None:
                    at = found.setdefault(id, {})
                    at[name] = at.get(name, 0) + 1
    return found


def _texts(value: Any) -> list[str]:
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    _each(value, note)
    return found


def _values(column: Column) -> Iterator[tuple[Any, Any]]:
    rows = column.model._base_manager.order_by("pk").values_list("pk", column.name)
    yield from rows.iterator(chunk_size=500)


def _some(pks: Iterator[Any]) -> Iterator[list[Any]]:
    every = list(pks)  # before the first is changed: a cursor that is open would hinder that
    for at in range(0, len(every), _AT_ONCE):
        yield every[at : at + _AT_ONCE]


def _each(value: Any, do: Callable[[str], str]) -> Any:
    """The value with `do` done to every text in it."""
    if isinstance(value, str):
        return do(value)
    if isinstance(value, dict):
        return {name: _each(inner, do) for name, inner in value.items()}
    if isinstance(value, list):
        return [_each(inner, do) for inner in value]
    return value
