"""The `<filesystem>` of a domain: a folder or an image of the node that the guest mounts."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hypervisor.xml.codecs import BOOT_ORDER, NAME, ON_OFF, PATH, Text, Whole, words
from hypervisor.xml.model import Model
from hypervisor.xml.places import At, Present, Size, SizeAttribute

_MODELS = words("virtio virtio-transitional virtio-non-transitional")
_MODE = Text(pattern=r"[0-7]{1,4}", like="octal permissions such as 644")


@dataclass(frozen=True, slots=True)
class Filesystem(Model):
    """A shared folder (`mount`, over virtiofs or 9p) or, for a container, any of the other types.

    Which of the sources counts follows from `type`. `target` is a tag that the guest mounts, or a container's path.
    """

    KIND: ClassVar[str] = "filesystem"
    MOVED_BY: ClassVar[frozenset[str]] = frozenset({"model", "driver"})

    type: Annotated[str, At("@type", words("mount template file block ram bind"))] = "mount"
    source_dir: Annotated[str | None, At("source@dir", PATH)] = None
    source_file: Annotated[str | None, At("source@file", PATH)] = None
    source_device: Annotated[str | None, At("source@dev", PATH)] = None
    source_template: Annotated[str | None, At("source@name", NAME)] = None
    source_socket: Annotated[str | None, At("source@socket", PATH)] = None
    ram_bytes: Annotated[int | None, SizeAttribute("source@usage", unit="units")] = None
    target: Annotated[str | None, At("target@dir", Text(longest=1024))] = None
    driver: Annotated[str | None, At("driver@type", words("path handle loop nbd ploop virtiofs"))] = None
    format: Annotated[str | None, At("driver@format", NAME)] = None
    write_policy: Annotated[str | None, At("driver@wrpolicy", words("immediate"))] = None
    queue_size: Annotated[int | None, At("driver@queue", Whole(1, 65535))] = None
    iommu: Annotated[bool | None, At("driver@iommu", ON_OFF)] = None
    ats: Annotated[bool | None, At("driver@ats", ON_OFF)] = None
    model: Annotated[str | None, At("@model", _MODELS)] = None
    access_mode: Annotated[str | None, At("@accessmode", words("passthrough mapped squash"))] = None
    multiple_devices: Annotated[str | None, At("@multidevs", words("default remap forbid warn"))] = None
    file_mode: Annotated[str | None, At("@fmode", _MODE)] = None
    dir_mode: Annotated[str | None, At("@dmode", _MODE)] = None
    readonly: Annotated[bool, Present("readonly")] = False
    binary: Annotated[str | None, At("binary@path", PATH)] = None
    extended_attributes: Annotated[bool | None, At("binary@xattr", ON_OFF)] = None
    cache: Annotated[str | None, At("binary/cache@mode", words("none always"))] = None
    sandbox: Annotated[str | None, At("binary/sandbox@mode", words("namespace chroot"))] = None
    posix_locks: Annotated[bool | None, At("binary/lock@posix", ON_OFF)] = None
    flock: Annotated[bool | None, At("binary/lock@flock", ON_OFF)] = None
    thread_pool_size: Annotated[int | None, At("binary/thread_pool@size", Whole())] = None
    space_hard_limit_bytes: Annotated[int | None, Size("space_hard_limit", "bytes")] = None
    space_soft_limit_bytes: Annotated[int | None, Size("space_soft_limit", "bytes")] = None
    boot_order: Annotated[int | None, At("boot@order", BOOT_ORDER)] = None
