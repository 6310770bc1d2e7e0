"""The description of an appliance (OVF 1.1), written.

It says what VirtualBox, VMware and virt-v2v take: compressed VMDK disks, the controllers that all of them have, and
Intel's network card.
"""

from collections.abc import Mapping

from lxml import etree

from hypervisor.appliance import Appliance
from hypervisor.xml.document import Element

_OVF = "http://schemas.dmtf.org/ovf/envelope/1"
_CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2"
_RASD = f"{_CIM}/CIM_ResourceAllocationSettingData"
_VSSD = f"{_CIM}/CIM_VirtualSystemSettingData"
_VMW = "http://www.vmware.com/schema/ovf"
_STREAM = "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"
_HARDWARE = "vmx-10"  # the first that has SATA
_MOST_ON_IDE = 2  # disks on a controller
# What a controller is to CIM, and to those who build one.
_CONTROLLERS: Mapping[str, tuple[str, str, str]] = {
    "ide": ("5", "PIIX4", "IDE controller"),
    "scsi": ("6", "lsilogic", "SCSI controller"),
    "sata": ("20", "AHCI", "SATA controller"),
}
_LINUX_64, _OTHER = "101", "1"
_SYSTEM_OF_VMWARE = {True: "windows9_64Guest", False: "otherLinux64Guest"}


def write_ovf(appliance: Appliance) -> bytes:
    """The document, in UTF-8. Its disks have files and sizes by now."""
    envelope = etree.Element(_ovf("Envelope"), nsmap={"ovf": _OVF, "rasd": _RASD, "vssd": _VSSD, "vmw": _VMW})
    references = etree.SubElement(envelope, _ovf("References"))
    disks = _section(envelope, "DiskSection", "Virtual disks")
    for number, disk in enumerate(appliance.disks, 1):
        _put(references, "File", id=f"file{number}", href=disk.file, size=str(disk.size_bytes))
        _put(
            disks, "Disk", diskId=f"vmdisk{number}", fileRef=f"file{number}", format=_STREAM,
            capacity=str(disk.capacity_bytes), capacityAllocationUnits="byte",
        )  # fmt: skip
    networks = _section(envelope, "NetworkSection", "Networks")
    for name in dict.fromkeys(card.network for card in appliance.cards):
        network = _put(networks, "Network", name=name)
        _put(network, "Description").text = f"The network {name}"
    if not len(disks) - 1:
        envelope.remove(disks)
    if not appliance.cards:
        envelope.remove(networks)
    system = _section(envelope, "VirtualSystem", "A virtual machine")
    system.set(_ovf("id"), appliance.name)
    _put(system, "Name").text = appliance.name
    _add_system(system, appliance)
    if appliance.description:
        annotation = _section(system, "AnnotationSection", "What it is")
        _put(annotation, "Annotation").text = appliance.description
    _Hardware(system, appliance).write()
    return etree.tostring(envelope, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _add_system(system: Element, appliance: Appliance) -> None:
    known = bool(appliance.system)
    section = _section(system, "OperatingSystemSection", "The guest's operating system")
    section.set(_ovf("id"), _OTHER if appliance.windows else _LINUX_64)
    section.set(f"{{{_VMW}}}osType", _SYSTEM_OF_VMWARE[appliance.windows])
    if known:
        _put(section, "Description").text = appliance.system[0]


class _Hardware:
    """The devices, numbered as they come."""

    def __init__(self, system: Element, appliance: Appliance) -> None:
        self._section = _section(system, "VirtualHardwareSection", "Virtual hardware")
        self._appliance = appliance
        self._last = 0

    def write(self) -> None:
        appliance = self._appliance
        told = _put(self._section, "System")
        for name, words in (
            ("ElementName", "Virtual Hardware Family"),
            ("InstanceID", "0"),
            ("VirtualSystemIdentifier", appliance.name),
            ("VirtualSystemType", _HARDWARE),
        ):
            etree.SubElement(told, f"{{{_VSSD}}}{name}").text = words
        self._item("3", f"{appliance.vcpus} processors", AllocationUnits="hertz * 10^6",
                   VirtualQuantity=str(appliance.vcpus))  # fmt: skip
        mib = max(1, appliance.memory_bytes // 2**20)
        self._item("4", f"{mib} MiB of memory", AllocationUnits="byte * 2^20", VirtualQuantity=str(mib))
        self._add_disks()
        for number, card in enumerate(appliance.cards):
            self._item(
                "10", f"Network card {number + 1}", AddressOnParent=str(7 + number), AutomaticAllocation="true",
                Connection=card.network, ResourceSubType="E1000",
            )  # fmt: skip
        if appliance.firmware != "bios":
            config = etree.SubElement(self._section, f"{{{_VMW}}}Config")
            config.set(_ovf("required"), "false")
            config.set(f"{{{_VMW}}}key", "firmware")
            config.set(f"{{{_VMW}}}value", "efi")

    def _add_disks(self) -> None:
        controllers: dict[tuple[str, int], str] = {}
        on: dict[str, int] = {}
        for number, disk in enumerate(self._appliance.disks, 1):
            at = on.get(disk.bus, 0)
            on[disk.bus] = at + 1
            bus, place = divmod(at, _MOST_ON_IDE) if disk.bus == "ide" else (0, at)
            if (disk.bus, bus) not in controllers:
                kind, model, name = _CONTROLLERS[disk.bus]
                controllers[disk.bus, bus] = self._item(
                    kind, f"{name} {bus}", Address=str(bus), ResourceSubType=model
                )
            self._item(
                "17", f"Disk {number}", AddressOnParent=str(place), HostResource=f"ovf:/disk/vmdisk{number}",
                Parent=controllers[disk.bus, bus],
            )  # fmt: skip

    def _item(self, kind: str, name: str, **said: str) -> str:
        """One more; gives its number. The schema wants its parts in the order of the alphabet."""
        self._last += 1
        item = _put(self._section, "Item")
        parts = {**said, "ElementName": name, "InstanceID": str(self._last), "ResourceType": kind}
        for part in sorted(parts):
            etree.SubElement(item, f"{{{_RASD}}}{part}").text = parts[part]
        return str(self._last)


def _section(parent: Element, name: str, info: str) -> Element:
    section = _put(parent, name)
    _put(section, "Info").text = info
    return section


def _put(parent: Element, tag: str, /, **attributes: str) -> Element:
    return etree.SubElement(parent, _ovf(tag), {_ovf(key): value for key, value in attributes.items()})


def _ovf(name: str) -> str:
    return f"{{{_OVF}}}{name}"
