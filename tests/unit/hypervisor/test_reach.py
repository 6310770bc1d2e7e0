"""What a definition reaches on its host: every way out that is known, and what is no way out."""

from pathlib import Path

import pytest

from hypervisor.xml.reach import Known, newly_reached, reaches

QEMU = "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"
KNOWN = Known(
    emulators={"/usr/bin/qemu-system-x86_64"},
    firmware={"/opt/firmware/CODE.fd"},
    is_volume=lambda path, use: path == "default/b" or path.rpartition("/")[0] == "/pool",
    format_of=lambda path: "qcow2" if path.endswith(".qcow2") else "raw" if path.endswith(".raw") else "",
)


def domain(device: str = "", setting: str = "", os: str = "", namespace: str = "") -> str:
    return f"""
    <domain type='qemu' {namespace}>
      <name>web</name><uuid>5f2c3c1e-6b58-4b5a-9c3d-1a2b3c4d5e6f</uuid>
      <title>/not/a/path</title><description>/nor this</description>
      <metadata><own:note xmlns:own='urn:own' file='/etc/passwd'>/etc/shadow</own:note></metadata>
      <memory unit='KiB'>131072</memory><vcpu>1</vcpu>
      <os><type arch='x86_64' machine='q35'>hvm</type><cmdline>root=/dev/vda init=/bin/sh</cmdline>{os}</os>
      {setting}
      <devices>
        <emulator>/usr/bin/qemu-system-x86_64</emulator>
        <disk type='file'><driver name='qemu' type='qcow2'/><source file='/pool/web.qcow2'/>
          <target dev='vda' bus='virtio'/></disk>
        <disk type='volume'><source pool='default' volume='b'/><target dev='vdb' bus='virtio'/></disk>
        <interface type='network'><source network='default'/></interface>
        <interface type='bridge'><source bridge='br0'/></interface>
        <serial type='pty'><source path='/dev/pts/1'/></serial>
        <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
        <channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
        <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
        <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
        <filesystem type='mount'><source dir='/pool/tree'/><target dir='/'/></filesystem>
        <graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>
        {device}
      </devices>
    </domain>"""


def test_an_ordinary_domain_reaches_nothing() -> None:
    assert reaches(domain(), KNOWN) == ()


def test_without_knowing_the_host_its_own_emulator_and_disks_count() -> None:
    assert {one.permission for one in reaches(domain())} == {"raw_qemu", "host_paths"}


