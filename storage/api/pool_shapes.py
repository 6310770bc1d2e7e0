"""The shapes of pools in the OpenAPI document, and the bodies of wishes about them."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import ReferenceSerializer, StrictSerializer
from hypervisor.storage import Build, Part, PoolType
from jobs.api.shapes import OpenJobSerializer
from storage.models import STATES

POOL_TYPES = [(str(type), str(type)) for type in PoolType]
BUILDS = [(str(build), str(build)) for build in Build]
PARTS = [(str(part), str(part)) for part in Part]
_AUTH_TYPES = [(word, word) for word in ("chap", "ceph")]


class PoolHostSerializer(StrictSerializer):
    """Where a source is served."""

    name = serializers.CharField(max_length=253)
    port = serializers.IntegerField(required=False, min_value=1, max_value=65535)


class PoolAuthSerializer(serializers.Serializer[Any]):
    """As whom the host speaks to the source. The word itself is never shown."""

    type = serializers.CharField()
    username = serializers.CharField()
    secret = serializers.UUIDField(required=False, help_text="The UUID of libvirt's secret on the host.")


class PoolDetailSerializer(serializers.Serializer[Any]):
    """Where a pool's content comes from; what its type does not have is left out."""

    hosts = PoolHostSerializer(many=True, required=False)
    dir = serializers.CharField(required=False)
    devices = serializers.ListField(child=serializers.CharField(), required=False)
    name = serializers.CharField(required=False)
    adapter = serializers.CharField(required=False)
    initiator = serializers.CharField(required=False)
    format = serializers.CharField(required=False)
    auth = PoolAuthSerializer(required=False)


class SharedPoolSerializer(serializers.Serializer[Any]):
    """One storage that several hosts see. `stated`: by an administrator's word, and not by its source."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.CharField()
    stated = serializers.BooleanField()
    hosts = ReferenceSerializer(many=True, help_text="Those that their reader may see.")
    pools = ReferenceSerializer(many=True)
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField())


class PoolSharedSerializer(serializers.Serializer[Any]):
    """The storage that a pool is on, where other hosts see it too."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    stated = serializers.BooleanField()
    hosts = ReferenceSerializer(many=True)


class PoolSerializer(serializers.Serializer[Any]):
    """A storage pool of one host. `uuid` is libvirt's, which may stand on many hosts."""

    id = serializers.UUIDField()
    uuid = serializers.UUIDField()
    name = serializers.CharField()
    host = ReferenceSerializer()
    type = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    persistent = serializers.BooleanField()
    autostart = serializers.BooleanField()
    capacity_bytes = serializers.IntegerField()
    allocation_bytes = serializers.IntegerField()
    available_bytes = serializers.IntegerField()
    target = serializers.CharField(allow_blank=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    detail = PoolDetailSerializer()
    shared = PoolSharedSerializer(allow_null=True)
    volumes = serializers.IntegerField()
    job = OpenJobSerializer(allow_null=True)
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(
        child=serializers.CharField(),
        help_text="Of start, stop, refresh, build, edit, delete, create_volume, upload, fetch.",
    )


class NewPoolAuthSerializer(StrictSerializer):
    """The word goes into a secret of libvirt's on the host, and is shown to nobody again."""

    type = serializers.ChoiceField(choices=_AUTH_TYPES, required=False, help_text="By the pool's type.")
    username = serializers.CharField(max_length=255)
    secret = serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True)


class PoolSourceSerializer(StrictSerializer):
    """Where the content comes from. Which of these a type needs: `GET /pools/options/`."""

    hosts = PoolHostSerializer(many=True, required=False, max_length=16)  # type: ignore[call-arg]
    dir = serializers.CharField(required=False, max_length=1000, allow_blank=True)
    devices = serializers.ListField(
        child=serializers.CharField(max_length=500),
        required=False,
        max_length=64,
        help_text="Paths in /dev; of an iSCSI pool its target's name.",
    )
    name = serializers.CharField(required=False, max_length=255, allow_blank=True)
    adapter = serializers.CharField(required=False, max_length=64, allow_blank=True)
    initiator = serializers.CharField(required=False, max_length=255, allow_blank=True)
    format = serializers.CharField(required=False, max_length=32, allow_blank=True)
    auth = NewPoolAuthSerializer(required=False, allow_null=True)


