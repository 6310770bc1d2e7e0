"""Every device that has a model, by the name of its element."""

from collections.abc import Mapping

from hypervisor.xml.chardev import Channel, Console, Parallel, Serial
from hypervisor.xml.controller import Controller
from hypervisor.xml.disk import Disk
from hypervisor.xml.filesystem import Filesystem
from hypervisor.xml.graphics import Graphics
from hypervisor.xml.hostdev import Hostdev
from hypervisor.xml.input import Input
from hypervisor.xml.interface import Interface
from hypervisor.xml.iommu import Iommu
from hypervisor.xml.lease import Lease
from hypervisor.xml.memory_devices import Memballoon, MemoryDevice
from hypervisor.xml.model import Model
from hypervisor.xml.panic import Panic
from hypervisor.xml.redirection import Redirdev, Smartcard
from hypervisor.xml.rng import Rng
from hypervisor.xml.shmem import Shmem
from hypervisor.xml.sound import Audio, Sound
from hypervisor.xml.tpm import Tpm
from hypervisor.xml.video import Video
from hypervisor.xml.vsock import Vsock
from hypervisor.xml.watchdog import Watchdog

_MODELS: tuple[type[Model], ...] = (
    Disk, Interface, Graphics, Video, Sound, Audio, Tpm, Watchdog, Rng, Filesystem, Hostdev, Serial, Parallel,
    Console, Channel, Input, Controller, Memballoon, MemoryDevice, Panic, Vsock, Redirdev, Smartcard, Iommu, Shmem,
    Lease,
)  # fmt: skip

DEVICES: Mapping[str, type[Model]] = {model.KIND: model for model in _MODELS}