DEVICES = [
    ("raw_qemu", "<emulator>/tmp/canary.sh</emulator>"),
    ("raw_qemu", "<warpdrive speed='9'/>"),
    ("raw_qemu", "<emulator><type/>/tmp/canary.sh</emulator>"),
    ("raw_qemu", "<emulator><type>/tmp/canary.sh</type></emulator>"),
    ("raw_qemu", "<serial type='pty'><target><model name='x'/>/etc/shadow</target></serial>"),
    ("host_paths", "<memory model='nvdimm'><source><path><type>/etc/shadow</type></path></source></memory>"),
    ("host_paths", "<disk type='volume'><source pool='secret' volume='b'/></disk>"),
    ("host_paths", "<disk type='volume'><source pool='default' volume='../b'/></disk>"),
    ("host_paths", "<disk type='file'><driver type='qcow2'/><source file='/pool/a.raw'/></disk>"),
    ("host_paths", "<disk type='file'><driver type='raw'/><source file='/pool/b.qcow2'/></disk>"),
    ("host_paths", "<disk type='file'><source file='/pool/b.qcow2'/></disk>"),
    ("raw_qemu", "<disk type='file'><source file='/pool/a'/><warp/></disk>"),
    ("raw_qemu", "<x:disk xmlns:x='urn:x' type='file'/>"),
    ("raw_qemu", "<disk xmlns='urn:x' type='file'/>"),
    ("raw_qemu", "<disk type='file'><source file='/pool/a'><seclabel relabel='no'/></source></disk>"),
    ("raw_qemu", "<interface type='bridge'><source bridge='br0'/><script path='/tmp/up'/></interface>"),
    ("raw_qemu", "<filesystem type='mount'><source dir='/pool/t'/><binary path='/tmp/x'/></filesystem>"),
    ("raw_qemu", "<video><model type='virtio'/><driver name='vhostuser'/></video>"),
    ("host_paths", "<disk type='file'><source file='/etc/shadow'/></disk>"),
    ("host_paths", "<disk type='file'><source file='etc/shadow'/></disk>"),
    ("host_paths", "<disk type='file'><source file='/pool/../etc/shadow'/></disk>"),
    ("host_paths", "<disk type='file'><source file='/pool//web.qcow2'/></disk>"),
    ("host_paths", "<disk type='block'><source dev='/dev/sda'/></disk>"),
    ("host_paths", "<disk type='dir'><source dir='/etc'/></disk>"),
    ("host_paths", "<disk type='file'><source file='/pool/a'/><backingStore type='file'><source file='/etc/shadow'/>"
     "</backingStore></disk>"),
    ("host_paths", "<disk type='file'><source file='/pool/a'/><mirror type='file'><source file='/srv/x'/>"
     "</mirror></disk>"),
    ("host_paths", "<disk type='vhostuser'><source type='unix' path='/run/x'/></disk>"),
    ("host_paths", "<disk type='network'><source protocol='nbd' name='x'><host name='169.254.169.254'/></source>"
     "</disk>"),
    ("host_paths", "<disk type='file'><source file='/pool/a'><reservations><source type='unix' path='/run/pr'/>"
     "</reservations></source></disk>"),
    ("host_paths", "<serial type='file'><source path='/etc/ssh/authorized_keys'/></serial>"),
    ("host_paths", "<serial type='file'><source path='root/.ssh/authorized_keys'/></serial>"),
    ("host_paths", "<serial type='pipe'><source path='/tmp/p'/></serial>"),
    ("host_paths", "<serial type='pty'><log file='/etc/cron.d/x' append='on'/></serial>"),
    ("host_paths", "<console type='unix'><source mode='connect' path='/run/libvirt/libvirt-sock'/></console>"),
    ("host_paths", "<channel type='tcp'><source mode='bind' host='0.0.0.0' service='4444'/></channel>"),
    ("host_paths", "<parallel type='udp'><source mode='connect' host='10.0.0.1' service='1'/></parallel>"),
    ("host_paths", "<redirdev bus='usb' type='tcp'><source mode='connect' host='h' service='1'/></redirdev>"),
    ("host_paths", "<smartcard mode='host-certificates'><certificate>a</certificate><database>/etc/pki</database>"
     "</smartcard>"),
    ("host_paths", "<serial type='stdio'/>"),
    ("host_paths", "<rng model='virtio'><backend model='egd' type='tcp'><source host='h' service='1'/></backend>"
     "</rng>"),
    ("host_paths", "<rng model='virtio'><backend model='random'>/etc/shadow</backend></rng>"),
    ("host_paths", "<rng model='virtio'><backend model='random'>etc/shadow</backend></rng>"),
    ("host_paths", "<filesystem type='mount'><source dir='/'/><target dir='/mnt'/></filesystem>"),
    ("host_paths", "<filesystem type='bind'><source dir='/etc'/></filesystem>"),
    ("host_paths", "<filesystem type='template'><source name='x'/></filesystem>"),
    ("host_paths", "<shmem name='between'><model type='ivshmem-plain'/></shmem>"),
    ("host_paths", "<memory model='nvdimm'><source><path>/etc/shadow</path></source></memory>"),
    ("host_paths", "<interface type='vhostuser'><source type='unix' path='/run/x' mode='client'/></interface>"),
    ("host_paths", "<interface type='server'><source address='0.0.0.0' port='5558'/></interface>"),
    ("host_paths", "<interface type='user'><backend type='passt' logFile='/tmp/l'/></interface>"),
    ("host_paths", "<graphics type='vnc' socket='/srv/x'/>"),
    ("host_paths", "<graphics type='vnc'><listen type='socket' socket='/srv/x'/></graphics>"),
    ("host_paths", "<graphics type='sdl' display=':0'/>"),
    ("host_paths", "<lease><lockspace>a</lockspace><key>b</key><target path='/x'/></lease>"),
    ("host_paths", "<pstore backend='acpi-erst'><path>/etc/x</path></pstore>"),
    ("host_devices", "<hostdev mode='subsystem' type='pci'><source><address bus='1'/></source></hostdev>"),
    ("host_devices", "<hostdev mode='capabilities' type='storage'><source><block>/dev/sda</block></source></hostdev>"),
    ("host_devices", "<interface type='direct'><source dev='eth0' mode='bridge'/></interface>"),
    ("host_devices", "<interface type='hostdev'><source><address type='pci' bus='1'/></source></interface>"),
    ("host_devices", "<interface type='ethernet'><target dev='tap0'/></interface>"),
    ("host_devices", "<serial type='dev'><source path='/dev/ttyS0'/></serial>"),
    ("host_devices", "<tpm><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>"),
    ("host_devices", "<input type='passthrough' bus='virtio'><source evdev='/dev/input/event1'/></input>"),
    ("host_devices", "<disk type='nvme'><source type='pci' namespace='1'><address bus='1'/></source></disk>"),
    ("host_devices", "<disk type='file' device='lun' rawio='yes'><source file='/pool/a'/></disk>"),
    ("host_devices", "<audio id='1' type='alsa'/>"),
]  # fmt: skip


@pytest.mark.parametrize(("permission", "device"), DEVICES)
def test_every_device_that_leads_out_needs_its_permission(permission: str, device: str) -> None:
    found = newly_reached(domain(), domain(device), KNOWN)
    assert {one.permission for one in found} == {permission}, found
    assert all(one.path.startswith("devices/") and one.what for one in found)


