"""The shapes of copies: clones, new names, deletion, the recycle bin, templates."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from access.api.serializers import ReferenceSerializer, StrictSerializer
from domains.names import LONGEST, fault
from jobs.api.shapes import OpenJobSerializer


class NameField(serializers.CharField):
    """A name for a domain: what libvirt and every file system take."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST, trim_whitespace=False, validators=[_named], **kwargs)


def _named(name: str) -> None:
    if wrong := fault(name):
        raise serializers.ValidationError(wrong)


@extend_schema_field(
    {"oneOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}], "default": False}
)
class VolumesField(serializers.Field[Any, Any, Any, Any]):
    """Which disks go with a domain: none, all that are its own, or those with these targets."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool):
            return data
        if isinstance(data, list) and len(data) <= 100 and all(isinstance(one, str) for one in data):
            return data
        raise serializers.ValidationError("This must be true, false or a list of disk targets such as vda.")

    def to_representation(self, value: Any) -> Any:
        return value


class CloneBodySerializer(StrictSerializer):
    name = NameField()
    linked = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Layers over the original's disks: made at once, and the original stays off from then on.",
    )
    host = serializers.UUIDField(required=False, help_text="Another host, which has the disks' pools too.")
    pool = serializers.UUIDField(required=False, help_text="Where the disks go; else beside the original's.")


class RenameBodySerializer(StrictSerializer):
    name = NameField()


class UndefineBodySerializer(StrictSerializer):
    volumes = VolumesField(
        required=False, help_text="Disks to delete with it: true (all its own), or a list of targets."
    )
    permanent = serializers.BooleanField(
        required=False, default=False, help_text="For good, past the recycle bin."
    )


class DeletedVolumeSerializer(serializers.Serializer[Any]):
    """A disk that goes when its domain is purged."""

    target = serializers.CharField()
    name = serializers.CharField()
    path = serializers.CharField()


class DeletedDomainSerializer(serializers.Serializer[Any]):
    """A deleted domain that can still be had back."""

    id = serializers.UUIDField(help_text="Of this entry; see `domain_id`.")
    domain_id = serializers.UUIDField(help_text="The domain's UUID, which it gets back.")
    name = serializers.CharField()
    host = ReferenceSerializer()
    volumes = DeletedVolumeSerializer(many=True)
    tags = serializers.ListField(child=serializers.CharField())
    autostart = serializers.BooleanField()
    deleted_by = ReferenceSerializer(allow_null=True)
    deleted_at = serializers.DateTimeField()
    purge_at = serializers.DateTimeField(help_text="When it and its volumes go for good.")
    job = OpenJobSerializer(allow_null=True)
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField(), help_text="`restore`, `purge`.")


class TemplateDiskSerializer(serializers.Serializer[Any]):
    target = serializers.CharField()
    pool = serializers.UUIDField()
    volume = serializers.CharField()
    path = serializers.CharField()
    format = serializers.CharField()
    capacity_bytes = serializers.IntegerField()


class TemplateVersionSerializer(serializers.Serializer[Any]):
    """One version of a template."""

    number = serializers.IntegerField()
    ready = serializers.BooleanField(help_text="Its disks are copied; domains can be made of it.")
    source = serializers.CharField(  # type: ignore[assignment]
        allow_blank=True, help_text="The domain that it was made of."
    )
    notes = serializers.CharField(allow_blank=True)
    created_by = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    vcpus = serializers.IntegerField()
    memory_bytes = serializers.IntegerField()
    disks = TemplateDiskSerializer(many=True)


class TemplateSerializer(serializers.Serializer[Any]):
    """A template: definitions with disks of their own, of which domains are made."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    host = ReferenceSerializer()
    latest = serializers.IntegerField(allow_null=True, help_text="The newest version that is ready.")
    versions = TemplateVersionSerializer(many=True)
    job = OpenJobSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField(), help_text="`edit`, `delete`, `create`.")


class TemplateBodySerializer(StrictSerializer):
    name = NameField()
    domain = serializers.UUIDField(help_text="The domain, off, whose definition and disks are copied.")
    description = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    notes = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    pool = serializers.UUIDField(required=False, help_text="Where its disks go; else beside the domain's.")


class TemplatePatchSerializer(StrictSerializer):
    name = NameField(required=False)
    description = serializers.CharField(required=False, allow_blank=True, max_length=4000)


class TemplateVersionBodySerializer(StrictSerializer):
    domain = serializers.UUIDField()
    notes = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    pool = serializers.UUIDField(required=False)
