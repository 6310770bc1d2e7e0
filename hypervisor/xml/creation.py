"""A new domain's definition, built as a tree: what virt-install would write for the same wish, and no more.

`docs/virt-install.md` lists where the two differ, and why.
"""

from itertools import count
from uuid import UUID, uuid4

from lxml import etree

from hypervisor.errors import InvalidXML, NotFound
from hypervisor.newdomain import NewDisk, NewDomain
from hypervisor.xml.creation_devices import add_devices, add_disk, target_name
from hypervisor.xml.document import Element, parse, text, written
from hypervisor.xml.domain import check_definition
from hypervisor.xml.osinfo import metadata

_SPINLOCK_RETRIES = "8191"


def write_domain(new: NewDomain) -> str:
    """The definition, without any secret: see `with_vnc_password`."""
    domain = etree.Element("domain", type=new.type)
    _put(domain, "name", new.name)
    _put(domain, "uuid", str(new.uuid))
    if new.title:
        _put(domain, "title", new.title)
    if new.description:
        _put(domain, "description", new.description)
    if new.system.id:
        etree.SubElement(domain, "metadata").append(metadata(new.system))
    _put(domain, "memory", str(new.memory_bytes // 1024), unit="KiB")
    _put(domain, "vcpu", str(new.vcpus))
    _add_os(domain, new)
    if new.container is None:
        _add_features(domain, new)
        _add_cpu(domain, new)
        _add_clock(domain, new)
    else:
        etree.SubElement(etree.SubElement(domain, "features"), "privnet")
    add_devices(etree.SubElement(domain, "devices"), new)
    return written(domain)


def with_vnc_password(xml: str, password: str) -> str:
    """The definition with a password at its VNC, which then takes none but those who know it (or set another)."""
    domain = parse(xml, "domain")
    for graphics in domain.iterfind("devices/graphics[@type='vnc']"):
        graphics.set("passwd", password)
    return written(domain)


def identified(xml: str) -> tuple[str, UUID, str]:
    """A definition's name, its UUID (one of ours where it has none), and the definition with it. Raises InvalidXML."""
    domain = parse(check_definition(xml), "domain")
    said = text(domain, "uuid")
    try:
        uuid = UUID(said) if said else uuid4()
    except ValueError:
        raise InvalidXML("The domain's UUID is none.") from None
    element = domain.find("uuid")
    if element is None:
        element = etree.SubElement(domain, "uuid")
    element.text = str(uuid)
    if "id" in domain.attrib:
        del domain.attrib["id"]
    return text(domain, "name"), uuid, written(domain)


def resized(
    xml: str,
    *,
    vcpus: int | None = None,
    memory_bytes: int | None = None,
    title: str | None = None,
    description: str | None = None,
) -> str:
    """The definition of a template's domain with what was asked for otherwise; None leaves it as it is.

    A topology that does not make as many processors goes.
    """
    domain = parse(xml, "domain")
    if memory_bytes is not None:
        for tag in ("memory", "currentMemory"):
            _replace(domain, tag, str(memory_bytes // 1024)).set("unit", "KiB")
    if vcpus is not None:
        vcpu = _replace(domain, "vcpu", str(vcpus))
        if "current" in vcpu.attrib:
            del vcpu.attrib["current"]
        for cpu in domain.iterfind("cpu"):
            for topology in cpu.findall("topology"):
                cpu.remove(topology)
    for tag, words in (("title", title), ("description", description)):
        if words is not None:
            _replace(domain, tag, words)
    return written(domain)


def _replace(domain: Element, tag: str, words: str) -> Element:
    found = domain.find(tag)
    if found is None:
        found = etree.SubElement(domain, tag)
    found.text = words
    return found


def at_paths(xml: str, paths: dict[str, str]) -> str:
    """The definition with disks at other paths than was foreseen."""
    domain = parse(xml, "domain")
    for source in domain.iterfind("devices/disk/source"):
        for name in ("file", "dev"):
            if source.get(name) in paths:
                source.set(name, paths[source.get(name, "")])
    return written(domain)


def with_seed(xml: str, path: str) -> str:
    """A template's definition with cloud-init's seed as one more disk: on virtio if it has others there, else a CD."""
    domain = parse(xml, "domain")
    devices = domain.find("devices")
    if devices is None:
        devices = etree.SubElement(domain, "devices")
    targets = {(target.get("bus"), target.get("dev")) for target in devices.iterfind("disk/target")}
    virtio = any(bus == "virtio" for bus, _ in targets)
    prefix, bus, device = ("vd", "virtio", "disk") if virtio else ("sd", "sata", "cdrom")
    taken = {name for _, name in targets}
    target = next(name for number in count() if (name := target_name(prefix, number)) not in taken)
    add_disk(devices, NewDisk(path=path, device=device, bus=bus, readonly=True, optional=True), target)
    return written(domain)


def without_drive(xml: str, path: str) -> str:
    """The definition without the drive that has the file at `path` in it."""
    domain = parse(xml, "domain")
    for devices in domain.iterfind("devices"):
        for disk in devices.findall("disk"):
            if _file_of(disk) == path:
                devices.remove(disk)
    return written(domain)


def drive_with(xml: str, path: str, *, emptied: bool = False) -> str:
    """The `<disk>` that has the file at `path` in it, or that drive with nothing in it. Raises NotFound."""
    for disk in parse(xml, "domain").iterfind("devices/disk"):
        if _file_of(disk) == path:
            for child in [*disk.findall("source"), *disk.findall("backingStore")] if emptied else []:
                disk.remove(child)
            disk.tail = None
            return written(disk)
    raise NotFound("No drive has that file in it.")


def _file_of(disk: Element) -> str:
    source = disk.find("source")
    return "" if source is None else source.get("file", "")


def _add_os(domain: Element, new: NewDomain) -> None:
    system = etree.SubElement(domain, "os")
    if new.container is not None:
        _put(system, "type", "exe", arch=new.arch)
        _put(system, "init", new.container.init)
        for argument in new.container.arguments:
            _put(system, "initarg", argument)
        return
    kind = _put(system, "type", "hvm", arch=new.arch)
    if new.machine:
        kind.set("machine", new.machine)
    if new.kernel is not None:
        _put(system, "kernel", new.kernel.kernel)
        if new.kernel.initrd:
            _put(system, "initrd", new.kernel.initrd)
        if new.kernel.cmdline:
            _put(system, "cmdline", new.kernel.cmdline)
    elif new.firmware != "bios":
        _add_firmware(system, new)
    # libvirt takes an order at the devices or here, not both.
    if not any(disk.boot_order for disk in new.disks):
        for device in new.boot:
            etree.SubElement(system, "boot", dev=device)


def _add_firmware(system: Element, new: NewDomain) -> None:
    """The node chooses the files by its own descriptors; we say only what they must be able to do."""
    secure = new.firmware == "efi-secure"
    system.set("firmware", "efi")
    if not new.x86:
        return
    firmware = etree.Element("firmware")
    etree.SubElement(firmware, "feature", enabled="yes" if secure else "no", name="secure-boot")
    if secure:
        etree.SubElement(firmware, "feature", enabled="yes", name="enrolled-keys")
    # The schema of libvirt takes any order, its own comes with this one.
    system.append(firmware)
    if secure:
        etree.SubElement(system, "loader", secure="yes")


def _add_features(domain: Element, new: NewDomain) -> None:
    features = etree.SubElement(domain, "features")
    if new.x86:
        etree.SubElement(features, "acpi")
        etree.SubElement(features, "apic")
    elif new.firmware != "bios":
        etree.SubElement(features, "acpi")
    if new.x86 and new.system.is_windows and new.type in {"kvm", "qemu"}:
        hyperv = etree.SubElement(features, "hyperv")
        etree.SubElement(hyperv, "relaxed", state="on")
        etree.SubElement(hyperv, "vapic", state="on")
        etree.SubElement(hyperv, "spinlocks", state="on", retries=_SPINLOCK_RETRIES)
    if new.x86 and new.graphics == "spice":
        etree.SubElement(features, "vmport", state="off")
    if new.firmware == "efi-secure":
        etree.SubElement(features, "smm", state="on")
    if len(features) == 0:
        domain.remove(features)


def _add_cpu(domain: Element, new: NewDomain) -> None:
    if not (new.cpu_mode or new.topology):
        return
    cpu = etree.SubElement(domain, "cpu")
    if new.cpu_mode:
        cpu.set("mode", new.cpu_mode)
    if new.cpu_mode == "custom":
        cpu.set("match", "exact")
        _put(cpu, "model", new.cpu_model)
    if new.topology:
        etree.SubElement(
            cpu,
            "topology",
            sockets=str(new.topology.sockets),
            dies="1",
            cores=str(new.topology.cores),
            threads=str(new.topology.threads),
        )


def _add_clock(domain: Element, new: NewDomain) -> None:
    clock = etree.SubElement(domain, "clock", offset="localtime" if new.system.local_clock else "utc")
    if not new.x86 or new.type not in {"kvm", "qemu"}:
        return
    etree.SubElement(clock, "timer", name="rtc", tickpolicy="catchup")
    etree.SubElement(clock, "timer", name="pit", tickpolicy="delay")
    etree.SubElement(clock, "timer", name="hpet", present="no")
    if new.system.is_windows:
        etree.SubElement(clock, "timer", name="hypervclock", present="yes")
    pm = etree.SubElement(domain, "pm")
    etree.SubElement(pm, "suspend-to-mem", enabled="no")
    etree.SubElement(pm, "suspend-to-disk", enabled="no")


def _put(parent: Element, tag: str, text: str, **attributes: str) -> Element:
    element = etree.SubElement(parent, tag, attributes)
    element.text = text
    return element
