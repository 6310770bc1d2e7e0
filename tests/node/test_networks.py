"""Networks made, changed, run and removed on real nodes, and what is left when something fails half-way."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pytest_django.fixtures import Settings

from access.actor import Actor
from access.errors import Conflict
from hosts.interfaces import record_interfaces
from hosts.models import Cluster, Host, HostInterface, HostState
from hypervisor.data import Kind
from hypervisor.errors import NotFound
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.xml.network_spec import NetworkSpec, rendered
from jobs.carrying import carry, decide
from jobs.models import Job, JobState
from networks import cluster_networks, services
from networks.inventory import network_vanished, record_networks
from networks.models import Network
from tests.daemon import PrivateDaemon
from tests.node.conftest import Opener
from tests.unit.access.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
NAT: dict[str, Any] = {"forward": "nat", "ips": [{"address": "10.55.0.1/24"}]}


class Place:
    """A node that keeps networks, as a host of the product; nodewatch looks when it is asked to."""

    def __init__(self, name: str, uri: str, node: LibvirtNode, by: Actor) -> None:
        self.node, self.by = node, by
        self.host: Host = Host.objects.create(
            name=name, uri=uri, state=HostState.UP, enrolled=True, driver="test"
        )

    def look(self, uuid: UUID) -> None:
        try:
            record_networks(self.host.pk, [self.node.network(uuid)], complete=False)
        except NotFound:
            network_vanished(self.host.pk, uuid)

    def make(self, name: str, **body: Any) -> Network:
        job = services.create({"host": self.host.pk, "name": name, **NAT, **body}, by=self.by)
        assert done(job) == {"network": {"id": str(job.object_id), "name": name}}
        made: Network = Network.objects.get(pk=job.object_id)
        return made


def ended(job: Job) -> Job:
    carry(str(job.pk), "worker")
    job.refresh_from_db()
    return job


def done(job: Job) -> Any:
    ended(job)
    assert job.state == JobState.SUCCEEDED, job.error_detail
    return job.result


@pytest.fixture
def places(
    daemon: PrivateDaemon, opened: Opener, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Place]]:
    """`test`: libvirt's test driver. `user`: QEMU of an ordinary user, who may define networks and start none."""
    settings.LOCAL_ROOTS = [Path("/tmp")]
    by = Actor(user=person("ada", "administrator"))
    uris = {"test": daemon.uri("test"), "user": daemon.uri("qemu")}
    found = {name: Place(name, uri, opened(uri), by) for name, uri in uris.items()}
    hosts = {place.host.pk: place for place in found.values()}

    def look(host_id: UUID, kind: str, uuid: UUID, *, timeout: float = 0) -> str:
        assert kind == Kind.NETWORK
        hosts[host_id].look(uuid)
        return "seen"

    monkeypatch.setattr("hosts.looking.look", look)
    yield found
    for network in Network.objects.select_related("host"):
        node = hosts[network.host_id].node
        if node.network(network.uuid).active:
            node.stop_network(network.uuid)
        node.undefine_network(network.uuid)


def test_from_nothing_to_nothing(places: dict[str, Place]) -> None:
    place = places["test"]
    lan = place.make("lan")
    assert (lan.active, lan.autostart, lan.forward, lan.addresses) == (True, True, "nat", ["10.55.0.1/24"])
    assert lan.detail["ips"][0]["address"] == "10.55.0.1/24"
    with pytest.raises(Conflict):
        place.make("lan", ips=[{"address": "10.56.0.1/24"}])
    for verb, active in ((services.stop, False), (services.start, True)):
        done(verb(lan.pk, by=place.by))
        lan.refresh_from_db()
        assert lan.active is active
        if not active:  # this driver changes none that runs
            done(services.edit(lan.pk, {"domain": "lab.test", "autostart": False}, by=place.by))
    assert (lan.detail["domain"], lan.autostart) == ("lab.test", False)
    done(services.delete(lan.pk, by=place.by))
    assert not Network.objects.filter(pk=lan.pk).exists()
    with pytest.raises(NotFound):
        place.node.network(lan.uuid)


def test_one_that_does_not_start_is_taken_back(places: dict[str, Place]) -> None:
    place = places["user"]
    job = ended(services.create({"host": place.host.pk, "name": "lan", **NAT}, by=place.by))
    assert job.state == JobState.FAILED
    assert "Nothing of it was left on user." in job.error_detail
    assert not place.node.has(Kind.NETWORK, UUID(job.option("uuid")))
    assert not Network.objects.filter(host=place.host, name="lan").exists()