def test_a_disk_that_was_raw_is_not_read_as_an_image() -> None:
    """Not even where its volume is known to be one by now: a guest has written that."""
    disk = "<disk type='file'><driver type='{}'/><source file='/pool/{}'/><target dev='vdc'/></disk>"
    for name in ("a", "a.qcow2"):
        found = newly_reached(domain(disk.format("raw", name)), domain(disk.format("qcow2", name)), KNOWN)
        assert [one.permission for one in found] == ["host_paths"], name
    assert not newly_reached(domain(), domain(disk.format("qcow2", "a.qcow2")), KNOWN)
    assert not newly_reached(domain(), domain(disk.format("raw", "b.raw")), KNOWN)


@pytest.mark.parametrize(
    ("permission", "changed"),
    [
        (
            "raw_qemu",
            domain(setting="<qemu:commandline><qemu:arg value='-S'/></qemu:commandline>", namespace=QEMU),
        ),
        ("raw_qemu", domain(setting="<seclabel type='none'/>")),
        ("raw_qemu", domain(setting="<bootloader>/tmp/x</bootloader>")),
        ("raw_qemu", domain(setting="<features><capabilities policy='allow'/></features>")),
        ("raw_qemu", domain(setting="<warp/>")),
        ("raw_qemu", domain(setting="<clock xmlns:x='urn:x' x:offset='utc'/>")),
        ("host_paths", domain(os="<kernel>/boot/vmlinuz</kernel>")),
        ("host_paths", domain(os="<initrd>etc/shadow</initrd>")),
        ("host_paths", domain(os="<dtb>/x</dtb>")),
        ("host_paths", domain(os="<loader>/etc/shadow</loader>")),
        ("host_paths", domain(os="<nvram>/var/lib/libvirt/qemu/nvram/other_VARS.fd</nvram>")),
        ("host_paths", domain(os="<nvram template='/etc/shadow'/>")),
        ("host_paths", domain(os="<acpi><table type='slic'>/x</table></acpi>")),
        (
            "host_paths",
            domain(setting="<sysinfo type='fwcfg'><entry name='opt/x' file='/etc/shadow'/></sysinfo>"),
        ),
    ],
)
def test_every_setting_that_leads_out_needs_its_permission(permission: str, changed: str) -> None:
    found = newly_reached(domain(), changed, KNOWN)
    assert {one.permission for one in found} == {permission}, found


@pytest.mark.parametrize(
    "os",
    [
        "<kernel>/pool/vmlinuz</kernel>",
        "<loader>/opt/firmware/CODE.fd</loader>",
        "<loader>/usr/share/OVMF/OVMF_CODE.fd</loader>"
        "<nvram template='/usr/share/OVMF/OVMF_VARS.fd'>/var/lib/libvirt/qemu/nvram/web_VARS.fd</nvram>",
    ],
)
def test_firmware_and_what_lies_in_pools_is_open_to_all(os: str) -> None:
    assert reaches(domain(os=os), KNOWN) == ()


def test_what_stands_there_already_may_stay_wherever_it_stands() -> None:
    disk = "<disk type='file'><source file='/etc/issue'/><target dev='vdc'/></disk>"
    before, after = domain(disk), domain(f"<watchdog model='i6300esb'/>{disk.replace('vdc', 'vdd')}")
    assert newly_reached(before, after, KNOWN) == ()


def test_a_path_used_as_something_else_is_new() -> None:
    def with_disk(more: str) -> str:
        return domain(f"<disk type='file'><source file='/etc/issue'/>{more}<target dev='vdc'/></disk>")

    writable, held = with_disk(""), with_disk("<readonly/>")
    line = domain("<serial type='file'><source path='/etc/issue'/></serial>")
    assert newly_reached(writable, held, KNOWN) == ()
    assert newly_reached(held, writable, KNOWN)
    assert newly_reached(held, line, KNOWN)
    assert newly_reached(writable, line, KNOWN)


def test_one_more_of_a_kind_is_new() -> None:
    def with_argument(value: str) -> str:
        argument = f"<qemu:commandline><qemu:arg value='{value}'/></qemu:commandline>"
        return domain(setting=argument, namespace=QEMU)

    long = "x" * 500
    assert newly_reached(with_argument("-S"), with_argument("-S"), KNOWN) == ()
    assert newly_reached(with_argument("-S"), with_argument("-s"), KNOWN)
    assert newly_reached(with_argument(f"{long}1"), with_argument(f"{long}2"), KNOWN)


def test_every_element_of_real_definitions_is_known() -> None:
    """Of all that virt-install and libvirt's own documentation write, foreign namespaces aside."""
    folder = Path(__file__).parents[2] / "data" / "domains"
    documents = sorted(folder.glob("**/*.xml"))
    assert len(documents) >= 60
    unknown = {
        (document.name, reach.path)
        for document in documents
        for reach in reaches(document.read_text())
        if reach.what.startswith("the element") and ":" not in reach.path and "capabilities" not in reach.path
    }
    assert unknown == set()


def test_nothing_before_means_that_all_is_new() -> None:
    assert newly_reached(None, domain("<shmem name='a'/>"), KNOWN) == reaches(
        domain("<shmem name='a'/>"), KNOWN
    )
