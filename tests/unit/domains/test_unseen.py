"""Whom one may not see is not named: not in what is refused, in plans, nor in lists of users."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from domains.models import Definition, Domain
from jobs.models import Job
from storage.models import Pool
from tests.unit.access.people import client_of, give, person
from tests.unit.domains.test_copies_api import DOMAINS, domain, pool, post, template, volume

__all__ = ["pool"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
_SECRET = "hush-hush"


@pytest.fixture
def mine(pool: Pool) -> Domain:
    """A domain on whose disk another one stands."""
    one = domain(pool)
    volume(pool, "layer", backing="/pool/web")
    other = domain(pool, _SECRET)
    Definition.objects.filter(pk=other.pk).update(
        inactive="<domain type='qemu'><name>x</name><devices><disk type='file'><source file='/pool/layer'/>"
        "<target dev='vda'/></disk></devices></domain>"
    )
    return one


@pytest.fixture
def eve(mine: Domain) -> APIClient:
    """May do all to one domain, sees all pools, and no other domain."""
    user = person("eve")
    give(user, "operator", kind="domain", at=mine.pk)
    give(user, "viewer", kind="pool", at=Pool.objects.get().pk)
    return client_of(user)


def said(reply: Any) -> str:
    return str(reply.json())


def test_who_stands_on_a_disk_is_not_named_to_who_may_not_see_it(eve: APIClient, mine: Domain) -> None:
    path = f"{DOMAINS}{mine.pk}/"
    refused = eve.delete(f"{path}?volumes=true")
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert refused.json()["users"] == []
    assert "another object" in refused.json()["detail"]
    plan = eve.delete(f"{path}?volumes=true&plan=1")
    assert plan.json()["allowed"] is False
    started = post(eve, f"{path}start/")
    assert started.status_code == 409
    many = post(eve, f"{DOMAINS}bulk/?plan=1", {"action": "start", "ids": [str(mine.pk)]})
    for reply in (refused, plan, started, post(eve, f"{path}start/?plan=1"), many):
        assert _SECRET not in said(reply), said(reply)


def test_whoever_sees_both_is_told(eve: APIClient, mine: Domain) -> None:
    ada = client_of(person("bea", "operator"))
    assert _SECRET in said(ada.delete(f"{DOMAINS}{mine.pk}/?volumes=true"))


def test_a_disk_that_somebody_has_is_not_had_by_its_other_name(pool: Pool) -> None:
    """`pool/name` and the path are one disk."""
    domain(pool)
    xml = (
        "<domain type='qemu'><name>twin</name><memory>1024</memory><os><type>hvm</type></os><devices>"
        "<disk type='volume'><source pool='default' volume='web'/><target dev='vda'/></disk></devices></domain>"
    )
    reply = post(client_of(person("ada", "operator")), DOMAINS, {"host": str(pool.host_id), "xml": xml})
    assert reply.status_code == 400
    assert "used by web" in said(reply)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "device",
    [
        "<filesystem type='mount'><source dir='/etc'/><target dir='x'/></filesystem>",
        "<hostdev mode='subsystem' type='pci'><source><address bus='1'/></source></hostdev>",
        "<disk type='file' device='cdrom'><source file='/etc/shadow'/><target dev='sda'/><readonly/></disk>",
    ],
)
def test_a_copy_is_no_way_to_what_the_original_reaches(pool: Pool, device: str) -> None:
    """An administrator gave it to one domain; whoever may not give it away makes no second one that has it."""
    one = domain(pool)
    definition = Definition.objects.get(pk=one.pk)
    definition.inactive = (definition.inactive or "").replace("<devices>", f"<devices>{device}")
    definition.save()
    made = template(pool)
    made.versions.update(xml=definition.inactive.replace("/pool/web", "/pool/small-v1-vda.raw"))
    volume(pool, "small-v1-vda.raw")
    wish = {"host": str(pool.host_id), "name": "copy", "template": str(made.pk)}
    operator, admin = client_of(person("oda", "operator")), client_of(person("ada", "administrator"))
    for query in ("", "?plan=1"):
        assert post(operator, f"{DOMAINS}{one.pk}/clone/{query}", {"name": "copy"}).status_code == 403
    refused = post(operator, DOMAINS, wish)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["template"])
    assert not Job.objects.exists()
    assert post(admin, f"{DOMAINS}{one.pk}/clone/", {"name": "copy"}).status_code == 202
    assert post(admin, DOMAINS, wish | {"name": "other"}).status_code == 202


def test_a_volume_that_somebody_is_about_to_have_is_taken(pool: Pool) -> None:
    """The first wish is recorded and not yet carried out."""
    free = volume(pool, "free")
    first, second = domain(pool, "first"), domain(pool, "second")
    admin = client_of(person("ada", "administrator"))
    wish = {"volume": str(free.pk)}
    assert post(admin, f"{DOMAINS}{first.pk}/disks/", wish).status_code == 202
    refused = post(admin, f"{DOMAINS}{second.pk}/disks/", wish)
    assert refused.status_code == 409
    assert "first" in said(refused)
