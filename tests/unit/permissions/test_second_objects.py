"""The second object of a wish: a pool to make in, a volume to read or to have, a network, each with its permission.

Vic may do all to domains and make them, and sees pools, volumes and networks. What that does not give is asked for on
each of those by itself; one grant more, on the pool or network, and it goes.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from access.actor import Actor
from access.models import Grant, Role, User
from domains.models import Definition, Domain
from domains.owners import make_owner
from domains.reaching import known_on
from hosts.models import Cluster, Host, HostOffers
from hypervisor.xml.reach import reaches
from jobs.models import Job
from networks.models import Network
from storage.models import Image, ImageCopy, Pool, Volume
from tests.unit.access.people import client_of, person
from tests.unit.domains.conftest import two_hosts
from tests.unit.domains.test_backups_api import DAILY, backup
from tests.unit.domains.test_copies_api import deleted, domain, pool, template, volume
from tests.unit.editing.world import OFFER
from tests.unit.networks.world import network

__all__ = ["pool", "two_hosts"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
_CARD = "<interface type='network'><mac address='52:54:00:00:00:07'/><source network='{}'/></interface>"
_DISK = "<disk type='file' device='{}'><source file='{}'/><target dev='{}' bus='sata'/>{}</disk>"


@dataclass
class Ground:
    """A domain, a second pool with a disk and an image of the library in it, a network."""

    a: Domain
    pool: Pool
    disk: Volume
    image: Volume
    net: Network


@pytest.fixture
def ground(pool: Pool) -> Ground:
    guest = {"os_type": "hvm", "arch": "x86_64", "emulator": "/usr/bin/qemu-system-x86_64",
             "domain_types": ["qemu"], "machines": ["pc-q35-7.2"]}  # fmt: skip
    Host.objects.update(memory_bytes=2**34, capabilities={"guests": [guest]})
    HostOffers.objects.create(host=pool.host, offers=[OFFER])
    other = Pool.objects.create(
        host=pool.host, uuid="11111111-1111-4111-8111-111111111111", name="other", type="dir", state="running",
        target="/other", available_bytes=2**34,
    )  # fmt: skip
    held = volume(other, "held")
    image = volume(other, "install.iso")
    Volume.objects.filter(pk=image.pk).update(format="iso")
    ImageCopy.objects.create(
        image=Image.objects.create(name="install", kind="iso", format="iso"), volume=image
    )
    for one in (held, image):
        path = f"/other/{one.name}"
        Volume.objects.filter(pk=one.pk).update(path=path, key=path)
        one.refresh_from_db()
    return Ground(domain(pool, "a"), other, held, image, network(pool.host, "lan"))


@pytest.fixture
def vic(ground: Ground) -> User:
    permissions = [
        name
        for name in Role.objects.get(name="operator").permissions
        if name.partition(".")[0] in {"domain", "template", "host", "job"}
    ]
    vic = person("vic")
    seeing = Role.objects.create(
        name="all on domains", permissions=[*permissions, "pool.read", "network.read"]
    )
    Grant.objects.create(role=seeing, user=vic)
    return vic


def also(user: User, permission: str, on: Pool | Network) -> None:
    made = Role.objects.create(name=f"{permission} there", permissions=[permission])
    kind = "pool" if isinstance(on, Pool) else "network"
    Grant.objects.create(role=made, user=user, object_kind=kind, object_id=on.pk)


def ask(client: APIClient, wish: tuple[str, str, Any]) -> Any:
    method, path, body = wish
    Job.objects.all().delete()
    return getattr(client, method)(f"/api/v1/{path}", body, format="json")


def _xml(ground: Ground, devices: str) -> str:
    known = Definition.objects.get(pk=ground.a.pk).inactive or ""
    known = known.replace("</name>", f"</name><uuid>{ground.a.pk}</uuid>")
    return known.replace("</devices>", f"{devices}</devices>")


def _new(ground: Ground, devices: str) -> dict[str, Any]:
    xml = "<domain type='qemu'><name>new</name><memory>1024</memory><os><type>hvm</type></os><devices>"
    return {"host": str(ground.pool.host_id), "xml": f"{xml}{devices}</devices></domain>"}


def _make(ground: Ground, **more: Any) -> dict[str, Any]:
    quiet: dict[str, Any] = {"disks": [], "interfaces": []}
    return {"host": str(ground.pool.host_id), "name": "new", "memory_bytes": 2**28, **quiet, **more}


# By what it takes: (permission, on the network or else the pool, the wish)
WISHES: dict[str, tuple[str, Any]] = {
    "a new disk of a new domain": (
        "volume.create",
        lambda g: ("post", "domains/", _make(g, disks=[{"pool": str(g.pool.pk), "capacity_bytes": 2**20}]))),
    "a new disk": (
        "volume.create",
        lambda g: ("post", f"domains/{g.a.pk}/disks/", {"pool": str(g.pool.pk), "capacity_bytes": 2**20})),
    "a clone elsewhere": (
        "volume.create", lambda g: ("post", f"domains/{g.a.pk}/clone/", {"name": "copy", "pool": str(g.pool.pk)})),
    "a disk that moves": (
        "volume.create", lambda g: ("post", f"domains/{g.a.pk}/disks/vda/move/", {"pool": str(g.pool.pk)})),
    "a template's disks": (
        "volume.create",
        lambda g: ("post", "templates/", {"name": "t", "domain": str(g.a.pk), "pool": str(g.pool.pk)})),
    "a backup": ("volume.create", lambda g: ("post", f"domains/{g.a.pk}/backups/", {"pool": str(g.pool.pk)})),
    "backups by a schedule": (
        "volume.create",
        lambda g: ("post", "schedules/",
                   {"name": "s", "kind": "backup", "rule": DAILY, "domains": [str(g.a.pk)], "pool": str(g.pool.pk)})),
    "an appliance": ("volume.create", lambda g: ("post", f"domains/{g.a.pk}/export/", {"pool": str(g.pool.pk)})),
    "a disk of a new domain": (
        "volume.attach", lambda g: ("post", "domains/", _make(g, disks=[{"volume": str(g.disk.pk)}]))),
    "a disk that is there": (
        "volume.attach", lambda g: ("post", f"domains/{g.a.pk}/disks/", {"volume": str(g.disk.pk), "bus": "sata"})),
    "a disk by hand": (
        "volume.attach",
        lambda g: ("put", f"domains/{g.a.pk}/xml/", {"xml": _xml(g, _DISK.format("disk", g.disk.path, "sda", ""))})),
    "a disk in a definition": (
        "volume.attach", lambda g: ("post", "domains/", _new(g, _DISK.format("disk", g.disk.path, "sda", "")))),
    "a kernel": (
        "volume.attach", lambda g: ("post", "domains/", _make(g, kernel={"kernel": str(g.disk.pk), "cmdline": ""}))),
    "a writable image by hand": (
        "volume.attach",
        lambda g: ("put", f"domains/{g.a.pk}/xml/", {"xml": _xml(g, _DISK.format("disk", g.image.path, "sda", ""))})),
    "a card": (
        "network.use", lambda g: ("post", f"domains/{g.a.pk}/interfaces/", {"network": str(g.net.pk)})),
    "a card of a new domain": (
        "network.use", lambda g: ("post", "domains/", _make(g, interfaces=[{"network": str(g.net.pk)}]))),
    "a card by hand": (
        "network.use", lambda g: ("put", f"domains/{g.a.pk}/xml/", {"xml": _xml(g, _CARD.format(g.net.name))})),
    "a card in a definition": (
        "network.use", lambda g: ("post", "domains/", _new(g, _CARD.format(g.net.name)))),
}  # fmt: skip


@pytest.mark.parametrize("what", WISHES)
def test_it_takes_the_permission_on_that_object(what: str, ground: Ground, vic: User) -> None:
    permission, wish = WISHES[what]
    client = client_of(vic)
    reply = ask(client, wish(ground))
    assert reply.status_code in {400, 403}, reply.json()
    assert permission in reply.content.decode(), reply.json()
    assert not Job.objects.exists()
    also(vic, permission, ground.net if permission == "network.use" else ground.pool)
    reply = ask(client, wish(ground))
    assert reply.status_code in {201, 202}, reply.json()
    # An operator never noticed.
    operator = client_of(person("op", "operator"))
    if reply.status_code == 202:
        assert ask(operator, wish(ground)).status_code == 202


def test_content_is_read_by_who_may_download_it(ground: Ground, pool: Pool, vic: User) -> None:
    client = client_of(vic)
    also(vic, "volume.create", ground.pool)
    Grant.objects.create(
        role=Role.objects.get(name="volume.create there"), user=vic, object_kind="pool", object_id=pool.pk
    )
    into = {"pool": str(pool.pk)}
    wishes = [
        ("post", "domains/", _make(ground, disks=[{"copy_of": str(ground.disk.pk), **into}])),
        ("post", "domains/", _make(ground, disks=[{"backing": str(ground.disk.pk), **into}])),
        ("post", "domains/", _make(ground, cloud_image=str(ground.disk.pk), disks=[into])),
        ("post", "domains/import/", {"host": str(pool.host_id), "volume": str(ground.disk.pk), **into}),
        ("post", f"volumes/{ground.disk.pk}/clone/", {"name": "copy", **into}),
        ("post", "volumes/", {"name": "layer", "backing": str(ground.disk.pk), **into}),
    ]
    for wish in wishes:
        reply = ask(client, wish)
        assert (reply.status_code in {400, 403}, "volume.download" in reply.content.decode()) == (
            True,
            True,
        ), wish
    # Of an image of the library a copy is what it is for.
    ImageCopy.objects.create(image=Image.objects.create(name="cloud", kind="disk"), volume=ground.disk)
    for wish in wishes:
        assert "volume.download" not in ask(client, wish).content.decode(), wish
    assert ask(client, wishes[0]).status_code == 202


def test_an_image_of_the_library_is_everybodys_to_read(ground: Ground, vic: User) -> None:
    client = client_of(vic)
    medium = {"volume": str(ground.image.pk), "device": "cdrom", "bus": "sata"}
    assert ask(client, ("post", f"domains/{ground.a.pk}/disks/", medium)).status_code == 202
    assert ask(client, ("post", "domains/", _make(ground, iso=str(ground.image.pk)))).status_code == 202
    by_hand = _xml(ground, _DISK.format("cdrom", ground.image.path, "sda", "<readonly/>"))
    assert ask(client, ("put", f"domains/{ground.a.pk}/xml/", {"xml": by_hand})).status_code == 202
    refused = ask(
        client, ("post", f"domains/{ground.a.pk}/disks/", {"volume": str(ground.image.pk), "bus": "sata"})
    )
    assert "volume.attach" in refused.content.decode()


def test_a_bridge_by_its_name_takes_the_whole_hosts_networks(ground: Ground, vic: User) -> None:
    client = client_of(vic)
    also(vic, "network.use", ground.net)
    bridge = "<interface type='bridge'><source bridge='br0'/></interface>"
    # The source that counts is the one of its type, whatever else stands beside it.
    disguised = "<interface type='bridge'><source network='lan' bridge='br0'/></interface>"
    for wish in (
        ("post", f"domains/{ground.a.pk}/interfaces/", {"bridge": "br0"}),
        ("post", "domains/", _make(ground, interfaces=[{"bridge": "br0"}])),
        ("put", f"domains/{ground.a.pk}/xml/", {"xml": _xml(ground, bridge)}),
        ("put", f"domains/{ground.a.pk}/xml/", {"xml": _xml(ground, _CARD.format("lan") + disguised)}),
        ("post", "domains/", _new(ground, bridge)),
    ):
        reply = ask(client, wish)
        assert reply.status_code in {400, 403}, reply.json()
        assert "network.use" in reply.content.decode(), reply.json()


def test_what_a_domain_has_already_stays_its_owners(ground: Ground, pool: Pool) -> None:
    """Without any right on pools and networks: what it was given once may be changed, moved within, snapshotted."""
    known = Definition.objects.get(pk=ground.a.pk)
    known.inactive = _xml(ground, _CARD.format("lan"))
    known.save()
    Domain.objects.filter(pk=ground.a.pk).update(macs="52:54:00:00:00:07")
    owen = person("owen")
    make_owner(ground.a, owen, Actor.SYSTEM)
    client, url = client_of(owen), f"domains/{ground.a.pk}/"
    for wish in (
        ("patch", f"{url}interfaces/52:54:00:00:00:07/", {"link_up": False}),
        ("patch", f"{url}disks/vda/", {"cache": "none"}),
        ("patch", url, {"title": "mine", "tags": ["mine"]}),
        ("post", f"{url}snapshots/", {"name": "s"}),
        ("delete", f"{url}disks/vda/", {}),
    ):
        reply = ask(client, wish)
        assert reply.status_code in {200, 202}, (wish, reply.json())
    # Making another domain of it is another right; with it, a clone beside the original needs no more.
    assert ask(client, ("post", f"{url}clone/", {"name": "copy"})).status_code == 403
    Grant.objects.create(
        role=Role.objects.create(name="maker", permissions=["domain.create"]), user=owen, object_kind="host",
        object_id=ground.a.host_id,
    )  # fmt: skip
    assert ask(client, ("post", f"{url}clone/", {"name": "copy"})).status_code == 202
    assert (
        ask(client, ("post", f"{url}clone/", {"name": "copy", "pool": str(ground.pool.pk)})).status_code
        == 400
    )
    of = backup(ground.pool, ground.a)
    assert ask(client, ("post", f"backups/{of.pk}/restore/", {"name": "back"})).status_code == 202


def test_a_right_on_a_template_covers_what_it_names_itself(ground: Ground, pool: Pool) -> None:
    small = template(pool, "small")
    volume(pool, "small-v1-vda.raw")
    pia = person("pia", "self-service", kind="template", at=small.pk)
    body = {"template": str(small.pk), "name": "hers", "cloud_init": {"user": "pia"}}
    reply = ask(client_of(pia), ("post", "domains/", body))
    assert reply.status_code == 202, reply.json()
    job = Job.objects.get()
    assert client_of(pia).get(f"/api/v1/jobs/{job.pk}/").status_code == 200, "whoever asked can follow it"
    assert job.option("seed")["pool_id"] == str(pool.pk)
    reply = ask(client_of(pia), ("post", "domains/", _make(ground)))
    assert reply.status_code in {400, 403, 404}
    reply = ask(client_of(pia), ("post", "domains/", {**body, "disks": [{"pool": str(ground.pool.pk)}]}))
    assert reply.status_code == 400


def test_a_domain_is_moved_to_hosts_alone_where_one_may_make_domains(ground: Ground) -> None:
    there = Host.objects.exclude(pk=ground.pool.host_id).get()
    mover = person("mover")
    moving = Role.objects.create(name="moving", permissions=["domain.read", "domain.migrate", "host.read"])
    Grant.objects.create(role=moving, user=mover)
    making = Role.objects.create(name="making", permissions=["domain.create"])
    path, body = f"/api/v1/domains/{ground.a.pk}/migrate/?plan=1", {"host": str(there.pk)}
    refused = client_of(mover).post(path, body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    Grant.objects.create(role=making, user=mover, object_kind="host", object_id=there.pk)
    assert client_of(mover).post(path, body, format="json").status_code == 200


_OTHER_WAYS = {
    "below a disk": "<devices><disk type='file' device='disk'><source file='/pool/a'/><backingStore type='file'>"
    "<format type='raw'/><source file='{path}'/></backingStore><target dev='vdb'/></disk></devices>",
    "kernel": "<os><type>hvm</type><kernel>{path}</kernel></os>",
    "initrd": "<os><type>hvm</type><initrd>{path}</initrd></os>",
    "nvram": "<os><type>hvm</type><nvram>{path}</nvram></os>",
    "template": "<os><type>hvm</type><nvram template='{path}'>/var/lib/libvirt/qemu/nvram/x_VARS.fd</nvram></os>",
    "serial": "<devices><serial type='file'><source path='{path}'/></serial></devices>",
    "log": "<devices><serial type='pty'><log file='{path}'/></serial></devices>",
    "filesystem": "<devices><filesystem type='file'><source file='{path}'/><target dir='/'/></filesystem></devices>",
}


@pytest.mark.parametrize("way", _OTHER_WAYS)
def test_xml_names_no_volume_in_any_other_way_that_one_may_not_give(
    ground: Ground, vic: User, way: str
) -> None:
    def reached(volume: Volume) -> tuple[Any, ...]:
        xml = f"<domain type='kvm'><name>x</name>{_OTHER_WAYS[way].format(path=volume.path)}</domain>"
        return reaches(xml, known_on(ground.pool.host, Actor(user=User.objects.get(pk=vic.pk))))

    assert [one.permission for one in reached(ground.disk)] == ["host_paths"]
    only_read = way in {"below a disk", "kernel", "initrd", "template"}
    assert bool(reached(ground.image)) is not only_read, "what is in the library is there to be read"
    attaching = Role.objects.create(name="attaching", permissions=["volume.attach"])
    Grant.objects.create(role=attaching, user=vic, object_kind="pool", object_id=ground.pool.pk)
    assert reached(ground.disk) == ()


def test_nobody_makes_a_domain_under_the_uuid_of_another_s_that_can_come_back(
    ground: Ground, vic: User
) -> None:
    owen = person("owen")
    make_owner(ground.a, owen, Actor.SYSTEM)
    taken = [deleted(ground.pool.host).domain_id, backup(ground.pool).domain_id, ground.a.pk]
    Domain.objects.filter(pk=ground.a.pk).update(gone_at=timezone.now())
    maker = person("maker")
    making = Role.objects.create(name="making", permissions=["host.read", "domain.create", "domain.read"])
    Grant.objects.create(role=making, user=maker)
    for uuid in taken:
        rest = "<memory>1024</memory><os><type>hvm</type></os>"
        xml = f"<domain type='qemu'><name>n</name><uuid>{uuid}</uuid>{rest}</domain>"
        body = {"host": str(ground.pool.host_id), "xml": xml}
        reply = client_of(maker).post("/api/v1/domains/", body, format="json")
        assert reply.status_code == 400
        assert "UUID" in reply.json()["errors"]["xml"][0]
    assert not Job.objects.filter(kind="domain.create").exists()


def test_a_host_changes_its_cluster_by_who_may_edit_both(ground: Ground) -> None:
    """Who has rights on a cluster has them on its hosts."""
    host, strong = ground.pool.host, Cluster.objects.create(name="strong")
    eve = person("eve")
    editing = Role.objects.create(
        name="editing hosts", permissions=["host.read", "host.edit", "cluster.read"]
    )
    Grant.objects.create(role=editing, user=eve)
    path, body = f"/api/v1/hosts/{host.pk}/", {"cluster": str(strong.pk)}
    assert client_of(eve).patch(path, body, format="json").status_code == 403
    regrouping = Role.objects.create(name="regrouping", permissions=["cluster.edit"])
    Grant.objects.create(role=regrouping, user=eve, object_kind="cluster", object_id=strong.pk)
    assert client_of(eve).patch(path, body, format="json").status_code == 200
    Grant.objects.filter(role=regrouping).delete()
    assert client_of(eve).patch(path, {"cluster": None}, format="json").status_code == 403
