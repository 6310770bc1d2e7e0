"""The shapes of hardware, made from the models of `hypervisor.xml`: what those know, the API has, by the same names."""

from types import NoneType
from typing import Any, cast, get_args, get_origin

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from access.api.serializers import ReferenceSerializer, StrictSerializer
from hypervisor.xml.devices import DEVICES
from hypervisor.xml.model import Model, Property, choices_of, model_of, properties
from hypervisor.xml.other import Other
from hypervisor.xml.settings import Settings

_LONGEST = 65536
_PENDING = [(word, word) for word in ("added", "changed", "removed")]
_Fields = dict[str, Any]
_SCALARS: dict[type, type[serializers.Field[Any, Any, Any, Any]]] = {
    bool: serializers.BooleanField,
    int: serializers.IntegerField,
    float: serializers.FloatField,
    str: serializers.CharField,
}
_made: dict[tuple[type[Model], bool], type[serializers.Serializer[Any]]] = {}


def shape_of(model: type[Model], *, body: bool) -> type[serializers.Serializer[Any]]:
    """The serializer of one model: `body` for what people send, else for what they see."""
    if (model, body) not in _made:
        fields = {each.name: _field(each, body) for each in properties(model) if body or not _secret(each)}
        _made[model, body] = _serializer(_name(model, body), model.__doc__ or "", fields, body=body)
    return _made[model, body]


def _field(each: Property, body: bool) -> Any:
    asked: _Fields = {"required": False, "allow_null": True} if body else {}
    if not body and each.nullable:
        asked["allow_null"] = True
    inner = model_of(each.place)
    kinds = [kind for kind in (*get_args(each.type), each.type) if kind is not NoneType]
    many = any(get_origin(kind) is tuple for kind in (each.type, *get_args(each.type)))
    if inner is not None:
        return shape_of(inner, body=body)(many=many, **asked)
    if many:
        return serializers.ListField(child=serializers.CharField(max_length=_LONGEST), **asked)
    scalar = next(
        (_SCALARS[kind] for kind in (bool, int, float, str) if kind in kinds), serializers.CharField
    )
    if scalar is serializers.CharField:
        asked |= {"allow_blank": True, "max_length": _LONGEST, "trim_whitespace": False} if body else {}
        # Not an enum: what a newer node says is shown as it is, and the models refuse by field.
        if choices := choices_of(each.place):
            asked["help_text"] = ", ".join(choices)
    return scalar(**asked)


def _secret(each: Property) -> bool:
    return type(each.place).__name__ == "Secret"


def _name(model: type[Model], body: bool) -> str:
    others = {one.__name__ for one, of_body in _made if of_body is body and one is not model}
    name = (
        model.__name__
        if model.__name__ not in others
        else f"{model.__module__.rpartition('.')[2].title()}{model.__name__}"
    )
    return f"Hardware{name}{'Body' if body else ''}Serializer"


def _serializer(
    name: str, words: str, fields: _Fields, *, body: bool = False
) -> type[serializers.Serializer[Any]]:
    base: type[Any] = StrictSerializer if body else serializers.Serializer
    made = type(name, (base,), {"__doc__": words, "__module__": __name__, **fields})
    return cast("type[serializers.Serializer[Any]]", made)


class VolumeReferenceSerializer(ReferenceSerializer):
    """A volume of one of the host's pools."""

    pool = ReferenceSerializer()


def _seen_device(kind: str, model: type[Model]) -> type[serializers.Serializer[Any]]:
    fields: _Fields = {
        "key": serializers.CharField(help_text="Names it in addresses: `disk:vda`, else `kind:n`."),
        "kind": serializers.CharField(),
        "pending": serializers.ChoiceField(
            choices=_PENDING, allow_null=True, help_text="What the next boot does to it; null: nothing."
        ),
        **{each.name: _field(each, body=False) for each in properties(model) if not _secret(each)},
        "live": shape_of(model, body=False)(
            allow_null=True, help_text="How it runs until then, where the next boot changes it."
        ),
    }
    if kind == "disk":
        fields["volume"] = VolumeReferenceSerializer(allow_null=True)
        fields["capacity_bytes"] = serializers.IntegerField(allow_null=True)
    if kind == "interface":
        fields["network"] = ReferenceSerializer(allow_null=True)
    return _serializer(f"{model.__name__}DeviceSerializer", model.__doc__ or "", fields)


