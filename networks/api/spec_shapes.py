"""The shape of a network's settings, read and written."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from access.api.serializers import StrictSerializer
from hypervisor.xml.network_parts import Forward

FORWARDS = Forward().choices


def _text(help_text: str = "", longest: int = 255) -> serializers.CharField:
    return serializers.CharField(required=False, allow_null=True, max_length=longest, help_text=help_text)


def _number(help_text: str = "") -> serializers.IntegerField:
    return serializers.IntegerField(required=False, allow_null=True, help_text=help_text)


def _switch(help_text: str = "") -> serializers.BooleanField:
    return serializers.BooleanField(required=False, allow_null=True, help_text=help_text)


def _many(
    shape: type[StrictSerializer], most: int, *, required: bool = False
) -> "serializers.ListSerializer[Any]":
    return serializers.ListSerializer(child=shape(), required=required, max_length=most)


class DhcpRangeSerializer(StrictSerializer):
    start = serializers.CharField(max_length=64)
    end = serializers.CharField(max_length=64)
    lease_seconds = _number("How long a lease holds; 0 for ever. libvirt's default is an hour.")


class DhcpHostSerializer(StrictSerializer):
    """An address that one guest always gets, by its MAC address, its DUID (IPv6) or its name."""

    ip = serializers.CharField(max_length=64)
    mac = _text("Of a guest's interface.", 32)
    id = _text("A DUID, for IPv6.", 400)
    name = _text("What the guest is called on the network.")
    lease_seconds = _number()


class DhcpSerializer(StrictSerializer):
    """`start` and `end` are the first range; `ranges` are all of them."""

    start = _text("The first address of the first range.", 64)
    end = _text("The last one of it.", 64)
    ranges = _many(DhcpRangeSerializer, 64)
    hosts = _many(DhcpHostSerializer, 4096)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs.pop("start", None), attrs.pop("end", None)
        if (start is None) != (end is None):
            raise serializers.ValidationError(
                {"start" if start is None else "end": ["The first and the last belong together."]}
            )
        if start is not None and "ranges" not in attrs:
            attrs["ranges"] = [{"start": start, "end": end}]
        ranges = attrs.get("ranges") or []
        if start is not None and (not ranges or (ranges[0]["start"], ranges[0]["end"]) != (start, end)):
            raise serializers.ValidationError({"start": ["`ranges` says otherwise: give one of the two."]})
        return attrs


class NetworkAddressSerializer(StrictSerializer):
    address = serializers.CharField(
        max_length=64, help_text="The node's address with its prefix: 192.168.150.1/24."
    )
    dhcp = DhcpSerializer(required=False, allow_null=True)


class DnsHostSerializer(StrictSerializer):
    ip = serializers.CharField(max_length=64)
    names = serializers.ListField(child=serializers.CharField(max_length=253), max_length=32)


class DnsForwarderSerializer(StrictSerializer):
    address = _text("Who is asked; without it the node's own resolvers.", 64)
    domain = _text("Of which names; without it of all.", 253)


class DnsTextSerializer(StrictSerializer):
    name = serializers.CharField(max_length=253)
    value = serializers.CharField(max_length=255)


class DnsServiceSerializer(StrictSerializer):
    service = serializers.CharField(max_length=15)
    protocol = serializers.CharField(max_length=15)
    domain = _text("", 253)
    target = _text("", 253)
    port = _number()
    priority = _number()
    weight = _number()


class DnsSerializer(StrictSerializer):
    """What the node's DNS server says on the network."""

    enabled = _switch()
    forward_plain_names = _switch("false: names without a dot are asked of nobody else.")
    forwarders = _many(DnsForwarderSerializer, 64)
    hosts = _many(DnsHostSerializer, 4096)
    txts = _many(DnsTextSerializer, 1024)
    srvs = _many(DnsServiceSerializer, 1024)


class VlanTagSerializer(StrictSerializer):
    id = serializers.IntegerField(min_value=1, max_value=4094)
    native_mode = serializers.ChoiceField(
        choices=["tagged", "untagged"], required=False, allow_null=True, help_text="The own VLAN of a trunk."
    )


class VlanSerializer(StrictSerializer):
    tags = _many(VlanTagSerializer, 4094, required=True)
    trunk = _switch()


class VirtualPortSerializer(StrictSerializer):
    type = serializers.CharField(max_length=16, help_text="openvswitch, 802.1Qbg, 802.1Qbh or midonet.")
    profile = _text("The port profile.", 39)


