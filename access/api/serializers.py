"""Bodies read strictly: no unknown field, no text that stands for a number; and the shapes that replies share."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from access.permissions import GRANTABLE_KINDS, PERMISSIONS

PERMISSION_CHOICES = tuple(PERMISSIONS.items())
_NUMBER = (int, float)
# What JSON type each kind of field takes; REST framework would turn "5" into 5 and 5 into "5".
_TAKES: tuple[tuple[type[serializers.Field[Any, Any, Any, Any]], tuple[type, ...], str], ...] = (
    (serializers.BooleanField, (bool,), "true or false"),
    (serializers.IntegerField, (int,), "a whole number"),
    (serializers.FloatField, _NUMBER, "a number"),
    (serializers.CharField, (str,), "text"),
    (serializers.ChoiceField, (str,), "text"),
    (serializers.UUIDField, (str,), "text"),
    (serializers.DateTimeField, (str,), "text"),
)


def _wrong_type(field: Any, value: Any) -> Any:
    """The complaint about a value of another JSON type than the field's, or None."""
    if value is None:
        return None  # the field itself knows whether it may be null
    if isinstance(field, serializers.ListField):
        if not isinstance(value, list):
            return None  # its own message says it
        wrong = {index: _wrong_type(field.child, one) for index, one in enumerate(value)}
        return {index: text for index, text in wrong.items() if text} or None
    for kind, types, word in _TAKES:
        if isinstance(field, kind):
            fits = isinstance(value, types) and (bool in types or not isinstance(value, bool))
            return None if fits else [f"This must be {word}."]
    return None


class StrictSerializer(serializers.Serializer[Any]):
    """A body: fields that are not declared and values of another JSON type are refused by field."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            wrong: dict[str, Any] = {}
            for name, value in data.items():
                field = self.fields.get(name)
                if field is None or field.read_only:
                    wrong[str(name)] = ["Unknown field."]
                elif complaint := _wrong_type(field, value):
                    wrong[str(name)] = complaint
            if wrong:
                raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


class NothingSerializer(StrictSerializer):
    """A body without any field: `{}` or none at all."""


class ReferenceSerializer(serializers.Serializer[Any]):
    """Another object, as replies name it."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class ObjectReferenceSerializer(ReferenceSerializer):
    """An object of any kind."""

    kind = serializers.CharField()


class GrantedObjectSerializer(StrictSerializer):
    """The object that a grant stands on."""

    kind = serializers.ChoiceField(choices=GRANTABLE_KINDS)
    id = serializers.UUIDField()


class PermissionField(serializers.ChoiceField):
    """One of the closed set of permissions."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=PERMISSION_CHOICES, **kwargs)