_SEEN = {kind: _seen_device(kind, model) for kind, model in {**DEVICES, "other": Other}.items()}
DiskDeviceSerializer = _SEEN["disk"]
InterfaceDeviceSerializer = _SEEN["interface"]

_DISK_WORDS = {
    "volume": serializers.UUIDField(
        required=False, allow_null=True, help_text="Instead of `source`; null empties a drive."
    ),
    "capacity_bytes": serializers.IntegerField(
        required=False,
        min_value=2**20,
        max_value=2**60,
        help_text="Of a new volume; of a present one, only larger.",
    ),
}
NewDiskDeviceSerializer = _serializer(
    "NewDiskDeviceSerializer",
    "A disk: a volume that is there (`volume`), or a new one (`pool` and `capacity_bytes`), or a source by itself.",
    {
        **{each.name: _field(each, body=True) for each in properties(DEVICES["disk"])},
        **_DISK_WORDS,
        "pool": serializers.UUIDField(required=False, help_text="Where a volume is made for it."),
    },
    body=True,
)
ChangedDiskSerializer = _serializer(
    "ChangedDiskSerializer",
    "What of a disk becomes another; null takes a property away.",
    {**{each.name: _field(each, body=True) for each in properties(DEVICES["disk"])}, **_DISK_WORDS},
    body=True,
)
InterfaceBodySerializer = _serializer(
    "InterfaceBodySerializer",
    "A network card on a network of its host, a bridge, or a source by itself.",
    {
        **{each.name: _field(each, body=True) for each in properties(DEVICES["interface"])},
        "network": serializers.UUIDField(required=False, help_text="Instead of `source`."),
        "bridge": serializers.CharField(required=False, max_length=64, help_text="Instead of `source`."),
    },
    body=True,
)
_BODIES = {kind: shape_of(model, body=True) for kind, model in DEVICES.items()} | {
    "disk": NewDiskDeviceSerializer,
    "interface": InterfaceBodySerializer,
}


def body_of(kind: str) -> type[serializers.Serializer[Any]] | None:
    """What a new or changed device of that kind is sent as; None for a kind that cannot be."""
    return _BODIES.get(kind)


SettingsBodySerializer = _serializer(
    "DomainSettingsSerializer",
    "What of a domain becomes another. A setting that is null is taken away.",
    {
        **{each.name: _field(each, body=True) for each in properties(Settings)},
        "autostart": serializers.BooleanField(required=False, help_text="Start it with its host."),
        "tags": serializers.ListField(
            child=serializers.RegexField(r"^[\w.:+-]{1,64}$"), required=False, max_length=64
        ),
        "protected": serializers.BooleanField(required=False, help_text="Against deletion."),
        "owner": serializers.UUIDField(
            required=False, allow_null=True, help_text="Whose it becomes; this takes grant.manage everywhere."
        ),
    },
    body=True,
)
SettingsSerializer = _serializer(
    "HardwareSettingsSerializer",
    Settings.__doc__ or "",
    {
        **{each.name: _field(each, body=False) for each in properties(Settings)},
        "autostart": serializers.BooleanField(),
    },
)


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="HardwareDevice",
        serializers={kind: made for kind, made in _SEEN.items() if kind != "other"},
        resource_type_field_name="kind",
        many=True,
    )
)
class DevicesField(serializers.ListField):
    """Devices of all kinds, each with what its kind has."""


class PendingChangeSerializer(serializers.Serializer[Any]):
    """What differs between what runs and what the next boot brings; null: not there."""

    path = serializers.CharField()
    live = serializers.CharField(allow_null=True)
    inactive = serializers.CharField(allow_null=True)


class HardwareSerializer(serializers.Serializer[Any]):
    """Settings and devices as the next boot brings them, and what runs until then."""

    active = serializers.BooleanField()
    persistent = serializers.BooleanField()
    settings = SettingsSerializer()
    live_settings = SettingsSerializer(allow_null=True)
    devices = DevicesField()
    pending = PendingChangeSerializer(many=True)


class DevicesSerializer(serializers.Serializer[Any]):
    devices = DevicesField()


class DisksSerializer(serializers.Serializer[Any]):
    disks = DiskDeviceSerializer(many=True)


class InterfacesSerializer(serializers.Serializer[Any]):
    interfaces = InterfaceDeviceSerializer(many=True)


class NewDeviceSerializer(serializers.Serializer[Any]):
    """A device of any kind: `kind`, and what `GET …/hardware/` shows of such."""

    kind = serializers.ChoiceField(choices=[(kind, kind) for kind in sorted(DEVICES)])
