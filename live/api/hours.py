"""The shape of the last hour, and how much of it is asked for."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from live.hour import KEPT_SECONDS, STEP_SECONDS


class HistorySerializer(serializers.Serializer[Any]):
    """Figures in steps, oldest first, by name; one value a step, null where nothing was measured."""

    step_seconds = serializers.IntegerField()
    from_ = serializers.DateTimeField()
    series = serializers.DictField(child=serializers.ListField(child=serializers.FloatField(allow_null=True)))

    def get_fields(self) -> dict[str, Any]:
        """`from` is no name that Python takes."""
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


def seconds_of(request: Request) -> int:
    """How far back. Raises ValidationError."""
    said = request.query_params.get("seconds", str(KEPT_SECONDS))
    if not said.isascii() or not said.isdigit() or not STEP_SECONDS <= int(said[:9]) <= KEPT_SECONDS:
        raise ValidationError({"seconds": [f"This must be {STEP_SECONDS} to {KEPT_SECONDS}."]})
    return int(said)
