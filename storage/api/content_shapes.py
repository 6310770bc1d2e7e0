"""The shapes of uploads and of what is fetched."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import ReferenceSerializer, StrictSerializer
from jobs.api.shapes import OpenJobSerializer
from storage.api.volume_shapes import MOST_BYTES, VolumeNameField
from storage.content.inspecting import FORMATS

UPLOAD_ACTIONS = ("send", "delete")
SHA256 = r"^[0-9A-Fa-f]{64}$"


class UploadSerializer(serializers.Serializer[Any]):
    """Content on its way into a volume. Its job has the same id, and says what became of it."""

    id = serializers.UUIDField()
    job = OpenJobSerializer(allow_null=True)
    name = serializers.CharField(help_text="The volume's.")
    pool = ReferenceSerializer()
    host = ReferenceSerializer()
    volume = ReferenceSerializer(allow_null=True, help_text="null while it is not made or not seen yet.")
    format = serializers.CharField(allow_blank=True)
    sha256 = serializers.CharField(allow_blank=True)
    library = serializers.BooleanField()
    size_bytes = serializers.IntegerField()
    offset_bytes = serializers.IntegerField(
        help_text="So many are on the host for certain: the next request begins here."
    )
    sending = serializers.BooleanField(help_text="A request sends at this moment.")
    url = serializers.CharField(help_text="Where its bytes go, by the tus protocol 1.0.")
    created_by = ReferenceSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="Given up then, unless more comes before.")
    actions = serializers.ListField(child=serializers.ChoiceField(choices=UPLOAD_ACTIONS))


class DeclaredSerializer(StrictSerializer):
    """What content is said to be before it is seen; it is refused when it is not."""

    format = serializers.ChoiceField(
        choices=FORMATS, required=False, help_text="Whatever it is, when not given."
    )
    sha256 = serializers.RegexField(
        SHA256,
        required=False,
        help_text="Of all of it. Read back from the host at the end and compared.",
        error_messages={"invalid": "This must be 64 hexadecimal digits."},
    )
    library = serializers.BooleanField(
        required=False, default=False, help_text="Put it into the library as well."
    )


class UploadBodySerializer(DeclaredSerializer):
    """Into a new volume of a pool (`pool` and `name`), or into one that is there (`volume`)."""

    pool = serializers.UUIDField(required=False)
    name = VolumeNameField(required=False)
    volume = serializers.UUIDField(required=False)
    size_bytes = serializers.IntegerField(min_value=1, max_value=MOST_BYTES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wrong: dict[str, str] = {}
        if "volume" in attrs:
            wrong = {name: "Give this, or a volume." for name in ("pool", "name") if name in attrs}
        else:
            wrong = {
                name: "This is needed, or else a volume." for name in ("pool", "name") if name not in attrs
            }
        if wrong:
            raise serializers.ValidationError({name: [text] for name, text in wrong.items()})
        return attrs


class FetchBodySerializer(DeclaredSerializer):
    """From an address that the installation's workers reach."""

    url = serializers.CharField(max_length=2000, help_text="http or https; no address of an inner network.")
    name = VolumeNameField()