def test_the_definition_of_one_that_rests_is_edited_with_all_that_is_foreign(
    places: dict[str, Place],
) -> None:
    place = places["user"]
    uuid = uuid4()
    spec = NetworkSpec.from_values({"forward": "none", "ips": [{"address": "10.55.0.1/24"}]})
    foreign = "<metadata><mine:note xmlns:mine='urn:mine'>kept</mine:note></metadata></network>"
    place.node.define_network(rendered("old", uuid, spec).replace("</network>", foreign))
    place.look(uuid)
    old = Network.objects.get(uuid=uuid)
    assert not old.active
    dhcp = {"ranges": [{"start": "10.55.0.10", "end": "10.55.0.20"}]}
    changes = {"ips": [{"address": "10.55.0.1/24", "dhcp": dhcp}], "mtu": 1400, "dns": {"enabled": False}}
    assert done(services.edit(old.pk, changes, by=place.by)) == {"pending": [], "refused": []}
    old.refresh_from_db()
    assert (old.detail["mtu"], old.detail["ips"][0]["dhcp"]["ranges"][0]["end"]) == (1400, "10.55.0.20")
    assert "kept</mine:note>" in old.xml


def test_what_became_of_an_interrupted_one_the_node_says(places: dict[str, Place]) -> None:
    place = places["test"]
    job = services.create({"host": place.host.pk, "name": "lan", **NAT}, by=place.by)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempt=1)
    job.refresh_from_db()
    assert decide(job), "nothing of it is there: once more"
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    place.node.define_network(str(job.option("xml")))
    assert done(job)["network"]["name"] == "lan", "a definition that is there already is no error"
    lan = Network.objects.get(pk=job.object_id)
    stop = services.stop(lan.pk, by=place.by)
    Job.objects.filter(pk=stop.pk).update(state=JobState.RUNNING, attempt=1)
    stop.refresh_from_db()
    place.node.stop_network(lan.uuid)
    assert not decide(stop)
    stop.refresh_from_db()
    lan.refresh_from_db()
    assert (stop.state, lan.active) == (JobState.SUCCEEDED, False)


def test_a_clusters_network_comes_to_all_its_hosts(places: dict[str, Place]) -> None:
    test, user = places["test"], places["user"]
    cluster = Cluster.objects.create(name="rack")
    Host.objects.update(cluster=cluster)
    wish = cluster_networks.create(cluster=cluster.pk, name="lan", spec=NAT, by=test.by)
    test.make("lan", ips=[{"address": "10.56.0.1/24"}], start=False)
    parent = cluster_networks.apply(wish.pk, by=test.by)
    carry(str(parent.pk), "worker")
    for child in Job.objects.filter(parent=parent):
        ended(child)
    parent.refresh_from_db()
    decide(parent)
    parent.refresh_from_db()
    kinds = {child.host_name: (child.kind, child.state) for child in Job.objects.filter(parent=parent)}
    assert kinds == {
        "test": ("network.edit", "succeeded"),
        "user": ("network.create", "failed"),  # an ordinary user starts none
    }
    assert parent.state == JobState.FAILED
    assert parent.result is not None
    assert (parent.result["succeeded"], parent.result["failed"]) == (1, 1)
    assert Network.objects.get(host=test.host, name="lan").detail["ips"][0]["address"] == "10.55.0.1/24"
    shown = cluster_networks.parts_of([(wish.pk, cluster.pk, "lan", wish.spec)], test.by)[wish.pk]
    assert {one["host"]["name"]: one["status"] for one in shown} == {"test": "there", "user": "missing"}
    assert not user.node.inventory().networks


def test_the_machines_interfaces_are_recorded(places: dict[str, Place]) -> None:
    place = places["test"]
    record_interfaces(place.host.pk, place.node.interfaces())
    row = HostInterface.objects.get(host=place.host)
    assert (row.name, row.type, row.addresses, row.active) == ("eth1", "ethernet", ["192.168.0.5/24"], True)
    before = Host.objects.get(pk=place.host.pk).version
    record_interfaces(place.host.pk, place.node.interfaces())
    assert Host.objects.get(pk=place.host.pk).version == before
    record_interfaces(place.host.pk, ())
    assert not HostInterface.objects.filter(host=place.host).exists()
