"""What a migration knows of a domain's disks: shared, copied, missing, or nobody's to say."""

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from domains.migration.storage import Arrival, arrival
from domains.models import Definition, Domain
from hosts.models import Host
from storage.models import Pool, SharedPool

pytestmark = pytest.mark.django_db
HOSTS = tuple[Host, Host]


def disks(two_hosts: HOSTS, *sources: str, type: str = "file", cache: str = "none") -> Definition:
    """The definition of a domain on the first host, its disks vda, vdb …"""
    domain = Domain.objects.create(id=uuid4(), host=two_hosts[0], name="web", state="running")
    targets = [f"vd{letter}" for letter, _ in zip("abcd", sources, strict=False)]
    seen = [
        {"target": target, "device": "disk", "source": source, "type": type, "readonly": False}
        for target, source in zip(targets, sources, strict=True)
    ]
    xml = "".join(
        f"<disk type='file'><driver cache='{cache}'/><source file='{source}'/><target dev='{target}'/></disk>"
        for target, source in zip(targets, sources, strict=True)
    )
    return Definition.objects.create(
        domain=domain,
        live=f"<domain><devices>{xml}</devices></domain>",
        disks=seen,
        fetched_at=timezone.now(),
    )


def pool(host: Host, target: str, shared: SharedPool | None = None, **other: Any) -> Pool:
    given: dict[str, Any] = {"name": "vm", "type": "dir", "state": "running"} | other
    made: Pool = Pool.objects.create(host=host, uuid=uuid4(), target=target, shared=shared, **given)
    return made


def shared(stated: bool) -> SharedPool:
    made: SharedPool = SharedPool.objects.create(key=str(uuid4()), name="both", type="dir", stated=stated)
    return made


def look(definition: Definition | None, two_hosts: HOSTS, *, copy: bool = False) -> Arrival:
    return arrival(definition, *two_hosts, copy_storage=copy)


def test_on_the_network_or_without_any(two_hosts: HOSTS) -> None:
    for definition in (None, disks(two_hosts), disks(two_hosts, "iscsi://nas/x", type="network")):
        said = look(definition, two_hosts)
        assert said.ok
        assert not said.vouched


@pytest.mark.parametrize("copy", [False, True])
def test_shared_by_its_source(two_hosts: HOSTS, copy: bool) -> None:
    one = shared(stated=False)
    for host in two_hosts:
        pool(host, "/srv/nfs", one, type="netfs")
    said = look(disks(two_hosts, "/srv/nfs/web.qcow2"), two_hosts, copy=copy)
    assert said.ok
    assert (said.kept, said.copied) == (["vda"], []), "it is not copied over itself"
    assert not said.vouched, "libvirt knows by itself"


def test_shared_by_an_administrator_s_word(two_hosts: HOSTS) -> None:
    one = shared(stated=True)
    for host in two_hosts:
        pool(host, "/srv/vm", one)
    said = look(disks(two_hosts, "/srv/vm/web.img"), two_hosts)
    assert said.ok
    assert said.vouched
    assert "word" in said.words()
    cached = look(disks(two_hosts, "/srv/vm/web.img", cache="writeback"), two_hosts)
    assert not cached.ok
    assert "cache writeback" in cached.words()
    also_elsewhere = look(disks(two_hosts, "/srv/vm/web.img", "/home/x.img"), two_hosts)
    assert also_elsewhere.ok
    assert not also_elsewhere.vouched, "nobody answers for the other disk"


def test_a_pool_that_is_stopped_or_elsewhere_there(two_hosts: HOSTS) -> None:
    one = shared(stated=False)
    pool(two_hosts[0], "/srv/nfs", one)
    peer = pool(two_hosts[1], "/srv/nfs", one, state="inactive")
    definition = disks(two_hosts, "/srv/nfs/web.qcow2")
    assert "is inactive on beta" in look(definition, two_hosts).words()
    Pool.objects.filter(pk=peer.pk).update(state="running", target="/mnt/nfs")
    said = look(definition, two_hosts)
    assert not said.ok
    assert "/mnt/nfs" in said.words()


def test_local_and_copied(two_hosts: HOSTS) -> None:
    pool(two_hosts[0], "/srv/vm")
    definition = disks(two_hosts, "/srv/vm/web.img")
    said = look(definition, two_hosts)
    assert said.ok
    assert "not known to be shared: libvirt refuses" in said.words()
    assert "no running pool" in look(definition, two_hosts, copy=True).words()
    pool(two_hosts[1], "/srv/vm")
    assert look(definition, two_hosts, copy=True).copied == ["vda"]


def test_a_volume_group_is_one_machine_s_own(two_hosts: HOSTS) -> None:
    for host in two_hosts:
        pool(host, "/dev/vg0", type="logical")
    definition = disks(two_hosts, "/dev/vg0/web", type="block")
    said = look(definition, two_hosts)
    assert not said.ok, "the same name on the other host is another disk"
    assert "state that the pool is shared" in said.words()
    Pool.objects.update(shared=shared(stated=True))
    assert look(definition, two_hosts).vouched
