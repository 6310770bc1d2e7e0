"""The snapshot's document: asked for, read back, and the definition within it pointed at other files."""

import pytest

from hypervisor.errors import InvalidXML
from hypervisor.snapshots import Kept, SnapshotDisk, SnapshotWish
from hypervisor.xml.snapshot import described, domain_of, read_snapshot, repointed, snapshotable, wanted

DOMAIN = """<domain type='qemu'><name>web</name><os><type>hvm</type>{os}</os><devices>
<disk type='block' device='disk'><driver name='qemu' type='raw' cache='none'/><source dev='/dev/x' index='1'/>
<backingStore type='file'><source file='/below'/></backingStore><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><source file='/iso'/><target dev='sda' bus='sata'/><readonly/></disk>
<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/b'/><target dev='vdb'/>{shared}</disk>
{channel}</devices></domain>"""
SNAPSHOT = """<domainsnapshot><name>s</name><state>running</state><creationTime>1800000000</creationTime>
<memory snapshot='external' file='/m'/><disks><disk name='vda' snapshot='external' type='file'><driver type='qcow2'/>
<source file='/layer'/></disk><disk name='vdb' snapshot='no'/></disks>
<domain type='qemu'><name>web</name><devices><disk type='file' device='disk'><source file='/base'/><target dev='vda'/>
</disk></devices></domain><inactiveDomain type='qemu'><name>kept</name></inactiveDomain></domainsnapshot>"""


def domain(os: str = "", shared: str = "", channel: str = "") -> str:
    return DOMAIN.format(os=os, shared=shared, channel=channel)


def test_what_is_asked_for_reads_back_the_same() -> None:
    disks = (SnapshotDisk("vda", Kept.EXTERNAL, "/a & b"), SnapshotDisk("vdb", Kept.NO))
    xml = wanted(SnapshotWish("<one>", "why & how", Kept.EXTERNAL, disks, memory_file="/m"))
    seen = read_snapshot(xml, current=True)
    assert (seen.name, seen.description, seen.memory, seen.memory_file) == (
        "<one>",
        "why & how",
        Kept.EXTERNAL,
        "/m",
    )
    assert (seen.disks, seen.current, seen.external) == (disks, True, True)
    plain = read_snapshot(wanted(SnapshotWish("two", "", Kept.NO, ())))
    assert (plain.disks, plain.memory, plain.external, plain.description) == ((), Kept.NO, False, "")


def test_what_a_node_tells() -> None:
    seen = read_snapshot(SNAPSHOT)
    assert (seen.state, seen.created_at, seen.before) == ("running", 1800000000, {"vda": "/base"})
    with pytest.raises(InvalidXML):
        read_snapshot("<domain/>")


def test_the_definition_within() -> None:
    assert "<name>web</name>" in domain_of(SNAPSHOT, running=True)
    assert "<name>kept</name>" in domain_of(SNAPSHOT, running=False)
    assert domain_of(SNAPSHOT, running=False).startswith("<domain ")
    with pytest.raises(InvalidXML):
        domain_of("<domainsnapshot/>", running=True)


def test_pointed_at_other_files_and_nothing_else_changes() -> None:
    xml = repointed(domain(), {"vda": "/new"})
    assert '<source file="/new"/>' in xml
    assert 'name="qemu" type="qcow2" cache="none"' in xml
    assert "/below" not in xml
    assert "/dev/x" not in xml
    assert '<source file="/iso"/>' in xml
    assert '<source file="/b"/>' in xml


def test_described_anew() -> None:
    once = described(SNAPSHOT, description="said", files={"vda": "/other"})
    assert read_snapshot(once).description == "said"
    assert read_snapshot(described(once, description="again")).description == "again"
    assert read_snapshot(once).disks[0].source == "/other"


def test_what_decides_how_it_can_be_taken() -> None:
    able = snapshotable(domain())
    assert [(disk.target, disk.type, disk.format, disk.writable) for disk in able.disks] == [
        ("vda", "block", "raw", True),
        ("sda", "file", "raw", False),
        ("vdb", "file", "qcow2", True),
    ]
    assert (able.pflash, able.agent) == (False, "")
    assert [disk.target for disk in snapshotable(domain(shared="<shareable/>")).writable] == ["vda"]
    assert snapshotable(domain(os="<loader type='pflash'>/ovmf</loader>")).pflash
    channel = "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'{}/></channel>"
    assert snapshotable(domain(channel=channel.format(""))).agent == "disconnected"
    assert snapshotable(domain(channel=channel.format(" state='connected'"))).agent == "connected"
