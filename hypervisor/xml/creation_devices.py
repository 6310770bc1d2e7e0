"""The devices of a new domain, in virt-install's choice and order."""

from collections import Counter

from lxml import etree

from hypervisor.newdomain import Container, NewDisk, NewDomain, NewInterface
from hypervisor.xml.document import Element

_ROOT_PORTS = 14  # so many devices can be plugged in while it runs
_PREFIX = {"virtio": "vd", "scsi": "sd", "sata": "sd", "usb": "sd", "ide": "hd", "fdc": "fd"}
_LETTERS = 26


def add_devices(devices: Element, new: NewDomain) -> None:
    if new.container is not None:
        _add_root(devices, new.container)
    used: Counter[str] = Counter()
    for disk in new.disks:
        prefix = _PREFIX.get(disk.bus, "sd")
        add_disk(devices, disk, target_name(prefix, used[prefix]))
        used[prefix] += 1
    if new.container is None:
        _add_controllers(devices, new)
    for interface in new.interfaces:
        _add_interface(devices, interface)
    if new.serial or new.container is not None:
        etree.SubElement(devices, "console", type="pty")
    if new.agent:
        channel = etree.SubElement(devices, "channel", type="unix")
        etree.SubElement(channel, "source", mode="bind")
        etree.SubElement(channel, "target", type="virtio", name="org.qemu.guest_agent.0")
    if new.tpm:
        tpm = etree.SubElement(devices, "tpm", model="tpm-crb" if new.x86 else "tpm-tis")
        etree.SubElement(tpm, "backend", type="emulator")
    _add_screen(devices, new)
    _add_extras(devices, new)


def _add_extras(devices: Element, new: NewDomain) -> None:
    if new.sound:
        etree.SubElement(devices, "sound", model=new.sound)
    if new.watchdog_model:
        etree.SubElement(devices, "watchdog", model=new.watchdog_model, action=new.watchdog_action)
    if new.container is None and new.type in {"kvm", "qemu"}:
        if new.system.virtio_balloon:
            etree.SubElement(devices, "memballoon", model="virtio")
        if new.rng:
            rng = etree.SubElement(devices, "rng", model="virtio")
            etree.SubElement(rng, "backend", model="random").text = "/dev/urandom"


def target_name(prefix: str, number: int) -> str:
    """vda … vdz, vdaa …: letters count as the kernel has them."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, _LETTERS)
        letters = chr(ord("a") + rest) + letters
    return prefix + letters


def _add_root(devices: Element, container: Container) -> None:
    if container.is_image:
        filesystem = etree.SubElement(devices, "filesystem", type="file", accessmode="passthrough")
        driver = "loop" if container.format == "raw" else "nbd"
        etree.SubElement(filesystem, "driver", type=driver, format=container.format)
        etree.SubElement(filesystem, "source", file=container.path)
    else:
        filesystem = etree.SubElement(devices, "filesystem", type="mount", accessmode="passthrough")
        etree.SubElement(filesystem, "source", dir=container.path)
    etree.SubElement(filesystem, "target", dir="/")


def add_disk(devices: Element, disk: NewDisk, target: str) -> None:
    """One disk, with everything that was decided of it."""
    element = etree.SubElement(devices, "disk", type=disk.type, device=disk.device)
    driver = etree.SubElement(element, "driver", name="qemu", type=disk.format)
    for name, value in (("cache", disk.cache), ("io", disk.io), ("discard", disk.discard)):
        if value:
            driver.set(name, value)
    if disk.type == "volume":
        etree.SubElement(element, "source", pool=disk.pool, volume=disk.volume)
    elif disk.path:
        source = etree.SubElement(element, "source", {"dev" if disk.type == "block" else "file": disk.path})
        if disk.optional:
            source.set("startupPolicy", "optional")
        if disk.encrypted:
            encryption = etree.SubElement(source, "encryption", format="luks")
            etree.SubElement(encryption, "secret", type="passphrase", usage=disk.path)
    etree.SubElement(element, "target", dev=target, bus=disk.bus)
    if disk.readonly or disk.device == "cdrom":
        etree.SubElement(element, "readonly")
    if disk.serial:
        etree.SubElement(element, "serial").text = disk.serial
    if disk.boot_order:
        etree.SubElement(element, "boot", order=str(disk.boot_order))


def _add_controllers(devices: Element, new: NewDomain) -> None:
    if new.type not in {"kvm", "qemu"}:
        return
    if not new.x86 or new.system.usb3:
        etree.SubElement(devices, "controller", type="usb", model="qemu-xhci", ports="15")
    else:
        for number, model in enumerate(("ich9-ehci1", "ich9-uhci1", "ich9-uhci2", "ich9-uhci3")):
            controller = etree.SubElement(devices, "controller", type="usb", model=model)
            if number:
                etree.SubElement(controller, "master", startport=str(2 * (number - 1)))
    if new.q35:
        etree.SubElement(devices, "controller", type="pci", model="pcie-root")
        for _ in range(_ROOT_PORTS):
            etree.SubElement(devices, "controller", type="pci", model="pcie-root-port")
    if any(disk.bus == "scsi" for disk in new.disks) and new.system.virtio_scsi:
        etree.SubElement(devices, "controller", type="scsi", model="virtio-scsi")


def _add_interface(devices: Element, new: NewInterface) -> None:
    interface = etree.SubElement(devices, "interface", type=new.type)
    etree.SubElement(interface, "mac", address=new.mac)
    if new.source:
        etree.SubElement(interface, "source", {new.type: new.source})
    if new.vlan is not None:
        etree.SubElement(etree.SubElement(interface, "vlan"), "tag", id=str(new.vlan))
    if new.model:
        etree.SubElement(interface, "model", type=new.model)
    if new.filter:
        etree.SubElement(interface, "filterref", filter=new.filter)
    if new.link:
        etree.SubElement(interface, "link", state=new.link)


def _add_screen(devices: Element, new: NewDomain) -> None:
    if not new.graphics:
        return
    etree.SubElement(devices, "input", type="tablet", bus="usb")
    if not new.x86:
        etree.SubElement(devices, "input", type="keyboard", bus="usb")
    if new.graphics == "spice":
        graphics = etree.SubElement(devices, "graphics", type="spice", autoport="yes")
        etree.SubElement(graphics, "image", compression="off")
        channel = etree.SubElement(devices, "channel", type="spicevmc")
        etree.SubElement(channel, "target", type="virtio", name="com.redhat.spice.0")
        for _ in range(2):
            etree.SubElement(devices, "redirdev", bus="usb", type="spicevmc")
    elif new.graphics_socket:
        etree.SubElement(etree.SubElement(devices, "graphics", type="vnc"), "listen", type="socket")
    else:
        etree.SubElement(devices, "graphics", type="vnc", port="-1", autoport="yes")
    if new.video:
        etree.SubElement(etree.SubElement(devices, "video"), "model", type=new.video)
