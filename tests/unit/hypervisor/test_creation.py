"""A new domain's definition: every setting lands where libvirt looks for it, and text stays text."""

import subprocess
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from hypervisor.errors import InvalidXML, NotFound
from hypervisor.newdomain import Container, DirectKernel, NewDisk, NewDomain, NewInterface, Topology
from hypervisor.systems import GuestOS
from hypervisor.xml import creation
from hypervisor.xml.creation import write_domain
from hypervisor.xml.creation_devices import target_name
from hypervisor.xml.document import parse
from hypervisor.xml.domain import read_domain

MIB = 2**20
UUID_ = UUID("11111111-2222-3333-4444-555555555555")
PLAIN = NewDomain("plain", UUID_, "qemu", "x86_64", "q35", 2, 512 * MIB, graphics="vnc", video="virtio")
WINDOWS = GuestOS(
    id="http://example.org/w", family="winnt", virtio_balloon=False, usb3=False, virtio_disk=False
)
EVERYTHING = replace(
    PLAIN, system=replace(WINDOWS, usb3=True), title="A <title>", description="& more", topology=Topology(1, 1, 2),
    cpu_mode="custom", cpu_model="qemu64", firmware="efi-secure", boot=("hd", "cdrom", "network"),
    disks=(
        NewDisk(path="/a", discard="unmap", cache="none", io="native"),
        NewDisk(type="block", path="/dev/x"),
        NewDisk(type="volume", pool="p", volume="v", bus="scsi"),
        NewDisk(device="cdrom", bus="sata"),
        NewDisk(path="/seed", readonly=True, optional=True, serial="seed"),
    ),
    interfaces=(
        NewInterface("network", "52:54:00:00:00:01", "default", "virtio", 5, "clean-traffic", "down"),
        NewInterface("bridge", "52:54:00:00:00:02", "br0"),
        NewInterface("user", "52:54:00:00:00:03"),
    ),
    graphics="spice", video="qxl", sound="ich9", tpm=True, rng=True, agent=True, watchdog_model="i6300esb",
    watchdog_action="reset",
)  # fmt: skip


