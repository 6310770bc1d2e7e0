"""One of each object, and what must be said to each route so that nothing but the permission decides."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.models import AuditEntry, Grant, Group, Role, SignedInSession, User
from access.services import tokens
from domains.models import Definition, Domain, Label, Quota, Revision, Snapshot
from domains.tags import hang
from hosts.models import Cluster, Host
from jobs.models import Job
from networks.models import ClusterNetwork
from storage.models import Image, ImageCopy, Pool, SharedPool
from tests.unit.access.people import person
from tests.unit.domains.test_backups_api import DAILY, backup, schedule
from tests.unit.domains.test_copies_api import deleted, domain, template, volume
from tests.unit.networks.world import NAT, make_host, network, nwfilter
from tests.unit.permissions.rules import Route
from tests.unit.storage.test_content_api import _TUS, upload_of
from tests.unit.storage.volumes import volume as qcow2

_MAC = "<interface type='user'><mac address='52:54:00:00:00:01'/></interface>"
_XML = (
    "<domain type='qemu'><name>copy</name><memory>1024</memory><os><type>hvm</type></os><devices/></domain>"
)
_FIRST = {"name": "s1", "key": "disk:vda", "target": "vda", "mac": "52:54:00:00:00:01", "number": "1"}
MIB = 2**20


@dataclass
class World:
    """`at` says which object stands for `<uuid:pk>` in the routes that begin with a word."""

    domain: Domain
    pool: Pool
    bystander: User
    with_nothing: User
    at: dict[str, UUID]
    bodies: dict[Route, Any] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)

    def url(self, route: str) -> str:
        start = route.split("/", maxsplit=1)[0] if not route.startswith("me/") else route.partition("<")[0]
        url = route.replace("<uuid:pk>", str(self.at.get(start, uuid4())))
        for name, first in _FIRST.items():
            url = url.replace(f"<str:{name}>", first).replace(f"<int:{name}>", first)
        return f"/api/v1/{url}{self.queries.get(route, '')}"


def build(name: str = "alpha") -> World:
    """Call it in a transaction that is undone."""
    cluster = Cluster.objects.create(name=f"{name}-rack")
    # The test driver, for what asks a node while it answers: it has no such pool.
    host = make_host(name, cluster, arch="x86_64", memory_bytes=2**34, capabilities={"host": {}})
    Host.objects.filter(pk=host.pk).update(uri="test:///default")
    host.refresh_from_db()
    pool: Pool = Pool.objects.create(
        host=host, uuid=uuid4(), name=f"{name}-pool", type="dir", state="running", target="/pool",
        available_bytes=2**30,
    )  # fmt: skip
    one = domain(pool, f"{name}-web")
    known = Definition.objects.get(pk=one.pk)
    known.inactive = (known.inactive or "").replace("</devices>", f"{_MAC}</devices>")
    known.save()
    Snapshot.objects.create(domain=one, name="s1", state="shutoff", taken_at=timezone.now(), disks=[])
    for number in (1, 2):
        Revision.objects.create(domain=one, number=number, xml=known.inactive, at=timezone.now(), changes=[])
    volume(pool, f"{name}-small-v1-vda.raw")
    hang(one, [f"{name}-gold"])
    bystander = person(f"{name}-bystander")
    starter = Role.objects.create(name=f"{name}-starter", permissions=["domain.read", "domain.start"])
    group = Group.objects.create(name=f"{name}-group")
    shared = SharedPool.objects.create(key=f"{name}-stated", name=f"{name}-both", type="dir", stated=True)
    Pool.objects.filter(pk=pool.pk).update(shared=shared)
    lone = domain(pool, f"{name}-kept")
    Domain.objects.filter(pk=lone.pk).update(gone_at=timezone.now())  # only its backup speaks of it
    second = make_host(f"{name}-two", cluster)
    twin = Pool.objects.create(
        host=second, uuid=uuid4(), name="twin", type="dir", state="running", target="/pool", shared=shared
    )
    image = Image.objects.create(name=f"{name}-image", kind="disk", format="raw")
    ImageCopy.objects.create(image=image, volume=volume(pool, f"{name}-image.img"))
    job = Job.objects.create(
        kind="domain.start", state="queued", object_kind="domain", object_id=lone.pk, object_name=lone.name,
        host_id=host.pk, cluster_id=cluster.pk, deadline_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    world = World(
        domain=one,
        pool=pool,
        bystander=bystander,
        with_nothing=person(f"{name}-newcomer"),
        at={
            "domains": one.pk,
            "templates": template(pool, f"{name}-small").pk,
            "deleted-domains": deleted(host, f"{name}-gone").pk,
            "backups": backup(pool).pk,
            "schedules": schedule(pool, bystander, one, next_at=None).pk,
            "hosts": host.pk,
            "clusters": cluster.pk,
            "jobs": job.pk,
            "pools": pool.pk,
            "shared-pools": shared.pk,
            "volumes": qcow2(pool, f"{name}-free.img").pk,
            "images": image.pk,
            "networks": network(host, f"{name}-net").pk,
            "cluster-networks": ClusterNetwork.objects.create(
                cluster=cluster, name=f"{name}-lan", spec=NAT
            ).pk,
            "network-filters": nwfilter(host, f"{name}-filter").pk,
            "users": bystander.pk,
            "groups": group.pk,
            "tags": Label.objects.get(name=f"{name}-gold").pk,
            "quotas": Quota.objects.create(user=bystander, domains=3).pk,
            "roles": starter.pk,
            "grants": Grant.objects.create(
                role=starter, user=bystander, object_kind="domain", object_id=one.pk
            ).pk,
            "audit": AuditEntry.objects.create(
                actor_name="ada", action="domain.start", object_kind="domain"
            ).pk,
        },
    )
    world.bodies = bodies(world, starter)
    world.bodies["post", "shared-pools/"] = {"name": "x", "pools": [str(pool.pk), str(twin.pk)]}
    world.queries = {
        "domains/creation-options/": f"?host={host.pk}",
        "domains/<uuid:pk>/revisions/diff/": "?from=1&to=2",
        "grants/on/": f"?kind=domain&id={one.pk}",
        "networks/options/": f"?host={host.pk}",
        "pools/options/": f"?host={host.pk}",
    }
    return world


def bodies(world: World, role: Role) -> dict[Route, Any]:
    host, one, pool = str(world.at["hosts"]), str(world.at["domains"]), str(world.at["pools"])
    xml = Definition.objects.get(pk=world.at["domains"]).inactive
    on_domain = {"kind": "domain", "id": one}
    _d, _v, _h = "domains/<uuid:pk>/", "volumes/<uuid:pk>/", "hosts/<uuid:pk>/"
    return {
        # accounts
        ("patch", "me/"): {"theme": "dark"},
        ("post", "me/password/"): {"old": "wrong", "new": "another long phrase"},
        ("post", "me/confirm/"): {"password": "wrong"},
        ("post", "tokens/"): {"name": "another"},
        ("patch", "tokens/<uuid:pk>/"): {"name": "renamed"},
        ("post", "users/"): {"username": "newcomer", "password": "a long enough phrase"},
        ("patch", "users/<uuid:pk>/"): {"name": "x"},
        ("post", "groups/"): {"name": "new group"},
        ("patch", "groups/<uuid:pk>/"): {"description": "x"},
        ("post", "roles/"): {"name": "new role", "permissions": ["domain.read"]},
        ("patch", "roles/<uuid:pk>/"): {"description": "x"},
        ("post", "grants/"): {"user": str(world.with_nothing.pk), "role": str(role.pk), "object": on_domain},
        ("patch", "grants/<uuid:pk>/"): {"role": str(role.pk)},
        # hosts
        ("post", "hosts/"): {"name": "new", "uri": "test:///default"},
        ("post", "hosts/probe/"): {"address": "192.0.2.1"},
        ("post", f"{_h}confirm-host-key/"): {"fingerprint": "SHA256:" + "a" * 43},
        ("patch", _h): {"name": "renamed"},
        ("post", "clusters/"): {"name": "new"},
        ("patch", "clusters/<uuid:pk>/"): {"name": "renamed"},
        # storage
        ("post", "pools/"): {"host": host, "name": "new", "type": "dir", "target": "/srv/new"},
        ("post", "pools/discover/"): {"host": host, "type": "logical"},
        ("patch", "pools/<uuid:pk>/"): {"autostart": False},
        ("post", "pools/<uuid:pk>/volumes/"): {"name": "two", "capacity_bytes": MIB},
        ("post", "pools/<uuid:pk>/fetch/"): {"url": "https://images.example/x.img", "name": "f.img"},
        ("post", "volumes/"): {"pool": pool, "name": "one", "capacity_bytes": MIB},
        ("patch", _v): {"name": "three"},
        ("post", f"{_v}resize/"): {"capacity_bytes": 2**30},
        ("post", f"{_v}clone/"): {"name": "four"},
        ("post", f"{_v}convert/"): {"name": "five", "format": "raw"},
        ("post", "uploads/"): {"pool": pool, "name": "new.img", "size_bytes": 5},
        ("post", "images/"): {"volume": str(world.at["volumes"])},
        ("patch", "images/<uuid:pk>/"): {"description": "x"},
        ("post", "images/<uuid:pk>/copy/"): {"pool": pool},
        # networks
        ("post", "networks/"): {"host": host, "name": "new", "forward": "none"},
        ("patch", "networks/<uuid:pk>/"): {"mtu": 1400},
        ("post", "cluster-networks/"): {
            "cluster": str(world.at["clusters"]), "name": "new", "spec": {"forward": "none"},
        },
        ("patch", "cluster-networks/<uuid:pk>/"): {"description": "x"},
        ("post", "network-filters/"): {"host": host, "name": "new", "preset": "no-spoofing"},
        ("put", "network-filters/<uuid:pk>/"): {"xml": "<filter/>"},
        # domains
        ("post", "domains/"): {"host": host, "xml": _XML},
        ("post", "domains/bulk/"): {"action": "start", "ids": [one]},
        ("post", "domains/import/"): {"host": host, "volume": str(world.at["volumes"])},
        ("patch", _d): {"title": "x"},
        ("post", f"{_d}clone/"): {"name": "copy"},
        ("post", f"{_d}export/"): {"pool": pool},
        ("post", f"{_d}rename/"): {"name": "other"},
        ("post", f"{_d}migrate/"): {"host": str(uuid4())},
        ("put", f"{_d}xml/"): {"xml": xml},
        ("post", f"{_d}xml/check/"): {"xml": xml},
        ("post", f"{_d}devices/"): {"kind": "rng"},
        ("patch", f"{_d}devices/<str:key>/"): {"cache": "none"},
        ("post", f"{_d}disks/"): {"device": "cdrom"},
        ("patch", f"{_d}disks/<str:target>/"): {"cache": "none"},
        ("post", f"{_d}disks/<str:target>/move/"): {"pool": pool},
        ("post", f"{_d}interfaces/"): {"source": {"type": "user"}},
        ("patch", f"{_d}interfaces/<str:mac>/"): {"link_up": False},
        ("post", f"{_d}console/"): {"type": "vnc"},
        ("post", f"{_d}guest/password/"): {"user": "root", "password": "a word"},
        ("post", f"{_d}send-keys/"): {"keys": ["a"]},
        ("post", f"{_d}type/"): {"text": "a"},
        ("post", f"{_d}snapshots/"): {"name": "s2"},
        ("patch", f"{_d}snapshots/<str:name>/"): {"description": "x"},
        ("post", f"{_d}backups/"): {"pool": pool},
        ("post", "templates/"): {"name": "another", "domain": one},
        ("patch", "templates/<uuid:pk>/"): {"description": "x"},
        ("post", "templates/<uuid:pk>/versions/"): {"domain": one},
        ("post", "backups/<uuid:pk>/restore/"): {"name": "back"},
        ("post", "schedules/"): {"name": "new", "kind": "backup", "rule": DAILY, "tag": "x", "pool": pool},
        ("patch", "schedules/<uuid:pk>/"): {"keep": 3},
        ("post", "quotas/"): {"user": str(world.with_nothing.pk), "domains": 1},
        ("patch", "quotas/<uuid:pk>/"): {"domains": 2},
    }  # fmt: skip


def own(world: World, user: User) -> None:
    """What each person has for themselves: the session that asks, a token, an upload."""
    token, _ = tokens.create(name="program", by=Actor(user=user))
    session = SignedInSession.objects.filter(user=user).latest("created_at")
    world.at |= {
        "uploads": upload_of(user, world.pool).pk,
        "tokens": token.pk,
        "me/sessions/": session.pk,
    }


def ask(client: Any, world: World, route: Route) -> Any:
    """One request, of which nothing stays."""
    method, path = route
    body, more = world.bodies.get(route, {}), {} if method in {"get", "head"} else {"format": "json"}
    if path.endswith("content/") and method in {"patch", "put"}:
        body, more = b"12345", {"content_type": "application/offset+octet-stream"} | _TUS
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    with transaction.atomic():
        reply = getattr(client, method)(world.url(path), body, **more)
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(cookies)
    return reply
