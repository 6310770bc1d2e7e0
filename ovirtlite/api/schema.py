"""The OpenAPI document: what every operation shares is added here, so that no view repeats it."""

from collections.abc import Iterator
from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from access.api.views import Endpoint, ObjectViewSet
from ovirtlite.api.problems import CONTENT_TYPE

_PROBLEM = {"$ref": "#/components/responses/Problem"}
_WORDS = {
    "400": "The request is not valid.",
    "401": "Not signed in.",
    "403": "Not permitted.",
    "404": "No such object, or none that one may see.",
    "409": "What the object is or does at present is in the way.",
    "412": "The object changed since the version in If-Match.",
    "415": "The body is not JSON.",
    "429": "Too many requests or attempts; Retry-After says when to go on.",
}

_FIELDS = OpenApiParameter(
    "fields",
    OpenApiTypes.STR,
    description="Names of the fields that the reply shall have, separated by commas.",
)
_IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="A repeat with the same key and body gets the first one's reply (for 24 hours).",
)
_IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag that was read: 412 if the object changed since.",
)


class ProblemSchema(AutoSchema):
    """drf-spectacular's reading of a view, with our problem documents, headers and `fields`."""

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = list(super().get_override_parameters())
        if isinstance(self.view, ObjectViewSet) and getattr(self.view, "action", "") in {"list", "retrieve"}:
            parameters.append(_FIELDS)
        if self.method == "POST" and isinstance(self.view, Endpoint) and self.view.authentication_classes:
            parameters.append(_IDEMPOTENCY_KEY)
        if self.method in {"PATCH", "PUT", "DELETE"} and isinstance(self.view, ObjectViewSet):
            parameters.append(_IF_MATCH)
        return parameters

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        responses: dict[str, Any] = super()._get_response_bodies(direction)
        for status in self._problems():
            responses.setdefault(status, {"description": _WORDS[status], "content": _content()})
        responses.setdefault("default", _PROBLEM)
        return responses

    def _problems(self) -> list[str]:
        """The statuses of problems that this operation can answer with."""
        changes = self.method not in {"GET", "HEAD"}
        statuses = ["400"]
        if isinstance(self.view, Endpoint):
            statuses.append("429")
        if getattr(self.view, "authentication_classes", ()):
            statuses += ["401", "403"]
        elif changes:
            statuses.append("401")
        if "{" in self.path:
            statuses.append("404")
        if changes:
            statuses += ["409", "415"]
        if self.method in {"PATCH", "PUT", "DELETE"}:
            statuses.append("412")
        return statuses


def _content() -> dict[str, Any]:
    return {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def tell_alternatives_apart(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """A postprocessing hook: what may be one of several things says by which property, or that several may fit.

    drf-spectacular writes `oneOf` for both, and exactly one shall match: but the discriminator alone tells nothing to
    who validates (OpenAPI 3.1, 4.8.25), and "anything, or null" is met twice by null.
    """
    schemas = result.get("components", {}).get("schemas", {})
    for schema in _within(result):
        told: dict[str, Any] = schema.get("discriminator", {})
        if not told and "oneOf" in schema:
            schema["anyOf"] = schema.pop("oneOf")
        for value, reference in told.get("mapping", {}).items():
            properties = schemas[reference.rpartition("/")[2]]["properties"]
            properties[told["propertyName"]] = {"type": "string", "enum": [value]}
    return result


def _within(part: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in the document, the innermost first."""
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _within(inner)
    if isinstance(part, dict):
        yield part


def add_shared_parts(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A postprocessing hook: the problem document (RFC 9457) that the operations refer to."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = {
        "type": "object",
        "description": "A problem document (RFC 9457).",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What happened, in words for people."},
            "code": {"type": "string", "description": "What happened, in a word for programs."},
            "errors": {
                "type": "object",
                "description": "Complaints by field; a field within another is named as outer.inner.",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
            "job": {
                "type": "object",
                "description": "With code busy: the job that holds the object.",
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "kind": {"type": "string"},
                    "state": {"type": "string"},
                },
            },
            "state": {
                "type": "string",
                "description": "With code operation_invalid: the state of the object.",
            },
        },
        "additionalProperties": True,
    }
    components.setdefault("responses", {})["Problem"] = {"description": "A problem.", "content": _content()}
    return result