@pytest.mark.parametrize(
    "new",
    [
        PLAIN,
        EVERYTHING,
        replace(PLAIN, machine="pc", system=WINDOWS, firmware="efi", graphics_socket=True),
        replace(PLAIN, kernel=DirectKernel("/k", "/i", "console=ttyS0 <&>"), graphics="", video="", serial=False),
        replace(PLAIN, disks=(NewDisk(path="/a", boot_order=2), NewDisk(path="/b", boot_order=1)), boot=("hd",)),
        replace(PLAIN, arch="aarch64", machine="virt", firmware="efi", cpu_mode="custom", cpu_model="cortex-a57"),
        replace(PLAIN, type="lxc", machine="", container=Container("/root", arguments=("-c", "x"))),
        replace(PLAIN, type="lxc", machine="", container=Container("/image", is_image=True, format="qcow2")),
    ],
)  # fmt: skip
def test_libvirts_schema_takes_it(new: NewDomain, tmp_path: Path) -> None:
    file = tmp_path / "domain.xml"
    file.write_text(write_domain(new))
    done = subprocess.run(
        ["virt-xml-validate", str(file), "domain"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_was_asked_for_is_what_is_read() -> None:
    detail = read_domain(write_domain(EVERYTHING))
    assert (detail.title, detail.description, detail.vcpus) == ("A <title>", "& more", 2)
    assert (detail.memory_bytes, detail.firmware, detail.machine) == (512 * MIB, "efi", "q35")
    assert [(disk.target, disk.source, disk.bus) for disk in detail.disks] == [
        ("vda", "/a", "virtio"),
        ("vdb", "/dev/x", "virtio"),
        ("sda", "p/v", "scsi"),
        ("sdb", "", "sata"),
        ("vdc", "/seed", "virtio"),
    ]
    assert [disk.readonly for disk in detail.disks] == [False, False, False, True, True]
    assert [(one.type, one.source, one.model) for one in detail.interfaces] == [
        ("network", "default", "virtio"), ("bridge", "br0", ""), ("user", "", ""),
    ]  # fmt: skip
    domain = parse(write_domain(EVERYTHING), "domain")
    for path in (
        "os/loader[@secure='yes']", "os/firmware/feature[@name='enrolled-keys']", "features/smm", "features/hyperv",
        "clock[@offset='localtime']/timer[@name='hypervclock']", "devices/tpm/backend[@type='emulator']",
        "devices/watchdog[@action='reset']", "devices/rng/backend", "devices/sound[@model='ich9']",
        "devices/interface/vlan/tag[@id='5']", "devices/interface/filterref", "devices/interface/link[@state='down']",
        "devices/controller[@model='virtio-scsi']", "devices/channel/target[@name='org.qemu.guest_agent.0']",
        "devices/disk/source[@startupPolicy='optional']", "cpu/topology[@threads='2']", "metadata/*",
    ):  # fmt: skip
        assert domain.find(path) is not None, path
    assert domain.find("devices/memballoon") is None
    assert len(domain.findall("devices/controller[@model='pcie-root-port']")) == 14


def test_an_order_at_the_devices_stands_alone() -> None:
    ordered = replace(PLAIN, disks=(NewDisk(path="/a", boot_order=1),), boot=("hd", "network"))
    domain = parse(write_domain(ordered), "domain")
    assert domain.find("os/boot") is None
    assert domain.find("devices/disk/boot[@order='1']") is not None


def test_targets_count_as_the_kernels() -> None:
    assert [target_name("vd", number) for number in (0, 25, 26, 701, 702)] == [
        "vda", "vdz", "vdaa", "vdzz", "vdaaa",
    ]  # fmt: skip


def test_secrets_and_places_come_in_later() -> None:
    xml = write_domain(EVERYTHING)
    assert "passwd" not in creation.with_vnc_password(xml, "hidden"), "there is no VNC"
    assert 'passwd="a&quot;b"' in creation.with_vnc_password(write_domain(PLAIN), 'a"b')
    assert read_domain(creation.at_paths(xml, {"/a": "/elsewhere"})).disks[0].source == "/elsewhere"


def test_a_drive_is_taken_out() -> None:
    xml = write_domain(EVERYTHING)
    left = read_domain(creation.without_drive(xml, "/seed")).disks
    assert [disk.source for disk in left] == ["/a", "/dev/x", "p/v", ""]
    assert parse(creation.drive_with(xml, "/seed"), "disk").find("source") is not None
    assert parse(creation.drive_with(xml, "/seed", emptied=True), "disk").find("source") is None
    with pytest.raises(NotFound):
        creation.drive_with(xml, "/nowhere")


def test_a_raw_definition_gets_an_identity() -> None:
    bare = "<domain type='qemu' id='7'><name>raw</name><memory>1024</memory></domain>"
    name, uuid, xml = creation.identified(bare)
    assert (name, parse(xml, "domain").findtext("uuid")) == ("raw", str(uuid))
    assert parse(xml, "domain").get("id") is None
    assert creation.identified(bare)[1] != uuid
    given = bare.replace("</name>", f"</name><uuid>{UUID_}</uuid>")
    assert creation.identified(given)[1] == UUID_
    for wrong in (
        bare.replace("raw", ""),
        bare.replace("</name>", "</name><uuid>x</uuid>"),
        "<x/>",
        "<domain",
    ):
        with pytest.raises(InvalidXML):
            creation.identified(wrong)


def test_a_templates_domain_is_made_larger() -> None:
    xml = write_domain(EVERYTHING)
    detail = read_domain(creation.resized(xml, vcpus=3, memory_bytes=64 * MIB, title="t", description="d"))
    assert (detail.vcpus, detail.memory_bytes, detail.title, detail.description) == (3, 64 * MIB, "t", "d")
    assert read_domain(creation.resized(xml)) == read_domain(xml)
