"""Bodies as strict JSON: one meaning a document, nothing beyond the standard, bounded in size."""

import json
from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(f"The member {twice!r} stands twice.", code="malformed_json")
    return made


class StrictJSONParser(BaseParser):
    """JSON by RFC 8259 in UTF-8: no NaN, no lone surrogates, no member twice."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw: bytes = stream.read(settings.MAX_BODY_BYTES + 1)
        if len(raw) > settings.MAX_BODY_BYTES:
            raise RequestDataTooBig
        try:
            orjson.loads(
                raw
            )  # decides what is JSON; the second reader alone can tell a member that stands twice
            return json.loads(raw, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not JSON: {error}", code="malformed_json") from None
