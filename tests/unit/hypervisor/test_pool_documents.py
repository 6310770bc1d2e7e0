"""Pools of every type, written as libvirt's own schema allows and read back as they were asked for."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from lxml import etree

from hypervisor.errors import InvalidXML
from hypervisor.storage import NATURES, Part, PoolAuth, PoolHost, PoolSource, PoolSpec, PoolType
from hypervisor.xml.pool import read_pool
from hypervisor.xml.pool_definition import (
    is_secret_of,
    read_found,
    read_pool_offers,
    renamed,
    write_pool,
    write_search,
    write_secret,
)

SCHEMAS = Path("/usr/share/libvirt/schemas")
SECRET = UUID("6ff6d3f3-9d0c-4cd6-8d50-4a8dd8e2ee4c")
IQN = "iqn.2026-11.example:target"
NAS = (PoolHost("nas.example"),)
DISK = "/dev/disk/by-id/x"
SPECS = [
    (PoolType.DIR, "/srv/one", PoolSource()),
    (PoolType.FS, "/srv/one", PoolSource(devices=(DISK,), format="ext4")),
    (PoolType.NETFS, "/srv/one", PoolSource(hosts=NAS, dir="/export/vm", format="nfs")),
    (PoolType.LOGICAL, "", PoolSource(name="vg0", devices=(DISK, "/dev/sdc"), format="lvm2")),
    (PoolType.DISK, "", PoolSource(devices=(DISK,), format="gpt")),
    (PoolType.ISCSI, "", PoolSource(hosts=NAS, devices=(IQN,), auth=PoolAuth("chap", "ada", SECRET))),
    (
        PoolType.ISCSI_DIRECT,
        "",
        PoolSource(
            hosts=(PoolHost("nas.example", 3261),),
            devices=(IQN,),
            initiator="iqn.2026-11.example:node1",
            auth=PoolAuth("chap", "ada", SECRET),
        ),
    ),
    (PoolType.SCSI, "", PoolSource(adapter="scsi_host2")),
    (PoolType.MPATH, "", PoolSource()),
    (
        PoolType.RBD,
        "",
        PoolSource(
            hosts=(PoolHost("mon1", 6789), PoolHost("mon2")),
            name="rbd",
            auth=PoolAuth("ceph", "admin", SECRET),
        ),
    ),
    (PoolType.GLUSTER, "", PoolSource(hosts=NAS, name="volume1", dir="/below")),
    (PoolType.ZFS, "", PoolSource(name="tank", devices=("/dev/sdc",))),
    (PoolType.VSTORAGE, "/srv/one", PoolSource(name="cluster1")),
]


def valid(kind: str, xml: str) -> None:
    schema = etree.RelaxNG(etree.parse(str(SCHEMAS / f"{kind}.rng")))
    assert schema.validate(etree.fromstring(xml)), (schema.error_log, xml)


def test_each_type_is_tried() -> None:
    assert {type for type, _, _ in SPECS} == set(PoolType) == set(NATURES)
    for type, target, source in SPECS:
        nature, plain = NATURES[type], source.plain()
        given = {Part(word) for word in plain if word in set(Part)} | ({Part.TARGET} if target else set())
        assert nature.needs <= given <= nature.needs | nature.may, type


@pytest.mark.parametrize(("type", "target", "source"), SPECS, ids=[str(type) for type, _, _ in SPECS])
def test_written_as_the_schema_allows_and_read_back(type: PoolType, target: str, source: PoolSource) -> None:
    spec = PoolSpec(uuid4(), "a <pool> & more", type, target, source)
    xml = write_pool(spec)
    valid("storagepool", xml)
    said = read_pool(xml)
    assert (said.type, said.detail) == (type, source)
    assert said.target == target or not target
    assert PoolSource.of(said.detail.plain()) == source
    valid("storagepool", renamed(xml, "other"))
    assert "<name>other</name>" in renamed(xml, "other")


def test_a_secret_never_holds_its_word_and_is_known_as_ours() -> None:
    pool = uuid4()
    for type in (PoolType.ISCSI, PoolType.ISCSI_DIRECT, PoolType.RBD):
        xml = write_secret(SECRET, pool, type)
        valid("secret", xml)
        assert is_secret_of(xml, pool)
        assert not is_secret_of(xml, uuid4())


def test_sources_that_were_found() -> None:
    assert write_search(PoolType.LOGICAL, PoolSource()) is None
    assert (
        write_search(PoolType.NETFS, PoolSource(hosts=NAS)) == '<source><host name="nas.example"/></source>'
    )
    found = read_found(
        "<sources><source><host name='nas.example'/><dir path='/export/vm'/><format type='nfs'/></source>"
        "<source><name>vg0</name><device path='/dev/sdb'/></source></sources>"
    )
    assert [one.plain() for one in found] == [
        {"hosts": [{"name": "nas.example"}], "dir": "/export/vm", "format": "nfs"},
        {"name": "vg0", "devices": ["/dev/sdb"]},
    ]


def test_what_a_node_offers() -> None:
    offers = read_pool_offers(
        "<storagepoolCapabilities><pool type='fs' supported='yes'><poolOptions><defaultFormat type='auto'/>"
        "<enum name='sourceFormatType'><value>auto</value><value>ext4</value></enum></poolOptions><volOptions>"
        "<defaultFormat type='raw'/><enum name='targetFormatType'><value>raw</value><value>qcow2</value></enum>"
        "</volOptions></pool><pool type='rbd' supported='no'/><pool type='mpath' supported='yes'/>"
        "<pool type='of-tomorrow' supported='yes'/></storagepoolCapabilities>"
    )
    assert [offer.type for offer in offers] == ["fs", "mpath"]
    assert (offers[0].formats, offers[0].default_format) == (("auto", "ext4"), "auto")
    assert (offers[0].volume_formats, offers[0].default_volume_format) == (("raw", "qcow2"), "raw")
    with pytest.raises(InvalidXML):
        read_pool_offers("<pool/>")
