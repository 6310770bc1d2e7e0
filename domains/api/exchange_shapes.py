"""The shapes of exchange: export as an appliance, what is inside of one, import."""

from rest_framework import serializers

from access.api.serializers import StrictSerializer
from domains.api.copies_shapes import NameField


class ExportBodySerializer(StrictSerializer):
    """Where the appliance goes: a volume `name.ova` of a pool of the domain's host."""

    pool = serializers.UUIDField()
    name = NameField(required=False, help_text="Of the volume, `.ova` is added; else the domain's name.")


class ImportBodySerializer(StrictSerializer):
    """What is not given is as the appliance says; of a single disk, as suits its operating system."""

    host = serializers.UUIDField()
    volume = serializers.UUIDField(
        help_text="An OVA, or a disk in the format vmdk, vdi, vhdx, vpc or qcow2, in a pool of that host."
    )
    name = NameField(required=False)
    pool = serializers.UUIDField(required=False, help_text="Where its disks go; else beside the volume.")
    networks = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=32,
        help_text=(
            "For its network cards in their order; those beyond the list get the last one. An empty list: no card. "
            "Else all are on the host's default network."
        ),
    )
    start = serializers.BooleanField(required=False, default=False)
    os = serializers.CharField(required=False, max_length=255, help_text="libosinfo's short or full id.")
    firmware = serializers.ChoiceField(choices=("bios", "efi", "efi-secure"), required=False)
    vcpus = serializers.IntegerField(required=False, min_value=1, max_value=4096)
    memory_bytes = serializers.IntegerField(required=False, min_value=1024 * 1024, max_value=2**50)
