"""Differences between definitions: what people chose, and nothing that only a running domain has."""

import pytest

from hypervisor.errors import InvalidXML
from hypervisor.xml.compare import Difference, compare, pretty, unified

INACTIVE = """
<domain type='qemu'>
  <name>web</name>
  <uuid>5f2c3c1e-6b58-4b5a-9c3d-1a2b3c4d5e6f</uuid>
  <memory unit='KiB'>1048576</memory>
  <currentMemory unit='KiB'>1048576</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <os firmware='efi'><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><boot dev='hd'/><boot dev='network'/></os>
  <features><acpi/></features>
  <cpu mode='host-model' check='partial'><topology sockets='1' dies='1' cores='2' threads='1'/></cpu>
  <on_reboot>restart</on_reboot>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/><source file='/pool/web.qcow2'/><target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
    </disk>
    <disk type='file' device='cdrom'>
      <driver name='qemu' type='raw'/><target dev='sda' bus='sata'/><readonly/>
      <address type='drive' controller='0' bus='0' target='0' unit='0'/>
    </disk>
    <controller type='sata' index='0'/>
    <interface type='network'>
      <mac address='52:54:00:aa:bb:cc'/><source network='default'/><model type='virtio'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </interface>
    <serial type='pty'><target type='isa-serial' port='0'/></serial>
    <console type='pty'><target type='serial' port='0'/></console>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <graphics type='vnc' port='-1' autoport='yes'><listen type='address'/></graphics>
    <hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xbeef'/></source></hostdev>
    <hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xcafe'/></source></hostdev>
  </devices>
</domain>
"""
LIVE = """
<domain type='qemu' id='7'>
  <name>web</name>
  <uuid>5f2c3c1e-6b58-4b5a-9c3d-1a2b3c4d5e6f</uuid>
  <memory unit='KiB'>1048576</memory>
  <currentMemory unit='KiB'>1048576</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <resource><partition>/machine</partition></resource>
  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
    <loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>
    <nvram template='/usr/share/OVMF/OVMF_VARS_4M.fd'>/var/lib/libvirt/qemu/nvram/web_VARS.fd</nvram>
    <boot dev='hd'/><boot dev='network'/></os>
  <features><acpi/></features>
  <cpu mode='custom' match='exact' check='full'>
    <model fallback='forbid'>Skylake-Client</model><vendor>Intel</vendor>
    <topology sockets='1' dies='1' cores='2' threads='1'/><feature policy='require' name='ss'/>
  </cpu>
  <on_reboot>restart</on_reboot>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/><source file='/pool/web.qcow2' index='2'/>
      <backingStore type='file' index='3'><format type='raw'/><source file='/pool/base.raw'/><backingStore/></backingStore>
      <target dev='vda' bus='virtio'/><alias name='virtio-disk0'/>
      <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
    </disk>
    <disk type='file' device='cdrom'>
      <driver name='qemu' type='raw'/><target dev='sda' bus='sata'/><readonly/><alias name='sata0-0-0'/>
      <address type='drive' controller='0' bus='0' target='0' unit='0'/>
    </disk>
    <controller type='sata' index='0'><alias name='ide'/></controller>
    <controller type='pci' index='9' model='pcie-root-port'><alias name='pci.9'/></controller>
    <interface type='network'>
      <mac address='52:54:00:AA:BB:CC'/>
      <source network='default' portid='1d3c' bridge='virbr0'/><target dev='vnet4'/><model type='virtio'/>
      <alias name='net0'/><address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </interface>
    <serial type='pty'><source path='/dev/pts/3'/><target type='isa-serial' port='0'/><alias name='serial0'/></serial>
    <console type='pty' tty='/dev/pts/3'><source path='/dev/pts/3'/><target type='serial' port='0'/></console>
    <channel type='unix'>
      <source mode='bind' path='/var/lib/libvirt/qemu/channel/target/domain-7-web/org.qemu.guest_agent.0'/>
      <target type='virtio' name='org.qemu.guest_agent.0' state='disconnected'/><alias name='channel0'/>
    </channel>
    <graphics type='vnc' port='5901' autoport='yes' listen='10.0.0.5'><listen type='address' address='10.0.0.5'/></graphics>
    <hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xbeef'/><address bus='1' device='4'/></source><alias name='hostdev0'/></hostdev>
    <hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xcafe'/><address bus='1' device='5'/></source><alias name='hostdev1'/></hostdev>
  </devices>
  <seclabel type='dynamic' model='dac' relabel='yes'><label>+64055:+64055</label></seclabel>
</domain>
"""  # noqa: E501 - as libvirt writes it


def changed(old: str, new: str, document: str = INACTIVE) -> list[tuple[str, str | None, str | None]]:
    assert old in document
    found = compare(document, document.replace(old, new, 1))
    return [(one.path, one.before, one.after) for one in found]