class RateSerializer(StrictSerializer):
    """Bytes a second, in whole KiB; `burst_bytes` may go at the speed of the peak."""

    average_bytes = serializers.IntegerField(min_value=1024)
    peak_bytes = _number()
    burst_bytes = _number()


class NetworkBandwidthSerializer(StrictSerializer):
    """Inbound is what guests receive."""

    inbound = RateSerializer(required=False, allow_null=True)
    outbound = RateSerializer(required=False, allow_null=True)


class PortGroupSerializer(StrictSerializer):
    """Settings that interfaces choose by name; an interface that names none has the default one's."""

    name = serializers.CharField(max_length=64)
    default = _switch()
    vlan = VlanSerializer(required=False, allow_null=True)
    virtualport = VirtualPortSerializer(required=False, allow_null=True)
    bandwidth = NetworkBandwidthSerializer(required=False, allow_null=True)


class RouteSerializer(StrictSerializer):
    to = serializers.CharField(max_length=64, help_text="A network: 10.0.0.0/8.")
    gateway = serializers.CharField(max_length=64, help_text="A guest's address on this network.")
    metric = _number()


class NatSerializer(StrictSerializer):
    """What source addresses and ports become; libvirt's default is the node's address and ports from 1024 on."""

    ipv6 = _switch("Also IPv6.")
    address_start = _text("", 64)
    address_end = _text("", 64)
    port_start = _number()
    port_end = _number()


class NetworkSpecSerializer(StrictSerializer):
    """All of a network that can be chosen. A PATCH names what shall be another; null takes a setting away.

    libvirt forwards no port from outside to a guest of a NAT network, so there is no setting for it: see the manual.
    """

    forward = serializers.ChoiceField(
        choices=FORWARDS,
        required=False,
        help_text=(
            "How its traffic goes on: nat, route or open over the node; bridge an existing bridge (with `bridge`) or"
            " macvtap on a card (with `device`), as private, vepa and passthrough; hostdev gives out virtual"
            " functions; none is isolated."
        ),
    )
    bridge = _text("The bridge that the node makes, or (forward bridge) the one that it has.", 15)
    device = _text("The node's device that it goes on over: the first of `devices`.", 15)
    devices = serializers.ListField(child=serializers.CharField(max_length=15), required=False, max_length=64)
    physical_function = _text("forward hostdev: the card whose virtual functions are given out.", 15)
    managed = _switch("forward hostdev: the node itself takes the device from its driver.")
    nat = NatSerializer(required=False, allow_null=True)
    stp = _switch("Spanning tree on the bridge.")
    zone = _text("A zone of firewalld's.", 17)
    mtu = _number("Bytes a frame.")
    ips = _many(NetworkAddressSerializer, 64)
    domain = _text("The DNS domain of its guests.", 253)
    domain_local_only = _switch("Names of that domain are asked of nobody else.")
    dns = DnsSerializer(required=False, allow_null=True)
    routes = _many(RouteSerializer, 256)
    vlan = VlanSerializer(required=False, allow_null=True)
    virtualport = VirtualPortSerializer(required=False, allow_null=True)
    port_groups = _many(PortGroupSerializer, 256)
    bandwidth = NetworkBandwidthSerializer(required=False, allow_null=True)
    port_isolation = _switch("Guests reach the node and what is behind it, not each other.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "device" in attrs:
            device = attrs.pop("device")
            wanted = [] if device is None else [device]
            if attrs.setdefault("devices", wanted)[:1] != wanted:
                raise serializers.ValidationError(
                    {"device": ["`devices` says otherwise: give one of the two."]}
                )
        return attrs


SPEC_FIELDS = frozenset(NetworkSpecSerializer().fields) - {"device"}


def shown_spec(detail: Mapping[str, Any]) -> dict[str, Any]:
    """A network's settings as replies have them: with the first range and the first device by themselves."""
    ips = []
    for ip in detail.get("ips", ()):
        dhcp = ip.get("dhcp")
        if dhcp is not None:
            first: Mapping[str, Any] = next(iter(dhcp.get("ranges", ())), {})
            dhcp = {"start": first.get("start"), "end": first.get("end"), **dhcp}
        ips.append({**ip, "dhcp": dhcp})
    return {**detail, "ips": ips, "device": next(iter(detail.get("devices", ())), None)}
