"""Whom one may not see is not named: not in what is refused, in plans, nor in lists of users."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from domains.models import Definition, Domain
from jobs.models import Job
from storage.models import Pool
from tests.unit.access.people import client_of, give, person
from tests.unit.domains.test_copies_api import DOMAINS, domain, pool, post, volume

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
