"""The shapes of volumes: what replies say of them, and what bodies may ask."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import ObjectReferenceSerializer, ReferenceSerializer, StrictSerializer
from jobs.api.shapes import OpenJobSerializer
from storage.volumes.names import LONGEST, fault

MOST_BYTES = 2**53 - 1  # what a number in JSON holds exactly
FORMATS = ("raw", "qcow2")
CONVERTED = ("raw", "qcow2", "vmdk", "vdi", "vpc", "qed")
PREALLOCATIONS = ("off", "metadata", "full")
ALGORITHMS = (
    "zero", "nnsa", "dod", "bsi", "gutmann", "schneier", "pfitzner7", "pfitzner33", "random", "trim",
)  # fmt: skip
ACTIONS = ("resize", "clone", "convert", "wipe", "sparsify", "rename", "delete", "upload", "download")


class VolumeSerializer(serializers.Serializer[Any]):
    """A volume, and who stands on it as far as its reader may know."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    pool = ReferenceSerializer()
    host = ReferenceSerializer()
    path = serializers.CharField(allow_blank=True)
    type = serializers.CharField(allow_blank=True)
    format = serializers.CharField(allow_blank=True)
    encryption = serializers.CharField(allow_blank=True, help_text="`luks`, or nothing.")
    capacity_bytes = serializers.IntegerField()
    allocation_bytes = serializers.IntegerField()
    backing = serializers.CharField(allow_blank=True, help_text="The path of what it is a layer over.")
    backing_format = serializers.CharField(allow_blank=True)
    owner = ReferenceSerializer(
        allow_null=True,
        help_text="Whose it is by itself, for whose quota it counts: who made it, or whose domain let it go.",
    )
    used_by = ObjectReferenceSerializer(many=True)
    used_by_words = serializers.CharField(
        allow_blank=True, help_text="All who use it, those you may not see unnamed; empty when nobody does."
    )
    job = OpenJobSerializer(allow_null=True)
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(
        child=serializers.ChoiceField(choices=ACTIONS), help_text="What you may ask of it now."
    )


class LayerSerializer(serializers.Serializer[Any]):
    """One file of a chain. `id` is null for what is in no pool that is known."""

    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    pool = ReferenceSerializer(allow_null=True)
    path = serializers.CharField()
    format = serializers.CharField(allow_blank=True)


class VolumeDetailSerializer(VolumeSerializer):
    chain = LayerSerializer(many=True, help_text="What it stands on, the nearest first.")
    layers = LayerSerializer(many=True, help_text="What stands on it.")


class VolumeNameField(serializers.CharField):
    """A name that every pool of files takes."""

    def __init__(self, **kwargs: Any) -> None:
        # Checked whole: the name is what was typed, or it is refused.
        super().__init__(trim_whitespace=False, max_length=LONGEST, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        name = super().run_validation(data)
        if isinstance(name, str) and (problem := fault(name)):
            raise serializers.ValidationError([problem])
        return name


class EncryptionSerializer(StrictSerializer):
    """LUKS. The passphrase goes to the host as a secret of its own, and is shown to nobody again."""

    passphrase = serializers.CharField(
        write_only=True, min_length=8, max_length=512, trim_whitespace=False, style={"input_type": "password"}
    )


class PoolVolumeBodySerializer(StrictSerializer):
    """A new volume."""

    name = VolumeNameField()
    capacity_bytes = serializers.IntegerField(
        min_value=1,
        max_value=MOST_BYTES,
        required=False,
        help_text="As large as what it is a layer over, when not given.",
    )
    format = serializers.ChoiceField(
        choices=FORMATS, required=False, help_text="qcow2 where the pool keeps files, when not given."
    )
    backing = serializers.UUIDField(
        required=False, allow_null=True, help_text="The volume that it is a layer over."
    )
    preallocation = serializers.ChoiceField(choices=PREALLOCATIONS, required=False, default="off")
    encryption = EncryptionSerializer(required=False, allow_null=True)


class VolumeBodySerializer(PoolVolumeBodySerializer):
    """A new volume of a pool."""

    pool = serializers.UUIDField()


class VolumeEditSerializer(StrictSerializer):
    name = VolumeNameField(required=False)


class VolumeResizeSerializer(StrictSerializer):
    capacity_bytes = serializers.IntegerField(min_value=1, max_value=MOST_BYTES)
    force = serializers.BooleanField(
        required=False, default=False, help_text="To make it smaller: what lies beyond the new end is lost."
    )


class VolumeCloneSerializer(StrictSerializer):
    name = VolumeNameField()
    pool = serializers.UUIDField(required=False, help_text="Of the same host; its own, when not given.")
    format = serializers.ChoiceField(choices=FORMATS, required=False)


class VolumeConvertSerializer(StrictSerializer):
    format = serializers.ChoiceField(choices=CONVERTED)
    name = VolumeNameField(required=False, help_text="Its own with another ending, when not given.")
    pool = serializers.UUIDField(required=False, help_text="Of the same host; its own, when not given.")


class VolumeWipeSerializer(StrictSerializer):
    algorithm = serializers.ChoiceField(
        choices=ALGORITHMS,
        required=False,
        default="zero",
        help_text="Those beside zero and trim need the program scrub on the host.",
    )