class PoolBodySerializer(StrictSerializer):
    host = serializers.UUIDField()
    name = serializers.CharField(max_length=255)
    type = serializers.ChoiceField(choices=POOL_TYPES)
    target = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=2000, help_text="Where its volumes appear."
    )
    source = PoolSourceSerializer(required=False, allow_null=True, default=None)  # type: ignore[assignment]
    autostart = serializers.BooleanField(required=False, default=True)
    build = serializers.ChoiceField(
        choices=BUILDS,
        required=False,
        allow_null=True,
        default=None,
        help_text="Make what lies below it first. When not given a folder is made where it is missing, and nothing on "
        "a device.",
    )
    start = serializers.BooleanField(required=False, default=True)


class PoolEditSerializer(StrictSerializer):
    autostart = serializers.BooleanField(required=False)
    name = serializers.CharField(
        required=False, max_length=255, help_text="Of one that is stopped and unused."
    )


class PoolBuildSerializer(StrictSerializer):
    overwrite = serializers.BooleanField(
        required=False, default=False, help_text="Whatever is on its device is lost."
    )


class DiscoverySourceSerializer(StrictSerializer):
    hosts = PoolHostSerializer(many=True, required=False, max_length=4)  # type: ignore[call-arg]
    initiator = serializers.CharField(required=False, max_length=255, allow_blank=True)


class DiscoveryBodySerializer(StrictSerializer):
    host = serializers.UUIDField()
    type = serializers.ChoiceField(choices=POOL_TYPES)
    source = DiscoverySourceSerializer(required=False, allow_null=True, default=None)  # type: ignore[assignment]


class PoolFieldSerializer(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=PARTS)
    required = serializers.BooleanField()  # type: ignore[assignment]


class OfferedPoolTypeSerializer(serializers.Serializer[Any]):
    """A type of pools, and what is asked for it."""

    type = serializers.ChoiceField(choices=POOL_TYPES)
    supported = serializers.BooleanField()
    fields = PoolFieldSerializer(many=True)  # type: ignore[assignment]
    formats = serializers.ListField(child=serializers.CharField())
    default_format = serializers.CharField(allow_blank=True)
    volume_formats = serializers.ListField(child=serializers.CharField())
    default_volume_format = serializers.CharField(allow_blank=True)
    target = serializers.CharField(allow_blank=True, help_text="Where its volumes appear when nobody says.")
    auth = serializers.CharField(allow_blank=True, help_text="chap, ceph; blank where it has none.")
    builds = serializers.BooleanField()
    overwrites = serializers.BooleanField(help_text="Building makes something on a device.")
    removes = serializers.BooleanField(help_text="What lies below can be removed with it.")
    discovers = serializers.BooleanField()
    makes_volumes = serializers.BooleanField()
    many_hosts = serializers.BooleanField()
    many_devices = serializers.BooleanField()


class PoolOptionsSerializer(serializers.Serializer[Any]):
    """What pools a host can have. `known`: its node has said so; else everything may be tried."""

    known = serializers.BooleanField()
    roots = serializers.ListField(
        child=serializers.CharField(), help_text="Below these folders pools may lie."
    )
    types = OfferedPoolTypeSerializer(many=True)


class PoolSampleSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    capacity_bytes = serializers.IntegerField()
    available_bytes = serializers.IntegerField()


class PoolTrendSerializer(serializers.Serializer[Any]):
    """How full a pool was, about once an hour."""

    samples = PoolSampleSerializer(many=True)
    growth_bytes_a_day = serializers.IntegerField(allow_null=True, help_text="Null for too short a time.")
    full_at = serializers.DateTimeField(allow_null=True, help_text="If it goes on like that.")


class SharedPoolBodySerializer(StrictSerializer):
    name = serializers.CharField(max_length=255)
    pools = serializers.ListField(child=serializers.UUIDField(), min_length=2, max_length=256)
