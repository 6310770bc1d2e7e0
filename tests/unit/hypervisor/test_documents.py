"""Hostile documents (refused, and quickly) and what is read from honest ones."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hypervisor.errors import InvalidXML, NotSupported
from hypervisor.xml.capabilities import offers_graphics, read_capabilities
from hypervisor.xml.document import LONGEST_BYTES, parse
from hypervisor.xml.domain import bound_to_host, check_definition, copied_disks, read_domain
from hypervisor.xml.graphics import graphics_of, vnc_index, with_vnc_password
from hypervisor.xml.network import read_network
from hypervisor.xml.pool import read_pool
from hypervisor.xml.volume import read_volume, write_volume

BOMB = (
    '<!DOCTYPE domain [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(12))
    + "]><domain><name>&m;</name></domain>"
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        '<!DOCTYPE domain [<!ENTITY x SYSTEM "file:///etc/passwd">]><domain><name>&x;</name></domain>',
        '<!DOCTYPE domain SYSTEM "http://192.0.2.1/x.dtd"><domain/>',
        '<!DOCTYPE domain [<!ENTITY % p SYSTEM "http://192.0.2.1/"> %p;]><domain/>',
        "<domain>&undefined;</domain>",
        "<domain>" * 500 + "</domain>" * 500,
        "<domain>" + "<a>" * 100 + "</a>" * 100 + "</domain>",
        "<domain>" + "x" * LONGEST_BYTES + "</domain>",
        "",
        "<domain",
        "\0",
        "<pool/>",
        '<x:domain xmlns:x="http://example.org/"/>',
    ],
)
def test_hostile_documents(text: str) -> None:
    began = time.monotonic()
    with pytest.raises(InvalidXML) as refused:
        parse(text, "domain")
    assert time.monotonic() - began < 2
    assert "root:" not in refused.value.detail


def test_nothing_is_included(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("<name>stolen</name>")
    element = parse(
        f'<domain xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{canary}"/><name>a</name></domain>',
        "domain",
    )
    assert element.findtext("name") == "a"


@pytest.mark.parametrize(
    "name", ["", "a/b", "x" * 256, "a\nb", "</name><devices>" * 40]
)  # an escaped tag in a name is only text, but this one is too long
def test_names_that_are_refused(name: str) -> None:
    from xml.sax.saxutils import escape

    with pytest.raises(InvalidXML):
        check_definition(f"<domain><name>{escape(name)}</name></domain>")


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(InvalidXML):
        parse("<domain><name>\ud800</name></domain>", "domain")


DOMAIN = """
<domain type='kvm' id='3'>
  <name>web</name><title>Web server</title><description>Two lines
of it</description>
  <memory unit='KiB'>2097152</memory><currentMemory unit='MiB'>1024</currentMemory>
  <vcpu placement='static' current='2'>4</vcpu>
  <os firmware='efi'><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/images/web.qcow2'/>
      <target dev='vda' bus='virtio'/></disk>
    <disk type='network' device='disk'><driver name='qemu' type='raw'/>
      <source protocol='iscsi' name='iqn.2026-01.org.example:x/1'><host name='10.0.0.1' port='3260'/></source>
      <target dev='vdb' bus='virtio'/></disk>
    <disk type='volume' device='disk'><driver type='raw'/><source pool='default' volume='a.img'/>
      <target dev='vdc'/></disk>
    <disk type='block' device='disk'><source dev='/dev/vg/web'/><target dev='vdd'/><shareable/></disk>
    <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
    <interface type='network'><mac address='52:54:00:AA:BB:CC'/><source network='default' bridge='virbr0'/>
      <target dev='vnet3'/><model type='virtio'/></interface>
    <interface type='user'><mac address='52:54:00:aa:bb:cd'/></interface>
    <serial type='pty'><target type='isa-serial' port='0'/></serial>
    <console type='pty'><target type='serial' port='0'/></console>
    <console type='pty'><target type='virtio' port='1'/></console>
    <graphics type='spice' port='5901' autoport='yes' listen='127.0.0.1'/>
    <graphics type='vnc' port='5900' autoport='yes' listen='0.0.0.0' passwd='secret'>
      <listen type='address' address='0.0.0.0'/></graphics>
  </devices>
