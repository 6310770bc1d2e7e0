"""The shape of a machine's own network interfaces."""

from typing import Any

from rest_framework import serializers


class HostInterfaceSerializer(serializers.Serializer[Any]):
    """A card, bridge, bond or VLAN of the machine itself, as far as its libvirt tells."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.CharField(help_text="ethernet, bridge, bond or vlan.")
    mac = serializers.CharField(allow_blank=True)
    active = serializers.BooleanField()
    link = serializers.CharField(allow_blank=True)
    speed_mbits = serializers.IntegerField(allow_null=True)
    addresses = serializers.ListField(
        child=serializers.CharField(), help_text="Empty too where the node's libvirt does not tell them."
    )
    ports = serializers.ListField(child=serializers.CharField(), help_text="Of a bridge or bond.")
    tag = serializers.IntegerField(allow_null=True, help_text="Of a VLAN.")
    on = serializers.CharField(allow_blank=True, help_text="What a VLAN lies on.")
    port_of = serializers.CharField(allow_null=True, help_text="The bridge or bond that has it as a port.")
    updated_at = serializers.DateTimeField()


COLUMNS = (
    "id", "name", "type", "mac", "active", "link", "speed_mbits", "addresses", "ports", "tag", "on", "updated_at",
)  # fmt: skip
