"""The shapes of definitions and their versions."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import ReferenceSerializer, StrictSerializer


class XMLBodySerializer(StrictSerializer):
    xml = serializers.CharField(
        trim_whitespace=False,
        max_length=1024 * 1024,
        help_text="The whole `<domain>`. Its name and uuid must stay.",
    )


class ChangeSerializer(serializers.Serializer[Any]):
    """One thing that is another: null where it is not there."""

    path = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class RevisionJobSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()


class RevisionSerializer(serializers.Serializer[Any]):
    """One version of a definition. Without `by` it was made on the node, or before anybody watched it."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = ReferenceSerializer(allow_null=True)
    job = RevisionJobSerializer(allow_null=True)
    changes = ChangeSerializer(many=True, help_text="Against the version before; the first fifty.")


class RevisionXMLSerializer(RevisionSerializer):
    """One version with its document."""

    xml = serializers.CharField()


class RevisionDiffSerializer(serializers.Serializer[Any]):
    """What became of one version in another."""

    to = serializers.IntegerField()
    diff = serializers.CharField(help_text="A unified diff.")
    changes = ChangeSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        # `from` is a word of Python's own.
        return {"from": serializers.IntegerField(), **super().get_fields()}
