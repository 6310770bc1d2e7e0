"""The inside of a domain over the API: what nodewatch read, wishes whose secrets nobody sees, the list by address."""

import time
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from access.models import AuditEntry
from domains.guest import known
from domains.guest.inventory import record_addresses, shown
from domains.models import Definition, Domain
from hosts.models import Host
from hypervisor import keys
from hypervisor.guests import GuestAddress, GuestSeen, GuestSystem, GuestUser
from jobs.models import Job
from live import hour
from live.doorbell import client as redis
from tests.unit.access.people import client_of, give, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
AGENT = (
    "<domain type='qemu'><devices><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' "
    "state='{state}'/></channel></devices></domain>"
)
ADDRESSES = (
    GuestAddress("fe80::1", 64, "52:54:00:00:00:01", "eth0", "agent"),
    GuestAddress("2001:db8::7", 64, "52:54:00:00:00:01", "eth0", "agent"),
    GuestAddress("192.0.2.7", 24, "52:54:00:00:00:01", "eth0", "agent"),
    GuestAddress("192.0.2.7", None, "52:54:00:00:00:02", "vnet0", "arp"),
)
SEEN = GuestSeen(
    agent="connected",
    addresses=ADDRESSES,
    hostname="web",
    system=GuestSystem("debian", "Debian", "Debian 12", "12", "6.1", "x86_64"),
    timezone="UTC",
    timezone_offset_seconds=0,
    clock_ahead_seconds=-1.5,
    users=(GuestUser("ada", "", 1_800_000_000.5), GuestUser("eve", "", 0)),
)


@pytest.fixture
def domain(two_hosts: tuple[Host, Host]) -> Domain:
    made: Domain = Domain.objects.create(id=uuid4(), host=two_hosts[0], name="web", state="running")
    live = AGENT.format(state="connected")
    Definition.objects.create(domain=made, live=live, fetched_at=timezone.now())
    return made


@pytest.fixture
def admin() -> APIClient:
    return client_of(person("ada", "administrator"))


