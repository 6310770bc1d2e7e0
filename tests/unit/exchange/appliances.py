"""Appliances made by hand, as other hypervisors write them, and content that is read like a volume's."""

import hashlib
import io
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

MIB = 2**20
VMWARE = """<?xml version="1.0" encoding="UTF-8"?>
<Envelope vmw:buildId="build-1" xmlns="http://schemas.dmtf.org/ovf/envelope/1"
 xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:vmw="http://www.vmware.com/schema/ovf"
 xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
 xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References><File ovf:href="{href}" ovf:id="file1" {size}/></References>
  <DiskSection><Info>Disks</Info>
    <Disk ovf:capacity="{capacity}" ovf:capacityAllocationUnits="byte * 2^20" ovf:diskId="vmdisk1"
     ovf:fileRef="file1" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection><Info>Networks</Info><Network ovf:name="VM Network"/></NetworkSection>
  <VirtualSystem ovf:id="vm"><Info>A machine</Info><Name>old server</Name>
    <OperatingSystemSection ovf:id="96" vmw:osType="debian10_64Guest"><Info>OS</Info>
      <Description>Debian 11</Description></OperatingSystemSection>
    <VirtualHardwareSection><Info>Hardware</Info>
      <System><vssd:ElementName>Family</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID></System>
      <Item><rasd:AllocationUnits>hertz * 10^6</rasd:AllocationUnits><rasd:InstanceID>1</rasd:InstanceID>
        <rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>2</rasd:VirtualQuantity></Item>
      <Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:InstanceID>2</rasd:InstanceID>
        <rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>512</rasd:VirtualQuantity></Item>
      <Item><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceSubType>VirtualSCSI</rasd:ResourceSubType>
        <rasd:ResourceType>6</rasd:ResourceType></Item>
      <Item ovf:required="false"><rasd:InstanceID>4</rasd:InstanceID><rasd:ResourceType>15</rasd:ResourceType></Item>
      <Item><rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource><rasd:InstanceID>5</rasd:InstanceID>
        <rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>
      <Item><rasd:Connection>VM Network</rasd:Connection><rasd:InstanceID>6</rasd:InstanceID>
        <rasd:ResourceSubType>VmxNet3</rasd:ResourceSubType><rasd:ResourceType>10</rasd:ResourceType></Item>
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="efi"/>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
"""
VIRTUALBOX = """<?xml version="1.0"?>
<Envelope ovf:version="2.0" xmlns="http://schemas.dmtf.org/ovf/envelope/2"
 xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/2" xmlns:vbox="http://www.virtualbox.org/ovf/machine"
 xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
 xmlns:sasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_StorageAllocationSettingData.xsd"
 xmlns:epasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_EthernetPortAllocationSettingData.xsd">
  <References><File ovf:id="file1" ovf:href="box-disk001.vmdk"/></References>
  <DiskSection><Info>Disks</Info><Disk ovf:capacity="4194304" ovf:diskId="vmdisk1" ovf:fileRef="file1"/></DiskSection>
  <VirtualSystem ovf:id="box"><Info>A machine</Info>
    <OperatingSystemSection ovf:id="120"><Info>OS</Info><Description>Windows10_64</Description>
      <vbox:OSType ovf:required="false">Windows10_64</vbox:OSType></OperatingSystemSection>
    <VirtualHardwareSection><Info>Hardware</Info>
      <Item><rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType>
        <rasd:VirtualQuantity>1</rasd:VirtualQuantity></Item>
      <Item><rasd:AllocationUnits>MegaBytes</rasd:AllocationUnits><rasd:InstanceID>2</rasd:InstanceID>
        <rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>1024</rasd:VirtualQuantity></Item>
      <Item><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceSubType>AHCI</rasd:ResourceSubType>
        <rasd:ResourceType>20</rasd:ResourceType></Item>
      <StorageItem><sasd:AddressOnParent>0</sasd:AddressOnParent>
        <sasd:HostResource>/disk/vmdisk1</sasd:HostResource><sasd:InstanceID>4</sasd:InstanceID>
        <sasd:Parent>3</sasd:Parent><sasd:ResourceType>17</sasd:ResourceType></StorageItem>
      <EthernetPortItem><epasd:Connection>NAT</epasd:Connection><epasd:InstanceID>5</epasd:InstanceID>
        <epasd:ResourceType>10</epasd:ResourceType></EthernetPortItem>
    </VirtualHardwareSection>
    <vbox:Machine ovf:required="false"><Hardware><Firmware type="BIOS"/></Hardware></vbox:Machine>
  </VirtualSystem>
</Envelope>
"""


class Bytes:
    """Content in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size_bytes = len(data)

    def read(self, offset: int, length: int) -> bytes:
        assert 0 <= offset <= offset + length <= self.size_bytes, "nobody reads past the end"
        return self.data[offset : offset + length]


def vmware(href: str = "vm-disk1.vmdk", *, size: int = 0, capacity: int = 4) -> str:
    return VMWARE.format(href=href, size=f'ovf:size="{size}"' if size else "", capacity=capacity)


def disk(folder: Path, format: str = "vmdk", *options: str, mib: int = 4) -> bytes:
    """A disk with some words in its first sector."""
    raw = folder / "disk.raw"
    raw.write_bytes(b"words of the disk".ljust(MIB, b"\0"))
    with raw.open("r+b") as file:
        file.truncate(mib * MIB)
    made = folder / f"disk.{format}"
    subprocess.run(
        ["qemu-img", "convert", "-q", "-f", "raw", "-O", format, *options, raw, made], check=True, timeout=60
    )
    return made.read_bytes()


STREAM = ("-o", "subformat=streamOptimized")


def archive(
    members: Mapping[str, bytes], *more: tarfile.TarInfo, format: int = tarfile.USTAR_FORMAT
) -> bytes:
    """A tar of them; `more` are members without content."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=format) as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
        for entry in more:
            tar.addfile(entry)
    return data.getvalue()


def manifest(members: Mapping[str, bytes], algorithm: str = "SHA256") -> bytes:
    return "".join(
        f"{algorithm}({name})= {hashlib.new(algorithm.lower(), content).hexdigest()}\n"
        for name, content in members.items()
    ).encode()


def appliance(folder: Path, *, left_out: Sequence[str] = (), algorithm: str = "SHA256") -> bytes:
    """A good one, as VMware's tools order it, without the members `left_out`."""
    members = {"vm.ovf": vmware().encode(), "vm-disk1.vmdk": disk(folder, "vmdk", *STREAM)}
    whole = {
        "vm.ovf": members["vm.ovf"],
        "vm.mf": manifest(members, algorithm),
        "vm-disk1.vmdk": members["vm-disk1.vmdk"],
    }
    return archive({name: content for name, content in whole.items() if name not in left_out})