def test_what_runs_is_what_was_defined() -> None:
    assert compare(LIVE, INACTIVE, running=True) == ()


def test_the_same_is_no_difference() -> None:
    assert compare(INACTIVE, INACTIVE) == ()
    assert unified(INACTIVE, pretty(INACTIVE)) == ""


def test_the_next_boot_brings_what_was_changed_meanwhile() -> None:
    later = INACTIVE.replace("static'>2<", "static'>4<").replace("cores='2'", "cores='4'")
    later = later.replace("type='qcow2'/>", "type='qcow2' cache='none'/>")
    assert [one.path for one in compare(LIVE, later, running=True)] == [
        "vcpu",
        "cpu/topology/@cores",
        "devices/disk[vda]/driver/@cache",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("static'>2<", "static'>4<", ("vcpu", "2", "4")),
        ("<memory unit='KiB'>1048576<", "<memory unit='GiB'>2<", ("memory", "1 GiB", "2 GiB")),
        ("type='qcow2'/>", "type='qcow2' cache='none'/>", ("devices/disk[vda]/driver/@cache", None, "none")),
        ("<acpi/>", "<acpi/><apic/>", ("features/apic", None, "yes")),
        ("<name>web</name>", "<name>web</name><title>Shop</title>", ("title", None, "Shop")),
        (
            "network='default'",
            "network='lab'",
            ("devices/interface[52:54:00:aa:bb:cc]/source/@network", "default", "lab"),
        ),
        ("<product id='0xbeef'/>", "<product id='0x1'/>", ("devices/hostdev[0]/source/product/@id", "0xbeef", "0x1")),
        ("<boot dev='hd'/>", "", ("os/boot[1]", "dev=network", None)),
        ("bus='0x04'", "bus='0x05'", ("devices/disk[vda]/address/@bus", "0x04", "0x05")),
    ],
)  # fmt: skip
def test_one_change_is_one_line(old: str, new: str, expected: tuple[str, str | None, str | None]) -> None:
    assert expected in changed(old, new)


def test_the_same_memory_in_another_unit_is_the_same() -> None:
    assert changed("<memory unit='KiB'>1048576<", "<memory unit='MiB'>1024<") == []


def test_the_order_of_booting_means_something() -> None:
    paths = [
        path
        for path, _, _ in changed(
            "<boot dev='hd'/><boot dev='network'/>", "<boot dev='network'/><boot dev='hd'/>"
        )
    ]
    assert paths == ["os/boot[0]/@dev", "os/boot[1]/@dev"]


def test_devices_that_come_and_go_are_told_with_what_they_are() -> None:
    disk = "<disk type='file'><source file='/pool/b.raw'/><target dev='vdb' bus='virtio'/></disk>"
    ((path, before, after),) = changed("<controller", f"{disk}<controller")
    assert (path, before) == ("devices/disk[vdb]", None)
    assert after == "type=file, source/file=/pool/b.raw, target/dev=vdb, target/bus=virtio"


def test_a_device_without_a_name_that_goes_leaves_the_others_alone() -> None:
    usb = "<hostdev mode='subsystem' type='usb'>"
    first = f"{usb}<source><vendor id='0x1234'/><product id='0xbeef'/></source></hostdev>"
    assert [path for path, _, _ in changed(first, "")] == ["devices/hostdev[0]"]


def test_an_address_that_libvirt_fills_in_is_no_difference() -> None:
    address = "<address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>"
    assert changed(address, "") == []


def test_what_stands_elsewhere_in_the_document_is_the_same() -> None:
    moved = INACTIVE.replace("<on_reboot>restart</on_reboot>", "").replace(
        "<features>", "<on_reboot>restart</on_reboot><features>"
    )
    assert compare(INACTIVE, moved) == ()


def test_a_difference_can_be_read_as_lines() -> None:
    lines = unified(INACTIVE, INACTIVE.replace("static'>2<", "static'>4<")).splitlines()
    assert [line for line in lines if line[0] in "+-" and line[:3] not in {"+++", "---"}] == [
        '-  <vcpu placement="static">2</vcpu>',
        '+  <vcpu placement="static">4</vcpu>',
    ]


def test_foreign_elements_are_compared_too() -> None:
    namespace = "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"
    own = f"<qemu:commandline {namespace}><qemu:arg value='-s'/></qemu:commandline>"
    assert changed("<on_reboot>", f"{own}<on_reboot>") == [("commandline", None, "arg/value=-s")]


def test_hostile_documents_are_refused() -> None:
    with pytest.raises(InvalidXML):
        compare(INACTIVE, "<!DOCTYPE domain [<!ENTITY a 'b'>]><domain/>")


def test_differences_are_plain_data() -> None:
    assert Difference("vcpu", "2", "4") == Difference("vcpu", "2", "4")
