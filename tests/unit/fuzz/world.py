"""One object of every kind, with the ids by which generated requests may find it."""

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from access.models import Group, Role, User
from access.services.tokens import digest_of
from domains.models import Definition, Revision, Snapshot
from hosts.models import Cluster, Host
from hypervisor.data import DiskSeen
from jobs.models import Job
from live.models import happened
from networks.models import ClusterNetwork
from storage.models import Pool
from tests.unit.access.people import give, person
from tests.unit.domains.test_backups_api import backup, schedule
from tests.unit.domains.test_copies_api import deleted, domain, template, volume
from tests.unit.networks.world import NAT, network, nwfilter
from tests.unit.networks.world import make_host as host_with_cards
from tests.unit.storage.test_content_api import image_in, upload_of

_MAC = "52:54:00:00:00:01"
# What paths call otherwise than by id.
NAMES = {"name": "s1", "key": "disk:vda", "target": "vda", "mac": _MAC, "number": 1}
_NIC = f"<interface type='user'><mac address='{_MAC}'/></interface>"


def made() -> dict[str, list[UUID]]:
    """Fills the database; returns the ids of its objects by the words that paths and bodies use for them."""
    cluster = Cluster.objects.create(name="one")
    host = host_with_cards("alpha", cluster, arch="x86_64", memory_bytes=2**34)
    Host.objects.filter(pk=host.pk).update(uri="test:///default")
    host_with_cards("beta", cluster, arch="x86_64", memory_bytes=2**34)
    pool: Pool = Pool.objects.create(
        host=host, uuid=uuid4(), name="default", type="dir", state="running", target="/pool", available_bytes=2**30
    )  # fmt: skip
    on, off = (
        domain(pool, "on", state="running", libvirt_id=1, consoles=["vnc", "serial"]),
        domain(pool, "off"),
    )
    for one in (on, off):
        _with_history(one.pk)
    somebody = person("somebody", "viewer")
    group: Group = Group.objects.create(name="people")
    role = Role.objects.create(name="some", permissions=["domain.read"])
    given = give(group, "viewer", kind="domain", at=on.pk)
    token = somebody.tokens.create(
        name="t", digest=digest_of("t"), expires_at=timezone.now() + timedelta(days=1)
    )
    bridge = network(host)
    rule = nwfilter(host, "mine")
    many: ClusterNetwork = ClusterNetwork.objects.create(cluster=cluster, name="many", spec=NAT)
    image, sent, small = image_in(pool, "cirros"), upload_of(somebody, pool), template(pool)
    free, gone, kept = volume(pool, "free.raw"), deleted(host), backup(pool, off)
    planned = schedule(pool, somebody, off)
    job = _job(host, on.pk)
    happened("domain.started", ("domain", on.pk, on.name), within=host.within, host_name=host.name)
    return {
        "cluster": [cluster.pk],
        "host": [host.pk],
        "pool": [pool.pk],
        "volume": [free.pk],
        "domain": [on.pk, off.pk],
        "user": [somebody.pk],
        "group": [group.pk],
        "role": [role.pk],
        "grant": [given.pk],
        "token": [token.pk],
        "network": [bridge.pk],
        "network-filter": [rule.pk],
        "cluster-network": [many.pk],
        "image": [image.pk],
        "upload": [sent.pk],
        "template": [small.pk],
        "deleted-domain": [gone.pk],
        "backup": [kept.pk],
        "schedule": [planned.pk],
        "job": [job.pk],
    }


def _with_history(of: UUID) -> None:
    known = Definition.objects.get(pk=of)
    known.disks = [asdict(DiskSeen("vda", "disk", "virtio", "/pool/off", "file", "raw", False))]
    known.inactive = (known.inactive or "").replace("</devices>", f"{_NIC}</devices>")
    known.save()
    Snapshot.objects.create(domain_id=of, name="s1", state="shutoff", taken_at=timezone.now(), disks=[])
    for number in (1, 2):
        Revision.objects.create(
            domain_id=of, number=number, xml=known.inactive, at=timezone.now(), changes=[]
        )


def _job(host: Host, about: UUID) -> Job:
    ended: Job = Job.objects.create(
        kind="domain.start", state="succeeded", object_kind="domain", object_id=about, object_name="on",
        host_id=host.pk, host_name=host.name, deadline_at=timezone.now(), finished_at=timezone.now(),
    )  # fmt: skip
    return ended


def asker(role: str) -> User:
    """Who sends the requests."""
    return person("asker", role)
