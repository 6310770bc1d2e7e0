"""A copy's definition has an identity of its own, and everything else of the original's."""

from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

from hypervisor.xml.clone import NewSource, bearer_of_nvram, fresh, nvram_of, with_screen_locked
from hypervisor.xml.sources import disk_uses

ORIGINAL = """
<domain type='qemu' id='7' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>web</name><uuid>6ba7b810-9dad-41d1-80b4-00c04fd430c8</uuid><genid>43dc0cf8-809b-4adb-9bea-a9abb5f3d90e</genid>
  <title>The shop</title><metadata><own:x xmlns:own='urn:own'>kept</own:x></metadata>
  <memory unit='MiB'>64</memory><vcpu>1</vcpu>
  <sysinfo type='smbios'><system><entry name='uuid'>6ba7b810-9dad-41d1-80b4-00c04fd430c8</entry></system></sysinfo>
  <os><type arch='x86_64' machine='q35'>hvm</type><loader readonly='yes' type='pflash'>/fw/code.fd</loader>
    <nvram template='/fw/vars.fd'>/var/lib/libvirt/qemu/nvram/web_VARS.fd</nvram></os>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/><source file='/pool/web.qcow2'/>
      <backingStore type='file'><format type='raw'/><source file='/pool/base'/><backingStore/></backingStore>
      <target dev='vda' bus='virtio'/><serial>S1</serial></disk>
    <disk type='file' device='cdrom'><source file='/iso/x.iso'/><target dev='sda' bus='sata'/><readonly/></disk>
    <disk type='block' device='disk'><source dev='/dev/shared'/><target dev='vdb'/><shareable/></disk>
    <disk type='file' device='cdrom'><target dev='sdb'/></disk>
    <interface type='network'><mac address='52:54:00:00:00:01'/><source network='inner'/><target dev='web0'/>
      <model type='virtio'/></interface>
    <graphics type='vnc' port='5901' autoport='no' passwd='secret' passwdValidTo='2030-01-01T00:00:00'>
      <listen type='socket' socket='/run/web.sock'/></graphics>
    <serial type='file'><source path='/log/web.txt'/><log file='/log/web.log' append='on'/></serial>
    <channel type='unix'><source mode='bind' path='/var/lib/libvirt/qemu/channel/target/domain-7-web/agent'/>
      <target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <vsock><cid auto='no' address='3'/></vsock>
  </devices>
  <seclabel type='dynamic' model='dac' relabel='yes'><label>+64055:+64055</label><imagelabel>x</imagelabel></seclabel>
  <qemu:commandline><qemu:env name='A' value='1'/></qemu:commandline>
</domain>
"""


def copy() -> tuple[ET.Element, UUID]:
    uuid = uuid4()
    made = fresh(ORIGINAL, "web-2", uuid, {"vda": NewSource("file", "/pool/web-2-vda.raw", "raw")})
    return ET.fromstring(made), uuid


def test_its_identity_is_its_own() -> None:
    made, uuid = copy()
    assert made.get("id") is None
    assert (made.findtext("name"), made.findtext("uuid")) == ("web-2", str(uuid))
    assert made.findtext("sysinfo/system/entry") == str(uuid)
    assert made.findtext("genid") != "43dc0cf8-809b-4adb-9bea-a9abb5f3d90e"
    assert made.find("devices/interface/mac") is None
    assert made.find("devices/interface/target") is None
    assert "52:54:00:00:00:01" not in ET.tostring(made, encoding="unicode")
    nvram = made.find("os/nvram")
    assert nvram is not None
    assert (nvram.text, nvram.attrib) == (None, {"template": "/fw/vars.fd"})
    assert made.find("seclabel/label") is None
    assert made.find("seclabel/imagelabel") is None
    cid = made.find("devices/vsock/cid")
    assert cid is not None
    assert cid.attrib == {"auto": "yes"}


def test_ports_sockets_and_logs_are_its_own_and_its_screen_stays_locked() -> None:
    made, _ = copy()
    graphics = made.find("devices/graphics")
    assert graphics is not None
    assert (graphics.get("port"), graphics.get("autoport")) == ("-1", "yes")
    assert graphics.get("passwd") not in {None, "", "secret"}
    assert graphics.get("passwdValidTo") is None
    assert [listen.attrib for listen in graphics] == [{"type": "socket"}]
    serial = made.find("devices/serial")
    assert serial is not None
    assert [(part.tag, part.get("path") or part.get("file")) for part in serial] == [
        ("source", "/log/web-2.txt"),
        ("log", "/log/web-2.log"),
    ]
    assert made.find("devices/channel/source") is None
    assert made.find("devices/channel/target") is not None


def test_disks_go_where_they_are_sent_and_keep_the_rest() -> None:
    made, _ = copy()
    disks = made.findall("devices/disk")
    assert [part.tag for part in disks[0]] == ["driver", "source", "target", "serial"]
    driver, source = disks[0].find("driver"), disks[0].find("source")
    assert driver is not None
    assert source is not None
    assert driver.attrib == {"name": "qemu", "type": "raw", "cache": "none"}
    assert source.attrib == {"file": "/pool/web-2-vda.raw"}
    before = ET.fromstring(ORIGINAL).findall("devices/disk")
    for kept, was in zip(disks[1:], before[1:], strict=True):
        assert ET.tostring(kept).strip() == ET.tostring(was).strip()


def test_what_is_not_identity_survives() -> None:
    made, _ = copy()
    assert made.findtext("title") == "The shop"
    assert made.findtext("metadata/{urn:own}x") == "kept"
    assert made.find("{http://libvirt.org/schemas/domain/qemu/1.0}commandline") is not None


def test_a_log_without_the_name_is_not_shared() -> None:
    plain = ORIGINAL.replace("/log/web.log", "/log/serial.log").replace("/log/web.txt", "/log/webcam.txt")
    made = fresh(plain, "web-2", uuid4(), {})
    assert "/log/serial-web-2.log" in made
    assert "/log/webcam-web-2.txt" in made


def test_a_domain_without_devices_has_no_trouble() -> None:
    made = ET.fromstring(fresh("<domain type='test'><name>a</name></domain>", "b", uuid4(), {}))
    assert made.findtext("name") == "b"


def test_the_password_is_not_in_what_is_kept() -> None:
    kept = with_screen_locked(ORIGINAL)
    assert "secret" not in kept
    assert 'passwd=""' in kept
    assert "passwdValidTo" not in kept


def test_uefi_variables() -> None:
    assert nvram_of(ORIGINAL) == "/var/lib/libvirt/qemu/nvram/web_VARS.fd"
    assert nvram_of("<domain><os><nvram type='file'><source file='/a'/></nvram></os></domain>") == "/a"
    assert nvram_of("<domain><os/></domain>") == ""
    uuid = uuid4()
    bearer = bearer_of_nvram(ORIGINAL, "removing", uuid)
    assert nvram_of(bearer) == nvram_of(ORIGINAL)
    assert ET.fromstring(bearer).find("devices") is None


def test_whose_disks_they_are() -> None:
    own, iso, shared, empty = disk_uses(ORIGINAL)
    assert (own.own, iso.own, shared.own, empty.own) == (True, False, False, False)
    assert own.below == ("/pool/base",)
    encrypted = (
        "<disk type='file'><source file='/a'><encryption format='luks'/></source><target dev='vda'/></disk>"
    )
    (disk,) = disk_uses(f"<domain><devices>{encrypted}</devices></domain>")
    assert disk.encrypted
