"""Which permission each route of domains, templates and the recycle bin takes, tried with every built-in role."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import resolve
from django.utils import timezone

from access.permissions import BUILT_IN_ROLES
from domains.models import Definition, Domain, Revision, Snapshot
from storage.models import Pool
from tests.unit.access.people import client_of, give, person
from tests.unit.api.test_routes import _api_routes, _path
from tests.unit.domains.conftest import two_hosts
from tests.unit.domains.test_copies_api import deleted, domain, pool, template, volume

__all__ = ["pool", "two_hosts"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]

_D, _T, _B = "domains/<uuid:pk>/", "templates/<uuid:pk>/", "deleted-domains/<uuid:pk>/"
_FIRST = {"name": "s1", "key": "disk:vda", "target": "vda", "mac": "52:54:00:00:00:01", "number": "1"}
_MAC = "<interface type='user'><mac address='52:54:00:00:00:01'/></interface>"
_XML = (
    "<domain type='qemu'><name>copy</name><memory>1024</memory><os><type>hvm</type></os><devices/></domain>"
)

# (method, route) → permission; "" where a list is of what one may see. A route that is not here fails the test.
TABLE: dict[tuple[str, str], str] = {
    **{
        ("post", f"{_D}{verb}/"): f"domain.{verb}"
        for verb in ("start", "shutdown", "reboot", "reset", "destroy", "suspend", "resume", "save", "restore",
                     "migrate", "undefine", "console", "clone", "export")
    },
    **{
        ("get", f"{_D}{what}"): "domain.read"
        for what in ("", "devices/", "disks/", "interfaces/", "hardware/", "guest/", "snapshots/",
                     "snapshots/<str:name>/", "stats/", "stats/history/", "backups/")
    },
    **{
        ("get", f"{_D}{what}"): "domain.read_xml"
        for what in ("xml/", "revisions/", "revisions/<int:number>/", "revisions/diff/")
    },
    **{
        (method, f"{_D}{what}"): "domain.edit"
        for method, what in (
            ("patch", ""), ("post", "rename/"),
            ("post", "devices/"), ("patch", "devices/<str:key>/"), ("delete", "devices/<str:key>/"),
            ("post", "disks/"), ("patch", "disks/<str:target>/"), ("delete", "disks/<str:target>/"),
            ("post", "interfaces/"), ("patch", "interfaces/<str:mac>/"), ("delete", "interfaces/<str:mac>/"),
        )
    },
    **{("post", f"{_D}guest/{verb}/"): "domain.guest" for verb in ("freeze", "thaw", "password", "set-time")},
    **{("post", f"{_D}{verb}/"): "domain.console" for verb in ("send-keys", "type")},
    ("get", f"{_D}console.vv"): "domain.console",
    ("get", f"{_D}screenshot/"): "domain.console",
    ("delete", _D): "domain.undefine",
    ("put", f"{_D}xml/"): "domain.edit_xml",
    ("post", f"{_D}xml/check/"): "domain.edit_xml",
    ("post", f"{_D}revisions/<int:number>/rollback/"): "domain.edit_xml",
    ("post", f"{_D}backups/"): "domain.backup",
    ("post", f"{_D}disks/<str:target>/move/"): "domain.edit",
    ("post", f"{_D}snapshots/"): "domain.snapshot",
    ("patch", f"{_D}snapshots/<str:name>/"): "domain.snapshot",
    ("delete", f"{_D}snapshots/<str:name>/"): "domain.snapshot",
    ("post", f"{_D}snapshots/<str:name>/revert/"): "domain.revert",
    ("get", "domains/"): "",
    ("post", "domains/"): "domain.create",
    ("post", "domains/bulk/"): "domain.start",
    ("post", "domains/import/"): "domain.create",
    ("get", "domains/creation-options/"): "domain.create",
    ("get", "templates/"): "",
    ("post", "templates/"): "template.manage",
    ("get", _T): "template.read",
    ("patch", _T): "template.manage",
    ("delete", _T): "template.manage",
    ("post", f"{_T}versions/"): "template.manage",
    ("delete", f"{_T}versions/<int:number>/"): "template.manage",
    ("get", "deleted-domains/"): "",
    ("get", _B): "domain.read",
    ("delete", _B): "domain.undefine",
    ("post", f"{_B}restore/"): "domain.undefine",
}  # fmt: skip


@pytest.fixture
def world(pool: Pool) -> dict[str, Any]:
    """One of each, and what must be said to each route so that nothing but the permission decides."""
    one = domain(pool)
    known = Definition.objects.get(pk=one.pk)
    known.inactive = (known.inactive or "").replace("</devices>", f"{_MAC}</devices>")
    known.save()
    Snapshot.objects.create(domain=one, name="s1", state="shutoff", taken_at=timezone.now(), disks=[])
    for number in (1, 2):
        Revision.objects.create(domain=one, number=number, xml=known.inactive, at=timezone.now(), changes=[])
    volume(pool, "small-v1-vda.raw")
    host = str(pool.host_id)
    bodies: dict[tuple[str, str], Any] = {
        ("post", "domains/"): {"host": host, "xml": _XML},
        ("post", "domains/bulk/"): {"action": "start", "ids": [str(one.pk)]},
        ("post", "templates/"): {"name": "another", "domain": str(one.pk)},
        ("post", f"{_T}versions/"): {"domain": str(one.pk)},
        ("patch", _T): {"description": "x"},
        ("patch", _D): {"title": "x"},
        ("post", f"{_D}clone/"): {"name": "copy"},
        ("post", f"{_D}export/"): {"pool": str(uuid4())},
        ("post", "domains/import/"): {"host": host, "volume": str(uuid4())},
        ("post", f"{_D}rename/"): {"name": "other"},
        ("post", f"{_D}migrate/"): {"host": str(uuid4())},
        ("put", f"{_D}xml/"): {"xml": known.inactive},
        ("post", f"{_D}xml/check/"): {"xml": known.inactive},
        ("post", f"{_D}devices/"): {"kind": "rng"},
        ("patch", f"{_D}devices/<str:key>/"): {"cache": "none"},
        ("post", f"{_D}disks/"): {"device": "cdrom"},
        ("patch", f"{_D}disks/<str:target>/"): {"cache": "none"},
        ("post", f"{_D}interfaces/"): {"source": {"type": "user"}},
        ("patch", f"{_D}interfaces/<str:mac>/"): {"link_up": False},
        ("post", f"{_D}console/"): {"type": "vnc"},
        ("post", f"{_D}guest/password/"): {"user": "root", "password": "a word"},
        ("post", f"{_D}send-keys/"): {"keys": ["a"]},
        ("post", f"{_D}type/"): {"text": "a"},
        ("post", f"{_D}snapshots/"): {"name": "s2"},
        ("post", f"{_D}backups/"): {"pool": str(pool.pk)},
        ("post", f"{_D}disks/<str:target>/move/"): {"pool": str(pool.pk)},
        ("patch", f"{_D}snapshots/<str:name>/"): {"description": "x"},
    }
    ids = {_D: one.pk, _T: template(pool).pk, _B: deleted(pool.host).pk}
    return {"ids": ids, "bodies": bodies, "host": host, "domain": one}


def _url(route: str, world: dict[str, Any]) -> str:
    url = route
    for start, id in world["ids"].items():
        if url.startswith(start):
            url = url.replace("<uuid:pk>", str(id))
    for name, first in _FIRST.items():
        url = url.replace(f"<str:{name}>", first).replace(f"<int:{name}>", first)
    query = {"domains/creation-options/": f"?host={world['host']}", f"{_D}revisions/diff/": "?from=1&to=2"}
    return f"/api/v1/{url}{query.get(route, '')}"


def _statuses(client: Any, world: dict[str, Any]) -> dict[tuple[str, str], int]:
    return {
        (method, route): getattr(client, method)(
            _url(route, world), world["bodies"].get((method, route), {}), **_as(method)
        ).status_code
        for method, route in TABLE
    }


def _as(method: str) -> dict[str, str]:
    return {} if method == "get" else {"format": "json"}


def test_the_table_has_every_route() -> None:
    found = set()
    for route in _api_routes():
        short = route.removeprefix("api/v1/")
        if short.startswith(("domains", "templates", "deleted-domains")):
            actions = resolve(_path(route)).func.actions  # type: ignore[attr-defined]
            found |= {(method, short) for method in actions if method != "head"}  # Django adds it
    assert found == set(TABLE)


@pytest.mark.parametrize("role", BUILT_IN_ROLES, ids=lambda role: role.name)
def test_every_role_can_do_what_its_permissions_say(role: Any, world: dict[str, Any]) -> None:
    statuses = _statuses(client_of(person("one", role.name)), world)
    wrong = {}
    for at, status in statuses.items():
        needed = TABLE[at]
        may = not needed or needed in role.permissions
        # Who may not even read it is told that it is not there.
        refused = status in {401, 403} or (status == 404 and "screenshot" not in at[1])
        if status >= 500 or refused is may:
            wrong[at] = status
    assert not wrong


def test_who_may_all_to_another_domain_does_not_even_see_this_one(world: dict[str, Any], pool: Pool) -> None:
    eve = person("eve")
    other: Domain = domain(pool, "other")
    give(eve, "operator", kind="domain", at=other.pk)
    give(eve, "user", kind="host", at=Domain.objects.exclude(pk=other.pk).values_list("pk", flat=True)[0])
    statuses = _statuses(client_of(eve), world)
    seen = {at: status for at, status in statuses.items() if "<uuid:pk>" in at[1] and status != 404}
    assert not seen
    by_name = {at: status for at, status in statuses.items() if "<uuid:pk>" not in at[1]}
    assert by_name == {
        ("get", "domains/"): 200,
        ("post", "domains/"): 400,
        ("post", "domains/import/"): 400,
        ("post", "domains/bulk/"): 202,  # nobody is acted on: the reply says who was refused
        ("get", "domains/creation-options/"): 404,
        ("get", "templates/"): 200,
        ("post", "templates/"): 400,
        ("get", "deleted-domains/"): 200,
    }
    for route in ("domains/", "templates/", "deleted-domains/"):
        listed = client_of(eve).get(f"/api/v1/{route}").json()["results"]
        assert {one["name"] for one in listed} == ({"other"} if route == "domains/" else set())
