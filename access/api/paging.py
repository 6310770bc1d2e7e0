"""Pages by limit and offset; the count costs a query only when the page does not tell it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

_FARTHEST = 2**31 - 1


def _bounded(request: Request, name: str, default: int, lowest: int, highest: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(highest)) else -1
    if not lowest <= number <= highest:
        raise ValidationError({name: [f"A whole number from {lowest} to {highest}."]})
    return number


class LimitOffset(LimitOffsetPagination):
    """`limit` (100, at most 1000) and `offset`. What is not a number within bounds is refused.

    A view's `shown` says what is read of the rows of a page.
    """

    default_limit = 100
    max_limit = 1000

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        rows: QuerySet[Any, Any] = queryset
        self.request = request
        self.limit = _bounded(request, "limit", self.default_limit, 1, self.max_limit)
        self.offset = _bounded(request, "offset", 0, 0, _FARTHEST)
        # What is shown may join tables that the count need not know.
        shown = getattr(view, "shown", None)
        page = list((rows if shown is None else shown(rows))[self.offset : self.offset + self.limit])
        # A page that is not full is the last one, unless it lies beyond the end.
        tells = len(page) < self.limit and (bool(page) or self.offset == 0)
        self.count = self.offset + len(page) if tells else rows.order_by().count()
        return page

    def get_paginated_response(self, data: Sequence[Mapping[str, Any]]) -> Response:
        return Response(
            {
                "count": self.count,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
                "results": data,
            }
        )
