"""Networks over the API: what is refused and in what words, what a plan says, who hears of whom."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from access.models import AuditEntry
from domains.migration.checks import checks
from domains.models import Domain
from hosts.models import Cluster, Host, HostInterface, HostState
from hypervisor.networking import Lease
from jobs.models import Job
from networks import leases
from networks.inventory import network_vanished, record_networks
from networks.models import ClusterNetwork, Network
from tests.unit.access.people import client_of, give, person
from tests.unit.networks.world import NAT, domain, make_host, network, nwfilter, seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
NETWORKS, FILTERS, WISHES = "/api/v1/networks/", "/api/v1/network-filters/", "/api/v1/cluster-networks/"


@pytest.fixture
def client(db: None) -> APIClient:
    return client_of(person("ada", "administrator"))


@pytest.fixture
def host(db: None) -> Host:
    return make_host("alpha")


def post(client: APIClient, url: str, body: dict[str, Any], status: int) -> Any:
    reply = client.post(url, body, format="json")
    assert reply.status_code == status, reply.content
    return reply.json()


def patch(client: APIClient, url: str, body: dict[str, Any], status: int) -> Any:
    reply = client.patch(url, body, format="json")
    assert reply.status_code == status, reply.content
    return reply.json()


def ips(address: str, **dhcp: Any) -> list[dict[str, Any]]:
    return [{"address": address, **({"dhcp": dhcp} if dhcp else {})}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ips": ips("192.168.122.200/25")}, "ips.0.address"),
        ({"ips": ips("192.168.0.1/16")}, "ips.0.address"),
        ({"ips": ips("10.5.0.9/24")}, "ips.0.address"),  # the host's own interface is there
        ({"ips": ips("10.6.0.9/24")}, "ips.0.address"),  # so the host is reached
        ({"ips": ips("10.0.0.1/24", start="10.0.1.5", end="10.0.1.9")}, "ips.0.dhcp.ranges.0.start"),
        ({"ips": ips("10.0.0.1/24", start="10.0.0.9", end="10.0.0.5")}, "ips.0.dhcp.ranges.0.end"),
        ({"ips": ips("10.0.0.1/24", start="10.0.0.1", end="10.0.0.5")}, "ips.0.dhcp.ranges.0.start"),
        ({"ips": ips("10.0.0.1/24", hosts=[{"ip": "10.0.9.9", "name": "a"}])}, "ips.0.dhcp.hosts.0.ip"),
        ({"ips": ips("10.0.0.1/40")}, "ips.0.address"),
        ({"ips": ips("10.0.0.1")}, "ips.0.address"),
        ({}, "ips"),
        ({"ips": ips("10.0.0.1/24"), "bridge": "virbr0"}, "bridge"),
        ({"ips": ips("10.0.0.1/24"), "bridge": "br0"}, "bridge"),
        ({"ips": ips("10.0.0.1/24"), "device": "eth9"}, "devices.0"),
        ({"forward": "bridge", "bridge": "br9"}, "bridge"),
        ({"forward": "bridge", "bridge": "eth0"}, "bridge"),
        ({"forward": "bridge", "device": "br0"}, "devices.0"),
        ({"forward": "private", "device": "eth9"}, "devices.0"),
        ({"forward": "hostdev", "physical_function": "eth9"}, "physical_function"),
        ({"forward": "bridge", "bridge": "br0", "vlan": {"tags": [{"id": 5}]}}, "vlan"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    client: APIClient, host: Host, body: dict[str, Any], field: str
) -> None:
    network(host)
    HostInterface.objects.filter(name="eth0").update(addresses=["10.5.0.1/24"])
    Host.objects.update(uri="qemu+tls://10.6.0.1/system")
    wish = {"host": str(host.pk), "name": "other", **body}
    refused = post(client, NETWORKS, wish, 400)
    assert field in refused["errors"], refused
    plan = post(client, f"{NETWORKS}?plan=1", wish, 200)
    assert not plan["allowed"]
    assert field in {check["code"] for check in plan["checks"]}
    assert not Job.objects.exists()
    assert Network.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {"name": "a/b"},
        {"name": ".hidden"},
        {"name": "new\nline"},
        {"name": "a\ufffeb"},
        {"name": "a\u202eb"},
        {"name": "x" * 65},
        {"name": "ok", "bridge": "a-name-too-long-x"},
        {"name": "ok", "forward": "teleport"},
        {"name": "ok", "vlan": {"tags": [{"id": 4095}]}},
        {"name": "ok", "forwarded_ports": []},
        {"name": "ok", "ips": [{"address": "10.0.0.1/24", "dhcp": {"start": "10.0.0.5"}}]},
        {"name": "ok", "device": "eth0", "devices": ["eth1"]},
        {"name": "ok", "mtu": "1400"},
        {"name": "ok", "host": "not-an-id"},
        {"name": "ok", "host": str(uuid4())},
    ],
)
def test_a_body_that_nothing_can_mean(client: APIClient, host: Host, body: dict[str, Any]) -> None:
    refused = post(client, NETWORKS, {"host": str(host.pk), "ips": ips("10.0.0.1/24"), **body}, 400)
    assert refused["errors"]
    assert not Job.objects.exists()


def test_one_that_can_be_becomes_a_job_and_its_row_gets_the_promised_id(
    client: APIClient, host: Host
) -> None:
    wish = {"host": str(host.pk), "name": "lan", "ips": ips("10.0.0.1/24", start="10.0.0.5", end="10.0.0.9")}
    job = post(client, NETWORKS, wish, 202)
    assert (job["kind"], job["object"]["name"]) == ("network.create", "lan")
    assert post(client, NETWORKS, wish, 409)["code"] == "name_taken", "another of that name is being made"
    refused = post(client, NETWORKS, {**wish, "name": "other"}, 400)
    assert "the network lan" in refused["errors"]["ips.0.address"][0], "and has that subnet already"
    told = seen("lan", NAT, uuid=UUID(Job.objects.get().option("uuid")))
    record_networks(host.pk, [told], complete=False)
    assert client.get(f"{NETWORKS}{job['object']['id']}/").status_code == 200
    assert AuditEntry.objects.filter(action="network.create", object_name="lan").exists()
    Host.objects.update(state=HostState.UNREACHABLE)
    assert post(client, NETWORKS, {**wish, "name": "third"}, 409)["code"] == "host_not_up"


def test_an_edit_says_what_waits_and_who_loses_the_link(client: APIClient, host: Host) -> None:
    lan = network(host)
    domain(host, "web", "default")
    domain(host, "off", "default", state="shutoff", number=2)
    url = f"{NETWORKS}{lan.pk}/"
    fixed = {"ip": "192.168.122.9", "mac": "52:54:00:00:00:09"}
    dhcp = {"start": "192.168.122.100", "end": "192.168.122.200", "hosts": [fixed]}
    plan = patch(client, f"{url}?plan=1", {"ips": ips("192.168.122.1/24", **dhcp)}, 200)
    assert (plan["allowed"], plan["needs_restart"]) == (True, False)
    assert {change["live"] for change in plan["changes"]} == {True}
    assert "52:54:00:00:00:09" in plan["diff"]
    plan = patch(client, f"{url}?plan=1", {"mtu": 1400, "autostart": False}, 200)
    assert {change["path"]: change["live"] for change in plan["changes"]} == {"mtu": False, "autostart": True}
    assert [one["name"] for one in plan["affected"]] == ["web"], "who is off has no link to lose"
    for wrong, field in (
        ({"ips": ips("192.168.122.1/24", start="10.0.0.1", end="10.0.0.2")}, "ips.0.dhcp.ranges.0.start"),
        ({"ips": []}, "ips"),
        ({"forward": "bridge"}, "ips"),
    ):
        assert field in patch(client, url, wrong, 400)["errors"]
    network(host, "second", {"forward": "none", "ips": [{"address": "10.0.0.1/24"}]})
    assert "ips.0.address" in patch(client, url, {"ips": ips("10.0.0.9/24")}, 400)["errors"]
    assert patch(client, url, {}, 400)["errors"]
    stale = client.patch(url, {"mtu": 1400}, format="json", HTTP_IF_MATCH='"99"')
    assert stale.status_code == 412
    assert patch(client, url, {"mtu": 1400}, 202)["kind"] == "network.edit"
    assert patch(client, url, {"mtu": 1400}, 409)["code"] == "busy"


def test_who_uses_it_is_named_to_those_who_may_know(client: APIClient, host: Host) -> None:
    lan = network(host)
    web, _ = domain(host, "web", "default"), domain(host, "db", "default", number=2)
    url = f"{NETWORKS}{lan.pk}/"
    for refused in (client.delete(url), client.post(f"{url}stop/", {}, format="json")):
        assert refused.status_code == 409
        said = refused.json()
        assert said["code"] == "in_use"
        assert "db, web" in said["detail"]
        assert {user["name"] for user in said["users"]} == {"db", "web"}
    eve = person("eve")
    give(eve, "operator", kind="network", at=lan.pk)
    give(eve, "viewer", kind="domain", at=web.pk)
    theirs = client_of(eve)
    said = theirs.delete(url).json()
    assert said["detail"].startswith("default is used by web, 1 more.")
    assert [user["name"] for user in said["users"]] == ["web"]
    shown = theirs.get(url).json()
    assert [user["name"] for user in shown["domains"]["users"]] == ["web"]
    assert (shown["domains"]["others"], shown["interfaces"]) == (1, 2)
    plan = theirs.delete(f"{url}?plan=1").json()
    assert "'db'" not in str(plan)
    assert post(client, f"{url}stop/", {"force": True}, 202)["kind"] == "network.stop"


def test_what_waits_for_the_next_boot_uses_it_too(client: APIClient, host: Host) -> None:
    lan = network(host, "other", {"forward": "none"})
    web = domain(host, "web", "default")
    Domain.objects.update(has_pending=True)
    web.definition.inactive = str(web.definition.inactive).replace("'default'", "'other'")
    web.definition.save()
    assert client.delete(f"{NETWORKS}{lan.pk}/").status_code == 409


def test_verbs_by_state(client: APIClient, host: Host) -> None:
    lan = network(host, active=False)
    url = f"{NETWORKS}{lan.pk}/"
    assert client.get(url).json()["actions"] == ["edit", "start", "delete"]
    assert post(client, f"{url}stop/", {}, 409)["code"] == "operation_invalid"
    assert post(client, f"{url}start/?plan=1", {}, 200)["allowed"]
    assert post(client, f"{url}start/", {}, 202)["kind"] == "network.start"
    assert post(client, f"{url}start/", {}, 409)["code"] == "busy"
    network_vanished(host.pk, lan.uuid)
    assert client.get(url).status_code == 404


def test_lists_take_as_many_queries_however_long(client: APIClient, host: Host) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(NETWORKS).status_code == 200
        return len(queries)

    network(host)
    domain(host, "d", "default")
    few = count()
    for number in range(1, 9):
        network(host, f"n{number}", {"forward": "none"})
        domain(host, f"d{number}", f"n{number}", number=number)
    assert count() == few
    first = client.get(NETWORKS, {"fields": "name,interfaces,spec"}).json()["results"][1]
    assert (first["interfaces"], first["spec"]["forward"]) == (1, "none")


def test_leases_name_their_domain(client: APIClient, host: Host) -> None:
    lan = network(host)
    web = domain(host, "web", "default")
    assert client.get(f"{NETWORKS}{lan.pk}/leases/").json() == {"seen_at": None, "leases": []}
    told = [
        Lease("192.168.122.9", 24, "52:54:00:00:01:00", "web", "", "virbr0", 1_800_000_000),
        Lease("192.168.122.10", 24, "52:54:00:00:99:00", "", "", "virbr0", None),
    ]
    leases.keep(host.pk, lan.uuid, told, 1_700_000_000.0)
    shown = client.get(f"{NETWORKS}{lan.pk}/leases/").json()
    assert [one["domain"] and one["domain"]["name"] for one in shown["leases"]] == [None, "web"]
    assert shown["leases"][1]["domain"]["id"] == str(web.pk)
    eve = person("eve")
    give(eve, "viewer", kind="network", at=lan.pk)
    assert {one["domain"] for one in client_of(eve).get(f"{NETWORKS}{lan.pk}/leases/").json()["leases"]} == {
        None
    }


def test_options_find_what_is_free_and_explain_the_lan(client: APIClient, host: Host) -> None:
    network(host)
    told = client.get(f"{NETWORKS}options/", {"host": str(host.pk)}).json()
    assert told["lan"] == {**told["lan"], "possible": True, "bridges": ["br0"], "commands": []}
    assert told["suggested"]["address"] == "192.168.123.1/24"
    assert told["suggested"]["bridge"] == "virbr1"
    assert {one["name"]: one["port_of"] for one in told["devices"]} == {"eth0": None, "eth1": "br0"}
    HostInterface.objects.filter(name="br0").delete()
    told = client.get(f"{NETWORKS}options/", {"host": str(host.pk)}).json()
    assert not told["lan"]["possible"]
    assert all("eth0" in one["text"] for one in told["lan"]["commands"])
    assert client.get(f"{NETWORKS}options/").status_code == 400
    assert client.get(f"{NETWORKS}options/", {"host": str(uuid4())}).status_code == 400


def test_filters_are_refused_with_reasons(client: APIClient, host: Host) -> None:
    clean, mine = nwfilter(host, "clean-traffic", "mine"), nwfilter(host, "mine")
    body = {"host": str(host.pk), "name": "new"}
    for wrong, field in (
        ({"xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><filter/>"}, "xml"),
        ({"xml": "<filter><rule action='explode' direction='out'/></filter>"}, "xml"),
        ({"xml": "<filter><filterref filter='nowhere'/></filter>"}, "xml"),
        ({"xml": "<filter><filterref filter='new'/></filter>"}, "xml"),
        ({"xml": "<filter name='other'/>"}, "xml"),
        ({}, "xml"),
        ({"preset": "magic"}, "preset"),
        ({"preset": "no-spoofing", "name": "a b"}, "name"),
    ):
        assert field in post(client, FILTERS, {**body, **wrong}, 400)["errors"], wrong
    assert (
        post(client, FILTERS, {**body, "name": "mine", "preset": "no-spoofing"}, 409)["code"] == "name_taken"
    )
    assert post(client, f"{FILTERS}?plan=1", {**body, "preset": "no-spoofing"}, 200)["allowed"]
    assert post(client, FILTERS, {**body, "preset": "no-spoofing"}, 202)["kind"] == "filter.create"
    refused = client.delete(f"{FILTERS}{mine.pk}/")
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "The filter mine is called by clean-traffic.",
    )
    domain(host, "web", "default", filter="clean-traffic")
    refused = client.delete(f"{FILTERS}{clean.pk}/")
    assert (refused.status_code, refused.json()["users"][0]["name"]) == (409, "web")
    shown = client.get(f"{FILTERS}{clean.pk}/").json()
    assert [user["name"] for user in shown["domains"]["users"]] == ["web"]
    given = client.put(f"{FILTERS}{clean.pk}/", {"xml": "<filter/>"}, format="json")
    assert given.json()["kind"] == "filter.edit"


def test_a_clusters_network_is_joined_with_its_hosts(client: APIClient, host: Host) -> None:
    cluster = Cluster.objects.create(name="rack")
    Host.objects.update(cluster=cluster)
    beta, gamma = make_host("beta", cluster), make_host("gamma", cluster)
    body: dict[str, Any] = {"cluster": str(cluster.pk), "name": "lan", "spec": {"forward": "nat"}}
    assert "spec.ips" in post(client, WISHES, body, 400)["errors"]
    body["spec"]["ips"] = NAT["ips"]
    made = post(client, WISHES, body, 201)
    assert post(client, WISHES, body, 409)["code"] == "name_taken"
    network(host, "lan")
    network(beta, "lan", {**NAT, "ips": [{"address": "192.168.122.1/24"}]})
    shown = client.get(f"{WISHES}{made['id']}/").json()
    assert {one["host"]["name"]: one["status"] for one in shown["hosts"]} == {
        "alpha": "there", "beta": "differs", "gamma": "missing",
    }  # fmt: skip
    assert "dhcp" in shown["hosts"][1]["why"][0]
    assert (
        client.get(NETWORKS, {"host": str(host.pk)}).json()["results"][0]["cluster_network"]["name"] == "lan"
    )
    network(gamma, "in the way")
    plan = post(client, f"{WISHES}{made['id']}/apply/?plan=1", {}, 200)
    assert [one["name"] for one in plan["affected"]] == ["beta", "gamma"]
    assert any(not check["ok"] and "gamma" in check["detail"] for check in plan["checks"])
    job = post(client, f"{WISHES}{made['id']}/apply/", {}, 202)
    assert (job["kind"], job["children"]["total"]) == ("cluster-network.apply", 2)
    changed = patch(client, f"{WISHES}{made['id']}/", {"description": "the racks'"}, 200)
    assert (changed["description"], changed["version"]) == ("the racks'", 2)
    assert client.delete(f"{WISHES}{made['id']}/").status_code == 204
    assert not ClusterNetwork.objects.exists()
    assert Network.objects.filter(name="lan").count() == 2, "the hosts' networks stay"


def test_what_is_recorded_again_changes_nothing(host: Host) -> None:
    told = seen("lan", NAT)
    record_networks(host.pk, [told], complete=True)
    before = Network.objects.get()
    record_networks(host.pk, [told], complete=True)
    assert Network.objects.get().version == before.version
    record_networks(host.pk, [], complete=True)
    assert not Network.objects.exists()


def test_a_migration_is_warned_of_a_network_of_another_kind(host: Host) -> None:
    def said() -> tuple[bool, str]:
        (check,) = (one for one in checks(web, beta, copy_storage=False) if one.code == "networks")
        return check.ok, check.detail

    beta, web = make_host("beta"), domain(host, "web", "default")
    network(host)
    assert said() == (False, "beta has no active network default.")
    there = network(beta, "default", {"forward": "none"})
    ok, detail = said()
    assert ok
    assert "default is isolated there and nat here" in detail
    record_networks(beta.pk, [seen("default", NAT, uuid=there.uuid)], complete=True)
    assert said() == (True, "Its networks are there.")
