"""Replies as JSON by orjson, whatever the client says it accepts."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


def _other(value: Any) -> Any:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


class JSONRenderer(BaseRenderer):
    """JSON in UTF-8; times as RFC 3339 in UTC with Z."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        if isinstance(data, bytes):
            return data  # rendered before, and still true
        return orjson.dumps(data, default=_other, option=orjson.OPT_UTC_Z)


class AlwaysJSON(DefaultContentNegotiation):
    """A view's first renderer, for every Accept header: a browser that asks for HTML still gets the reply."""

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        first = next(iter(renderers))
        return first, first.media_type