</domain>
"""


def test_a_domain() -> None:
    seen = read_domain(DOMAIN)
    assert (seen.title, seen.description) == ("Web server", "Two lines\nof it")
    assert (seen.os_type, seen.arch, seen.machine, seen.domain_type) == ("hvm", "x86_64", "pc-q35-7.2", "kvm")
    assert seen.firmware == "efi"
    assert (seen.vcpus, seen.memory_bytes, seen.max_memory_bytes) == (2, 2**30, 2 * 2**30)
    assert [disk.source for disk in seen.disks] == [
        "/images/web.qcow2",
        "iscsi://10.0.0.1/iqn.2026-01.org.example:x/1",
        "default/a.img",
        "/dev/vg/web",
        "",
    ]
    assert [disk.readonly for disk in seen.disks] == [False, False, False, False, True]
    assert (seen.disks[0].target, seen.disks[0].bus, seen.disks[0].format) == ("vda", "virtio", "qcow2")
    first, second = seen.interfaces
    assert (first.mac, first.source, first.model, first.target) == (
        "52:54:00:aa:bb:cc",
        "default",
        "virtio",
        "vnet3",
    )
    assert (second.type, second.source) == ("user", "")
    assert seen.serials == 2
    assert [graphics.type for graphics in seen.graphics] == ["spice", "vnc"]


def test_a_migration_copies_local_writable_disks_alone() -> None:
    targets = [disk.find("target").get("dev") for disk in copied_disks(DOMAIN)]  # type: ignore[union-attr]
    assert targets == ["vda", "vdc"]


def test_what_binds_a_domain_to_its_host() -> None:
    assert bound_to_host(DOMAIN) == ()
    bound = DOMAIN.replace(
        "</devices>",
        "<hostdev mode='subsystem' type='pci'/><filesystem><source dir='/srv'/></filesystem></devices>",
    )
    assert bound_to_host(bound) == ("the host device of type pci", "the shared folder /srv")
    assert bound_to_host("<domain/>") == ()


@pytest.mark.parametrize(
    ("xml", "firmware", "serials"),
    [
        ("<domain><os><type>hvm</type><loader type='pflash'>/x</loader></os></domain>", "efi", 0),
        ("<domain><os><type>hvm</type><loader type='rom'>/x</loader></os></domain>", "bios", 0),
        ("<domain><os><type>exe</type></os><devices><console type='pty'/></devices></domain>", "", 1),
        ("<domain><os><type>hvm</type></os><devices><serial type='file'/></devices></domain>", "bios", 0),
    ],
)
def test_firmware_and_serial_lines(xml: str, firmware: str, serials: int) -> None:
    seen = read_domain(xml)
    assert (seen.firmware, seen.serials) == (firmware, serials)


class TestGraphics:
    def test_addresses(self) -> None:
        spice, vnc = graphics_of(DOMAIN)
        assert (spice.listen, spice.port, spice.has_password) == ("127.0.0.1", 5901, False)
        assert (vnc.listen, vnc.port, vnc.has_password) == ("0.0.0.0", 5900, True)
        assert vnc_index(DOMAIN) == 1

    def test_a_socket(self) -> None:
        (seen,) = graphics_of(
            "<domain><devices><graphics type='vnc'><listen socket='/run/v'/></graphics></devices></domain>"
        )
        assert (seen.socket, seen.listen, seen.port) == ("/run/v", "", None)

    def test_a_port_that_is_not_there_yet(self) -> None:
        (seen,) = graphics_of(
            "<domain><devices><graphics type='vnc' port='-1' autoport='yes'/></devices></domain>"
        )
        assert seen.port is None

    def test_a_password_changes_nothing_else(self) -> None:
        changed = with_vnc_password(DOMAIN, 'new"<&', datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
        device = parse(changed, "graphics")
        assert device.attrib["passwd"] == 'new"<&'
        assert device.attrib["passwdValidTo"] == "2026-01-02T03:04:05"
        assert device.attrib["port"] == "5900"
        assert device.find("listen") is not None

    def test_no_password_can_be_set_where_there_was_none(self) -> None:
        with pytest.raises(NotSupported):
            with_vnc_password(DOMAIN.replace(" passwd='secret'", ""), "x", datetime.now(UTC))
        with pytest.raises(NotSupported):
            vnc_index("<domain/>")


def test_capabilities() -> None:
    seen = read_capabilities(
        """<capabilities><host><uuid>3a87f76d-1938-441f-a5fb-e79b35e36c91</uuid><cpu><arch>x86_64</arch><model>EPYC</model></cpu>
        <migration_features><live/><uri_transports><uri_transport>tcp</uri_transport><uri_transport>rdma</uri_transport>
        </uri_transports></migration_features></host>
        <guest><os_type>hvm</os_type><arch name='x86_64'><emulator>/usr/bin/qemu</emulator><machine>q35</machine>
        <domain type='qemu'/><domain type='kvm'><machine>q35</machine><machine>virt</machine></domain></arch></guest>
        </capabilities>"""
    )
    assert str(seen.uuid) == "3a87f76d-1938-441f-a5fb-e79b35e36c91"
    assert (seen.arch, seen.cpu_model, seen.migration, seen.migration_uris) == (
        "x86_64",
        "EPYC",
        True,
        ("tcp", "rdma"),
    )
    (guest,) = seen.guests
    assert (guest.domain_types, guest.machines, guest.emulator) == (
        ("qemu", "kvm"),
        ("q35", "virt"),
        "/usr/bin/qemu",
    )
    nothing = read_capabilities("<capabilities/>")
    assert (nothing.uuid, nothing.migration, nothing.guests) == (None, False, ())


def test_domain_capabilities() -> None:
    text = "<domainCapabilities><devices><graphics supported='{}'/></devices></domainCapabilities>"
    assert offers_graphics(text.format("yes"))
    assert not offers_graphics(text.format("no"))


def test_a_pool() -> None:
    seen = read_pool(
        """<pool type='netfs'><capacity unit='bytes'>100</capacity><allocation unit='KiB'>2</allocation>
        <available>3</available>
        <source><host name='nas'/><dir path='/export'/></source><target><path>/mnt</path></target></pool>"""
    )
    assert (seen.type, seen.capacity_bytes, seen.allocation_bytes, seen.available_bytes) == (
        "netfs",
        100,
        2048,
        3,
    )
    assert (seen.source, seen.target) == ("nas:/export", "/mnt")
    assert read_pool("<pool type='dir'><target><path>/x</path></target></pool>").source == ""


def test_a_volume_reads_as_it_was_written() -> None:
    seen = read_volume(write_volume("</name><target>&", "qcow2", 2**30))
    assert (seen.name, seen.format, seen.capacity_bytes, seen.allocation_bytes) == (
        "</name><target>&",
        "qcow2",
        2**30,
        0,
    )


@pytest.mark.parametrize(
    ("xml", "bridge", "forward", "addresses"),
    [
        (
            "<network><forward mode='nat'/><bridge name='virbr0'/><ip address='192.168.122.1' netmask='255.255.255.0'/>"
            "<ip family='ipv6' address='fd00::1' prefix='64'/></network>",
            "virbr0", "nat", ("192.168.122.1/24", "fd00::1/64"),
        ),
        ("<network><forward/><bridge name='b'/></network>", "b", "nat", ()),
        ("<network><bridge name='b'/><ip address='hello' netmask='x'/></network>", "b", "", ("hello",)),
    ],
)  # fmt: skip
def test_a_network(xml: str, bridge: str, forward: str, addresses: tuple[str, ...]) -> None:
    seen = read_network(xml)
    assert (seen.bridge, seen.forward, seen.addresses) == (bridge, forward, addresses)
