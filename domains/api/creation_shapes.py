"""The shapes of creating domains: the wish, and what a wizard may offer."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import ReferenceSerializer, StrictSerializer
from domains.creation.place import MOST_AT_ONCE

TIB = 2**40
TYPES = ("kvm", "qemu", "lxc")
FIRMWARES = ("bios", "efi", "efi-secure")
FORMATS = ("raw", "qcow2")
BUSES = ("virtio", "scsi", "sata", "ide", "usb", "fdc")
CACHES = ("none", "writethrough", "writeback", "directsync", "unsafe", "default")
INTERFACE_TYPES = ("network", "bridge", "user")


def _text(most: int, **kwargs: Any) -> serializers.CharField:
    return serializers.CharField(max_length=most, required=False, **kwargs)


def _secret(most: int, **kwargs: Any) -> serializers.CharField:
    return _text(most, write_only=True, trim_whitespace=False, **kwargs)


class NewDiskSerializer(StrictSerializer):
    """A disk: a new volume (`capacity_bytes`), one there is (`volume`), a copy (`copy_of`), a layer (`backing`)."""

    pool = serializers.UUIDField(
        required=False, help_text="Where a new volume is made; without it the pool with most room."
    )
    capacity_bytes = serializers.IntegerField(required=False, min_value=2**20, max_value=1024 * TIB)
    format = serializers.ChoiceField(choices=FORMATS, required=False, help_text="qcow2 if not given.")
    volume = serializers.UUIDField(required=False, help_text="A volume that is there already.")
    copy_of = serializers.UUIDField(required=False, help_text="The volume that a new one is a full copy of.")
    backing = serializers.UUIDField(required=False, help_text="The volume that a new one is a layer over.")
    device = serializers.ChoiceField(choices=("disk", "cdrom", "floppy"), required=False)
    bus = serializers.ChoiceField(choices=BUSES, required=False)
    cache = serializers.ChoiceField(choices=CACHES, required=False)
    discard = serializers.ChoiceField(choices=("unmap", "ignore"), required=False)
    serial = serializers.RegexField(r"^[\w.+-]{1,64}$", required=False)
    boot_order = serializers.IntegerField(required=False, min_value=1, max_value=64)


class NewInterfaceSerializer(StrictSerializer):
    """A network card."""

    type = serializers.ChoiceField(choices=INTERFACE_TYPES, required=False)
    network = serializers.UUIDField(required=False)
    bridge = serializers.RegexField(r"^[\w.-]{1,15}$", required=False)
    model = serializers.RegexField(r"^[\w-]{1,32}$", required=False)
    mac = serializers.CharField(required=False, max_length=17)
    vlan = serializers.IntegerField(required=False, min_value=1, max_value=4094)
    filter = serializers.RegexField(r"^[\w.-]{1,64}$", required=False, help_text="A network filter's name.")
    link = serializers.ChoiceField(choices=("up", "down"), required=False)


class TopologySerializer(StrictSerializer):
    sockets = serializers.IntegerField(min_value=1, max_value=1024)
    cores = serializers.IntegerField(min_value=1, max_value=1024)
    threads = serializers.IntegerField(min_value=1, max_value=64)


class NewCPUSerializer(StrictSerializer):
    mode = serializers.ChoiceField(choices=("host-passthrough", "host-model", "maximum", "custom"))
    model = serializers.RegexField(r"^[\w.-]{1,64}$", required=False, help_text="For the mode `custom`.")


class CloudInitSerializer(StrictSerializer):
    """What cloud-init is told at the first boot. Stored sealed, and only until the domain has it."""

    user = serializers.RegexField(r"^[a-z_][a-z0-9_-]{0,31}$", required=False)
    password = _secret(256)
    ssh_keys = serializers.ListField(
        child=serializers.CharField(max_length=16384), required=False, max_length=64
    )
    hostname = serializers.RegexField(r"^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$", required=False)
    network_config = _secret(65536, help_text="YAML, as cloud-init's network-config.")
    user_data = _secret(
        262144, help_text="YAML (`#cloud-config`) or a script, instead of what is made of the others."
    )


class DirectKernelSerializer(StrictSerializer):
    """A kernel that the emulator boots itself, without firmware: volumes of the host."""

    kernel = serializers.UUIDField()
    initrd = serializers.UUIDField(required=False)
    cmdline = _text(4096, allow_blank=True)


class RootSerializer(StrictSerializer):
    """What a container runs in: a folder of the host (needs `domain.host_paths`), or a volume with its root tree."""

    path = serializers.RegexField(r"^/[^\x00-\x1f]{0,1000}$", required=False)
    volume = serializers.UUIDField(
        required=False, help_text="A volume of type dir, or an image with a file system."
    )
    init = serializers.RegexField(
        r"^/[^\x00-\x1f]{1,255}$", required=False, help_text="The first program; /sbin/init if not given."
    )
    arguments = serializers.ListField(
        child=serializers.CharField(max_length=4096), required=False, max_length=64
    )


class NewGraphicsSerializer(StrictSerializer):
    type = serializers.ChoiceField(choices=("vnc", "spice", "none"))
    password = _secret(8, help_text="VNC takes eight characters. Without one the screen listens on a socket.")


class NewWatchdogSerializer(StrictSerializer):
    model = serializers.ChoiceField(choices=("i6300esb", "itco", "ib700", "diag288"))
    action = serializers.ChoiceField(choices=("reset", "shutdown", "poweroff", "pause", "none", "inject-nmi"))


class CreateBodySerializer(StrictSerializer):
    """A new domain. Only `name` and `host` (or `cluster`) are needed; the rest is what suits its operating system."""

    host = serializers.UUIDField(required=False)
    cluster = serializers.UUIDField(
        required=False, help_text="Instead of `host`: the host of it with most memory free."
    )
    name = _text(255, help_text="With `count`, a pattern: `web-{n}` or `web`, which makes web-1, web-2 …")
    count = serializers.IntegerField(required=False, min_value=1, max_value=MOST_AT_ONCE)
    title = _text(255, allow_blank=True)
    description = _text(8192, allow_blank=True)
    tags = serializers.ListField(
        child=serializers.RegexField(r"^[\w.:+-]{1,64}$"), required=False, max_length=64
    )
    os = _text(128, help_text="libosinfo's id, short (debian12) or in full.")
    type = serializers.ChoiceField(choices=TYPES, required=False)
    arch = serializers.RegexField(r"^[a-z0-9_]{1,32}$", required=False)
    machine = serializers.RegexField(r"^[\w.-]{1,64}$", required=False)
    firmware = serializers.ChoiceField(choices=FIRMWARES, required=False)
    vcpus = serializers.IntegerField(required=False, min_value=1, max_value=4096)
    topology = TopologySerializer(required=False)
    cpu = NewCPUSerializer(required=False)
    memory_bytes = serializers.IntegerField(required=False, min_value=4 * 2**20, max_value=64 * TIB)
    disks: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=NewDiskSerializer(), required=False, max_length=64
    )
    interfaces: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=NewInterfaceSerializer(), required=False, max_length=32
    )
    iso = serializers.UUIDField(
        required=False, help_text="A volume that is put into the CD drive and booted from."
    )
    cloud_image = serializers.UUIDField(
        required=False, help_text="A volume that its first disk is a copy of."
    )
    cloud_init = CloudInitSerializer(required=False)
    network_boot = serializers.BooleanField(required=False)
    kernel = DirectKernelSerializer(required=False)
    template = serializers.UUIDField(required=False)
    template_version = serializers.IntegerField(
        required=False, min_value=1, help_text="The newest if not given."
    )
    root = RootSerializer(required=False)
    graphics = NewGraphicsSerializer(required=False)
    video = serializers.ChoiceField(
        choices=("virtio", "vga", "qxl", "bochs", "ramfb", "cirrus", "none"), required=False
    )
    sound = serializers.ChoiceField(choices=("ich9", "ich6", "ac97", "none"), required=False)
    tpm = serializers.BooleanField(required=False, help_text="A TPM 2.0, emulated.")
    rng = serializers.BooleanField(required=False)
    agent = serializers.BooleanField(required=False, help_text="The channel of the guest agent.")
    serial = serializers.BooleanField(required=False)
    watchdog = NewWatchdogSerializer(required=False)
    autostart = serializers.BooleanField(required=False)
    start = serializers.BooleanField(required=False, help_text="True if not given.")
    protected = serializers.BooleanField(required=False, help_text="Against deletion.")
    xml = _text(
        2**20, trim_whitespace=False, help_text="The whole definition, instead of all but `host` and `start`."
    )


class MachineOfferSerializer(serializers.Serializer[Any]):
    """What domains of one type and architecture may have on the host."""

    type = serializers.CharField()
    arch = serializers.CharField()
    machine = serializers.CharField(help_text="Its figures hold for its family.")
    machines = serializers.ListField(child=serializers.CharField())
    firmwares = serializers.ListField(child=serializers.CharField())
    max_vcpus = serializers.IntegerField()
    cpu_modes = serializers.ListField(child=serializers.CharField())
    cpu_models = serializers.ListField(child=serializers.CharField())
    disk_buses = serializers.ListField(child=serializers.CharField())
    video_models = serializers.ListField(child=serializers.CharField())
    graphics = serializers.ListField(child=serializers.CharField())
    tpm = serializers.BooleanField()


class OfferedOSSerializer(serializers.Serializer[Any]):
    """An operating system, and what suits it."""

    id = serializers.CharField(help_text="For `os`.")
    name = serializers.CharField()
    family = serializers.CharField(allow_blank=True)
    vendor = serializers.CharField(allow_blank=True)
    version = serializers.CharField(allow_blank=True)
    released = serializers.CharField(allow_blank=True, help_text="Its date, where it is known.")
    vcpus = serializers.IntegerField()
    memory_bytes = serializers.IntegerField()
    minimum_memory_bytes = serializers.IntegerField()
    disk_bytes = serializers.IntegerField()
    firmware = serializers.CharField()
    disk_bus = serializers.CharField()
    interface_model = serializers.CharField()


class OfferedPoolSerializer(ReferenceSerializer):
    type = serializers.CharField()
    available_bytes = serializers.IntegerField()
    writable = serializers.BooleanField(help_text="Whether volumes can be made in it.")


class OfferedNetworkSerializer(ReferenceSerializer):
    bridge = serializers.CharField(allow_blank=True)
    forward = serializers.CharField(allow_blank=True)


class OfferedVolumeSerializer(ReferenceSerializer):
    pool = ReferenceSerializer()
    format = serializers.CharField(allow_blank=True)
    capacity_bytes = serializers.IntegerField()
    used_by = serializers.CharField(
        allow_blank=True, help_text="The domain that has it as a disk, where one has."
    )


class LimitsSerializer(serializers.Serializer[Any]):
    cpus = serializers.IntegerField()
    memory_bytes = serializers.IntegerField()
    memory_free_bytes = serializers.IntegerField()
    count = serializers.IntegerField(help_text="How many domains one request may make.")


class CreationOptionsSerializer(serializers.Serializer[Any]):
    """What can be chosen for a new domain on a host."""

    host = ReferenceSerializer()
    types = serializers.ListField(child=serializers.CharField())
    machines = MachineOfferSerializer(many=True)
    os = OfferedOSSerializer(many=True)
    pools = OfferedPoolSerializer(many=True)
    default_pool = serializers.UUIDField(allow_null=True)
    networks = OfferedNetworkSerializer(many=True)
    default_network = serializers.UUIDField(allow_null=True)
    interface_types = serializers.ListField(child=serializers.CharField())
    volumes = OfferedVolumeSerializer(many=True)
    media = OfferedVolumeSerializer(many=True, help_text="Volumes that look like CD images.")
    limits = LimitsSerializer()
