"""The shapes of networks, what is made of them on clusters, and filters: replies and strict bodies."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import ReferenceSerializer, StrictSerializer
from jobs.api.shapes import OpenJobSerializer
from networks.api.spec_shapes import NetworkSpecSerializer

NAME = r"^(?!\.)[^/\x00-\x1f\x7f]{1,64}$"
_NAME_HELP = "At most 64 characters, without a slash, and no dot at its beginning."


class NetworkUserSerializer(serializers.Serializer[Any]):
    """A domain's interface that is on a network. `target` is its device on the node while it runs."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.CharField()
    mac = serializers.CharField(allow_blank=True)
    target = serializers.CharField(allow_blank=True)


class NetworkUsersSerializer(serializers.Serializer[Any]):
    """Who is on it: those that the reader may see, and how many others."""

    users = NetworkUserSerializer(many=True)
    others = serializers.IntegerField()


class NetworkPendingSerializer(serializers.Serializer[Any]):
    """What the network's next start makes another; null where it is not there."""

    path = serializers.CharField()
    live = serializers.CharField(allow_null=True)
    inactive = serializers.CharField(allow_null=True)


class NetworkSerializer(serializers.Serializer[Any]):
    """A libvirt network of one host. `uuid` is libvirt's, which may stand on many hosts."""

    id = serializers.UUIDField()
    uuid = serializers.UUIDField()
    name = serializers.CharField()
    host = ReferenceSerializer()
    active = serializers.BooleanField()
    persistent = serializers.BooleanField()
    autostart = serializers.BooleanField()
    bridge = serializers.CharField(allow_blank=True)
    forward = serializers.CharField(
        allow_blank=True, help_text="nat, route, open, bridge …; empty: isolated."
    )
    addresses = serializers.ListField(child=serializers.CharField())
    spec = NetworkSpecSerializer(
        help_text="Its settings, as its next start takes them: what PATCH changes. Every field stands in it."
    )
    pending = NetworkPendingSerializer(
        many=True, help_text="What is another from its next start on; empty when nothing waits."
    )
    interfaces = serializers.IntegerField(help_text="How many interfaces of domains are on it.")
    cluster_network = ReferenceSerializer(
        allow_null=True, help_text="The cluster's network that it is a part of."
    )
    job = OpenJobSerializer(allow_null=True)
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField())


class NetworkDetailSerializer(NetworkSerializer):
    """One network, with who is on it."""

    domains = NetworkUsersSerializer()


def printable(name: str) -> None:
    """What stands in no XML, or on no screen, is no name."""
    if not name.isprintable():
        raise serializers.ValidationError("It has characters that are not allowed.")


class NetworkCreateSerializer(NetworkSpecSerializer):
    """A network to be made. Only `host` and `name` are needed, and `ips` for a NAT or routed one."""

    host = serializers.UUIDField()
    name = serializers.RegexField(NAME, max_length=64, help_text=_NAME_HELP, validators=[printable])
    autostart = serializers.BooleanField(required=False, default=True)
    start = serializers.BooleanField(required=False, default=True)


class NetworkEditSerializer(NetworkSpecSerializer):
    autostart = serializers.BooleanField(required=False)


class NetworkStopSerializer(StrictSerializer):
    force = serializers.BooleanField(
        required=False, default=False, help_text="Although running domains are on it: they lose their link."
    )


class LeaseSerializer(serializers.Serializer[Any]):
    """An address that the node's DHCP server gave out."""

    address = serializers.CharField()
    prefix = serializers.IntegerField(allow_null=True)
    mac = serializers.CharField(allow_blank=True)
    hostname = serializers.CharField(allow_blank=True)
    client_id = serializers.CharField(allow_blank=True)
    interface = serializers.CharField(allow_blank=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="null: it holds for ever.")
    fixed = serializers.BooleanField(help_text="The network's settings give that guest this address.")
    domain = ReferenceSerializer(
        allow_null=True, help_text="Who has that interface, if the reader may see it."
    )


class LeasesSerializer(serializers.Serializer[Any]):
    """Read every ten seconds of networks that run and give out addresses; `seen_at` null: nobody read any."""

    seen_at = serializers.DateTimeField(allow_null=True)
    leases = LeaseSerializer(many=True)


class NetworkXMLSerializer(serializers.Serializer[Any]):
    """Both definitions: of what runs, and of the next start."""

    live = serializers.CharField(allow_null=True)
    inactive = serializers.CharField(allow_null=True)


class BridgeOptionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    active = serializers.BooleanField()
    ports = serializers.ListField(child=serializers.CharField())
    addresses = serializers.ListField(child=serializers.CharField())
    lan = serializers.BooleanField(help_text="A card of the machine is among its ports.")
    network = serializers.CharField(allow_null=True, help_text="The libvirt network that made it.")


class DeviceOptionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.CharField()
    mac = serializers.CharField(allow_blank=True)
    link = serializers.CharField(allow_blank=True)
    speed_mbits = serializers.IntegerField(allow_null=True)
    port_of = serializers.CharField(allow_null=True, help_text="The bridge or bond that has it as a port.")


class CommandsSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    text = serializers.CharField()


class LanSerializer(serializers.Serializer[Any]):
    """What bridging to the LAN needs on this host, and how to make it where it is not there."""

    possible = serializers.BooleanField()
    bridges = serializers.ListField(child=serializers.CharField())
    explanation = serializers.CharField()
    commands = CommandsSerializer(many=True)


class SuggestedSerializer(serializers.Serializer[Any]):
    """A bridge's name, a subnet and a range that nothing on the host takes."""

    bridge = serializers.CharField()
    address = serializers.CharField()
    start = serializers.CharField()
    end = serializers.CharField()
    ipv6_address = serializers.CharField()


class NetworkOptionsSerializer(serializers.Serializer[Any]):
    """What a network of a host can stand on. `known` false: the host does not tell of its own interfaces."""

    known = serializers.BooleanField()
    forwards = serializers.ListField(child=serializers.CharField())
    bridges = BridgeOptionSerializer(many=True)
    devices = DeviceOptionSerializer(many=True)
    lan = LanSerializer()
    suggested = SuggestedSerializer()
    filters = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(
        child=serializers.CharField(), help_text="What libvirt cannot do, in sentences."
    )


class ClusterPartSerializer(serializers.Serializer[Any]):
    """A cluster's network on one of its hosts."""

    host = ReferenceSerializer()
    network = ReferenceSerializer(allow_null=True)
    status = serializers.ChoiceField(choices=["there", "missing", "differs"])
    active = serializers.BooleanField()
    why = serializers.ListField(child=serializers.CharField(), help_text="What differs, in sentences.")


class ClusterNetworkSerializer(serializers.Serializer[Any]):
    """A network that every host of a cluster should have by this name."""

    id = serializers.UUIDField()
    cluster = ReferenceSerializer()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    spec = NetworkSpecSerializer()
    hosts = ClusterPartSerializer(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField())


class ClusterNetworkCreateSerializer(StrictSerializer):
    cluster = serializers.UUIDField()
    name = serializers.RegexField(NAME, max_length=64, help_text=_NAME_HELP, validators=[printable])
    description = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    spec = NetworkSpecSerializer()


class ClusterNetworkEditSerializer(StrictSerializer):
    description = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    spec = NetworkSpecSerializer(required=False, help_text="Whole, not in parts.")


class NetworkFilterSerializer(serializers.Serializer[Any]):
    """An nwfilter of one host: rules that an interface names."""

    id = serializers.UUIDField()
    uuid = serializers.UUIDField()
    name = serializers.CharField()
    host = ReferenceSerializer()
    chain = serializers.CharField(allow_blank=True)
    references = serializers.ListField(child=serializers.CharField())
    rules = serializers.IntegerField()
    job = OpenJobSerializer(allow_null=True)
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField())


class NetworkFilterDetailSerializer(NetworkFilterSerializer):
    """One of them, with its document and who names it."""

    xml = serializers.CharField()
    domains = NetworkUsersSerializer()
    used_by_filters = serializers.ListField(child=serializers.CharField())


class NetworkFilterCreateSerializer(StrictSerializer):
    """A filter by its document, or a ready-made one."""

    host = serializers.UUIDField()
    name = serializers.RegexField(r"^[A-Za-z0-9_.-]{1,64}$", max_length=64)
    xml = serializers.CharField(required=False, max_length=262144, trim_whitespace=False)
    preset = serializers.ChoiceField(
        choices=["no-spoofing"],
        required=False,
        help_text="no-spoofing: a guest cannot pretend to have other MAC and IP addresses than its own.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("xml" in attrs) == ("preset" in attrs):
            raise serializers.ValidationError({"xml": ["Give either a document or a preset."]})
        return attrs


class NetworkFilterPutSerializer(StrictSerializer):
    xml = serializers.CharField(max_length=262144, trim_whitespace=False)