def post(client: APIClient, domain: Domain, where: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(f"/api/v1/domains/{domain.pk}/{where}", body or {}, format="json")


def test_what_was_read_is_shown_while_it_runs(domain: Domain, admin: APIClient) -> None:
    path = f"/api/v1/domains/{domain.pk}/guest/"
    nothing = admin.get(path).json()
    assert (nothing["agent"], nothing["addresses"], nothing["read_at"]) == (None, [], None)
    known.keep(domain.pk, SEEN, time.time())
    told = admin.get(path).json()
    assert (told["agent"], told["hostname"], told["system"]["pretty_name"]) == (
        "connected",
        "web",
        "Debian 12",
    )
    assert told["addresses"][2] == {
        "address": "192.0.2.7", "prefix": 24, "mac": "52:54:00:00:00:01", "interface": "eth0", "source": "agent",
    }  # fmt: skip
    assert [user["logged_in_at"] for user in told["users"]] == ["2027-01-15T08:00:00.500000Z", None]
    Domain.objects.update(state="shutoff")
    assert admin.get(path).json()["agent"] is None
    assert client_of(person("sue")).get(path).status_code == 404


def test_the_list_shows_addresses_and_finds_by_them(domain: Domain, admin: APIClient) -> None:
    assert shown(ADDRESSES) == "192.0.2.7 2001:db8::7"
    assert record_addresses(domain.host_id, {domain.pk: SEEN}) == 1
    assert record_addresses(domain.host_id, {domain.pk: SEEN}) == 0
    (found,) = admin.get("/api/v1/domains/?search=2001:db8").json()["results"]
    assert (found["addresses"], found["version"]) == (["192.0.2.7", "2001:db8::7"], 2)
    Domain.objects.update(state="shutoff")
    assert admin.get(f"/api/v1/domains/{domain.pk}/").json()["addresses"] == []
    assert record_addresses(domain.host_id, {}) == 1
    assert admin.get("/api/v1/domains/?search=2001:db8").json()["count"] == 0


def test_secrets_are_in_no_job_and_no_log(domain: Domain, admin: APIClient) -> None:
    reply = post(admin, domain, "guest/password/", {"user": "root", "password": " a secret "})
    assert reply.status_code == 202
    job = Job.objects.get()
    assert job.option("user") == "root"
    assert "secret" not in str(job.options) + str(AuditEntry.objects.values()) + str(reply.json())
    Job.objects.all().delete()
    assert post(admin, domain, "type/", {"text": "s3cret\n"}).status_code == 202
    assert "s3cret" not in str(Job.objects.get().options) + str(AuditEntry.objects.values())


def test_without_an_agent_nothing_is_asked_of_it(domain: Domain, admin: APIClient) -> None:
    Definition.objects.update(live=AGENT.format(state="disconnected"))
    for where in ("freeze", "thaw", "set-time"):
        reply = post(admin, domain, f"guest/{where}/")
        assert (reply.status_code, reply.json()["code"]) == (409, "agent_not_connected")
        plan = post(admin, domain, f"guest/{where}/?plan=1").json()
        assert not plan["allowed"]
    Definition.objects.update(live="<domain/>")
    assert "no channel" in post(admin, domain, "guest/freeze/").json()["detail"]
    known.keep(domain.pk, SEEN, time.time())
    assert post(admin, domain, "guest/freeze/").status_code == 202
    assert Job.objects.get().kind == "domain.guest-freeze"


def test_keys_that_are_none(domain: Domain, admin: APIClient) -> None:
    for where, body, field in (
        ("send-keys/", {"keys": ["ctrl", "hyper"]}, "keys"),
        ("send-keys/", {"keys": []}, "keys"),
        ("send-keys/", {"keys": ["a"] * 17}, "keys"),
        ("type/", {"text": "naïve €"}, "text"),
        ("type/", {"text": "x" * 1001}, "text"),
        ("guest/password/", {"user": "root"}, "password"),
        ("guest/set-time/", {"source": "moon"}, "source"),
    ):
        reply = post(admin, domain, where, body)
        assert reply.status_code == 400
        assert field in reply.json()["errors"]
    assert post(admin, domain, "type/", {"text": "naïve €"}).json()["errors"]["text"] == [
        "A US keyboard has no keys for: ï, €"
    ]
    assert post(admin, domain, "send-keys/?plan=1", {"keys": ["F2"]}).json()["allowed"]
    Domain.objects.update(state="shutoff")
    assert post(admin, domain, "send-keys/", {"keys": ["F2"]}).status_code == 409
    assert Job.objects.count() == 0


def test_who_may_what(domain: Domain) -> None:
    user = person("eve")
    give(user, "user", kind="domain", at=domain.pk)
    client = client_of(user)
    assert post(client, domain, "guest/freeze/").status_code == 403
    assert post(client, domain, "guest/password/", {"user": "a", "password": "b"}).status_code == 403
    assert post(client, domain, "send-keys/", {"keys": ["enter"]}).status_code == 202  # as at its console
    assert post(client_of(person("sue")), domain, "type/", {"text": "x"}).status_code == 404


def test_the_last_hour(domain: Domain, admin: APIClient) -> None:
    Definition.objects.update(interfaces=[{"target": "vnet3", "mac": "52:54:00:00:00:01"}])
    with redis().pipeline() as pipe:
        rates = {"disk:vda": (1.0, 2.0), "interface:vnet3": (3.0, 4.0)}
        hour.append(pipe, "domain", domain.pk, time.time(), {"cpu_percent": 12.5}, rates)
        pipe.execute()
    path = f"/api/v1/domains/{domain.pk}/stats/history/"
    told = admin.get(path, {"seconds": 600}).json()
    assert told["step_seconds"] == 10
    assert len(told["series"]["cpu_percent"]) == 60
    assert told["series"]["cpu_percent"][-2:].count(12.5) == 1
    assert told["disks"][0]["target"] == "vda"
    assert told["interfaces"][0]["mac"] == "52:54:00:00:00:01"
    for wrong in ({"seconds": "many"}, {"seconds": 7200}, {"more": 1}):
        assert admin.get(path, wrong).status_code == 400
    assert client_of(person("sue")).get(path).status_code == 404


def test_the_last_hour_of_a_host(domain: Domain, admin: APIClient) -> None:
    with redis().pipeline() as pipe:
        hour.append(pipe, "host", domain.host_id, time.time(), {"cpu_percent": 50.0})
        pipe.execute()
    path = f"/api/v1/hosts/{domain.host_id}/stats/history/"
    told = admin.get(path).json()
    assert told["series"]["cpu_percent"][-2:].count(50.0) == 1
    assert set(told["series"]["memory_used_bytes"]) == {None}
    assert admin.get(path, {"seconds": "-1"}).status_code == 400
    assert client_of(person("sue")).get(path).status_code == 404


def test_a_keyboard() -> None:
    assert keys.code("Ctrl") == keys.code("KEY_LEFTCTRL") == 29
    assert [keys.code(name) for name in ("a", "F1", "f11", "delete", "-", "0", "z")] == [
        30,
        59,
        87,
        111,
        12,
        11,
        44,
    ]
    assert keys.code("hyper") is None
    assert keys.keystrokes("aA\r\n ~|") == ((30,), (42, 30), (28,), (57,), (42, 41), (42, 43))
    printable = "".join(chr(number) for number in range(32, 127))
    assert keys.untypable(printable) == ()
    assert len(set(keys.keystrokes(printable))) == 95
    assert keys.untypable("ñ a ñ ü") == ("ñ", "ü")
