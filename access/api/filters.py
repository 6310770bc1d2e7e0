"""Filters, search and order of lists. A query parameter that means nothing is refused by name, never ignored."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend, SearchFilter
from rest_framework.request import Request
from rest_framework.views import APIView

_ALWAYS = frozenset({"fields"})
_BOOLEANS: Mapping[str, bool | None] = {"": None, "true": True, "1": True, "false": False, "0": False}
_LONGEST = 4000  # of all values of one parameter together
_MOST_WORDS = 20  # each is a condition on every column that is searched
_OF_LISTS = frozenset({"limit", "offset", "ordering", "search"})


def refuse_unknown(request: Request, known: Iterable[str]) -> None:
    """Raises ValidationError for parameters that are not `known` and for text that no database stores."""
    names = set(known)
    wrong: dict[str, list[str]] = {}
    for name, values in request.query_params.lists():
        if name not in names:
            wrong[name] = ["Unknown parameter."]
        elif any("\x00" in value for value in values):
            wrong[name] = ["Null characters are not allowed."]
        elif sum(map(len, values)) > _LONGEST:
            wrong[name] = [f"At most {_LONGEST} characters."]
    if wrong:
        raise ValidationError(wrong)


def names_for(view: APIView, *, of_list: bool) -> frozenset[str]:
    """The query parameters that a view's list (or single object) takes."""
    own = frozenset(getattr(view, "extra_parameters", ()))
    if not of_list:
        return _ALWAYS | own
    filterset = getattr(view, "filterset_class", None)
    filters = frozenset(filterset.base_filters) if filterset is not None else frozenset()
    return _ALWAYS | _OF_LISTS | own | filters


class _BooleanField(forms.Field):
    """Django's NullBooleanField takes every word that it does not know for “any”."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> bool | None:
        said = str(value or "").lower()
        if said not in _BOOLEANS:
            raise forms.ValidationError("This must be true or false.")
        return _BOOLEANS[said]


class BooleanFilter(django_filters.BooleanFilter):
    """`true` or `false`; another word is refused."""

    field_class = _BooleanField


class _TimeField(django_filters.fields.IsoDateTimeField):
    """Times near the ends of the calendar exist in some zones alone."""

    def to_python(self, value: Any) -> datetime | None:
        said: datetime | None = super().to_python(value)
        try:
            return said.astimezone(UTC) if said is not None else None
        except OverflowError:
            raise forms.ValidationError("This is before or after all time.") from None


class TimeFilter(django_filters.IsoDateTimeFilter):
    """An RFC 3339 time."""

    field_class = _TimeField


class StrictFilter(DjangoFilterBackend):
    """django-filter, built only when a filter is used: most requests for a list use none."""

    def filter_queryset(self, request: Request, queryset: Any, view: APIView) -> Any:
        refuse_unknown(request, names_for(view, of_list=True))
        filterset = getattr(view, "filterset_class", None)
        if filterset is None or not any(name in request.query_params for name in filterset.base_filters):
            return queryset
        return super().filter_queryset(request, queryset, view)


class Search(SearchFilter):
    """`search`: every word in any of the view's `search_fields`."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        if "search" not in request.query_params:
            return queryset
        if len(self.get_search_terms(request)) > _MOST_WORDS:
            raise ValidationError({"search": [f"At most {_MOST_WORDS} words."]})
        return super().filter_queryset(request, queryset, view)


class StrictOrdering(BaseFilterBackend):
    """`ordering=name,-state`, of the view's `ordering_fields`: outward name → column.

    The primary key comes last, so that pages of equal rows neither repeat nor leave out any.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        columns: Mapping[str, str] = getattr(view, "ordering_fields", {})
        asked = request.query_params.get("ordering", getattr(view, "ordering", ""))
        order: list[str] = []
        for part in filter(None, (name.strip() for name in asked.split(","))):
            column = columns.get(part.removeprefix("-"))
            if column is None:
                raise ValidationError({"ordering": [f"Not {part}; one of {', '.join(sorted(columns))}."]})
            order.append(f"-{column}" if part.startswith("-") else column)
        return queryset.order_by(*order, "pk")

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        columns: Mapping[str, str] = getattr(view, "ordering_fields", {})
        if not columns:
            return []
        return [
            {
                "name": "ordering",
                "in": "query",
                "required": False,
                "description": f"By any of {', '.join(columns)}, separated by commas; a minus in front turns it.",
                "schema": {"type": "string"},
            }
        ]
