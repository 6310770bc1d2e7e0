"""Pools over the API on a real node: made from nothing, used, stopped, removed; and what is refused leaves nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import libvirt
import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from access.models import AuditEntry
from domains.models import Domain
from hypervisor.data import NewVolume
from jobs.carrying import decide
from jobs.models import Job, JobState
from storage.models import Pool, Volume
from storage.pools.offers import record_offers
from tests.node.site import MIB, Site, disk
from tests.unit.access.people import client_of, give, person

POOLS = "/api/v1/pools/"
SECRET = "a-word-for-the-target"


class Pools:
    """A person who makes pools on the site's host, below the daemon's folder."""

    def __init__(self, site: Site, settings: Settings) -> None:
        self.site = site
        self.root = site.folder.parent
        self.target = self.root / f"mine-{uuid4().hex[:8]}"
        settings.POOL_ROOTS = [str(self.root)]
        record_offers(site.host.pk, site.node.pool_offers())
        assert site.by.user is not None
        self.client: APIClient = client_of(site.by.user)

    def asked(self, expect: int, path: str = "", verb: str = "post", **body: Any) -> dict[str, Any]:
        answer = getattr(self.client, verb)(f"{POOLS}{path}", body or None, format="json")
        assert answer.status_code == expect, answer.content
        said: dict[str, Any] = answer.json()
        return said

    def wish(self, **body: Any) -> dict[str, Any]:
        given = {
            "host": str(self.site.host.pk),
            "name": "mine",
            "type": "dir",
            "target": str(self.target),
        }
        return given | body

    def job(self, path: str = "", verb: str = "post", **body: Any) -> Job:
        job: Job = Job.objects.get(pk=self.asked(202, path, verb, **body)["id"])
        return job

    def done(self, path: str = "", verb: str = "post", **body: Any) -> dict[str, Any]:
        return self.site.done(self.job(path, verb, **body))

    def shown(self, id: str) -> dict[str, Any]:
        said: dict[str, Any] = self.client.get(f"{POOLS}{id}/").json()
        return said

    def names(self) -> set[str]:
        return {pool.name for pool in self.site.node.inventory().pools}

    def refused(self, **body: Any) -> set[str]:
        """The fields that are complained about; and nothing was made, not even a job."""
        before = (Job.objects.count(), self.names())
        errors = self.asked(400, **self.wish(**body))["errors"]
        plan = self.asked(200, "?plan=1", **self.wish(**body))
        assert plan["allowed"] is False
        assert {check["code"] for check in plan["checks"] if not check["ok"]} == set(errors)
        assert (Job.objects.count(), self.names()) == before
        return set(errors)


@pytest.fixture
def pools(site: Site, settings: Settings) -> Iterator[Pools]:
    made = Pools(site, settings)
    there = made.names()
    yield made
    for pool in site.node.inventory().pools:
        if pool.name not in there:
            if pool.state != "inactive":
                site.node.stop_pool(pool.uuid)
            site.node.undefine_pool(pool.uuid)


def test_from_nothing_to_gone(pools: Pools, site: Site) -> None:
    assert pools.asked(200, "?plan=1", **pools.wish())["allowed"]
    job = pools.job(**pools.wish())
    result = site.done(job)
    id = result["pool"]["id"]
    assert id == str(job.object_id), "whoever follows the job finds the pool under its object's id"
    shown = pools.shown(id)
    assert (shown["state"], shown["autostart"], shown["type"], shown["shared"]) == (
        "running",
        True,
        "dir",
        None,
    )
    assert shown["actions"] == ["stop", "refresh", "edit", "delete", "create_volume", "upload", "fetch"]
    folder = Path(shown["target"])
    assert folder.is_dir()
    assert pools.refused() == {"name", "target"}
    (folder / "laid-by-hand").write_bytes(b"x" * MIB)
    pools.done(f"{id}/refresh/")
    assert Volume.objects.get(pool_id=id).name == "laid-by-hand"
    pools.done(f"{id}/stop/")
    assert pools.shown(id)["actions"] == ["start", "build", "edit", "delete"]
    assert pools.asked(409, f"{id}/stop/")["code"] == "operation_invalid"
    pools.done(f"{id}/", "patch", autostart=False, name="renamed")
    shown = pools.shown(id)
    assert (shown["name"], shown["autostart"], shown["state"]) == ("renamed", False, "inactive")
    assert "renamed" in pools.names()
    pools.done(f"{id}/start/")
    assert pools.asked(409, f"{id}/?storage=true", "delete")["code"] == "not_empty"
    pools.done(f"{id}/", "delete")
    assert "renamed" not in pools.names()
    assert not Pool.objects.filter(pk=id).exists()
    assert (folder / "laid-by-hand").exists(), "the definition alone went"
    audited = set(AuditEntry.objects.filter(object_id=id).values_list("action", flat=True))
    assert audited >= {"pool.create", "pool.refresh", "pool.stop", "pool.edit", "pool.start", "pool.delete"}


def test_with_what_lies_below(pools: Pools, site: Site) -> None:
    id = pools.done(**pools.wish(start=False, autostart=False))["pool"]["id"]
    folder = Path(pools.shown(id)["target"])
    assert pools.shown(id)["state"] == "inactive"
    (folder / "not-known").touch()
    job = site.ended(pools.job(f"{id}/?storage=true", "delete"))
    assert (job.state, job.error_code) == ("failed", "not_empty"), "the node is asked, whatever is recorded"
    (folder / "not-known").unlink()
    pools.done(f"{id}/?storage=true", "delete")
    assert not folder.exists()
    assert "mine" not in pools.names()


def test_in_use(pools: Pools, site: Site) -> None:
    id = pools.done(**pools.wish())["pool"]["id"]
    pool = Pool.objects.get(pk=id)
    volume = site.node.create_volume(pool.uuid, NewVolume("theirs", MIB))
    site.look(site.host.pk, "pool", pool.uuid)
    domain = site.guest(disk(volume.path))
    refused = pools.asked(409, f"{id}/", "delete")
    assert refused["code"] == "in_use"
    assert domain.name in refused["detail"]
    assert refused["users"] == [{"kind": "domain", "id": str(domain.pk), "name": domain.name}]
    assert not pools.asked(200, f"{id}/?plan=1", "delete")["allowed"]
    assert pools.asked(200, f"{id}/stop/?plan=1")["allowed"], "its domain is off"
    Domain.objects.filter(pk=domain.pk).update(state="running")
    assert pools.asked(409, f"{id}/stop/")["code"] == "in_use"
    Domain.objects.filter(pk=domain.pk).update(state="shutoff")
    pools.done(f"{id}/stop/")
    assert pools.asked(409, f"{id}/", "delete")["users"] == refused["users"], (
        "whether its volumes are known or not"
    )
    assert pools.asked(409, f"{id}/", "patch", name="other")["code"] == "in_use"
    eve = person("eve")
    give(eve, "operator", kind="pool", at=pool.pk)
    said = client_of(eve).delete(f"{POOLS}{id}/").json()
    site.clear()
    assert domain.name not in str(said), "who may not see a domain hears of another object"
    assert (said["code"], said["users"]) == ("in_use", [])


def test_refused_before_anything_begins(pools: Pools) -> None:
    source = {"devices": ["/dev/disk/by-id/x"], "format": "ext4"}
    for target in (
        "/etc",
        "relative",
        str(pools.root),
        f"{pools.root}/../etc",
        f"{pools.root}/a//b",
        "/dev/shm/x",
    ):
        assert pools.refused(target=target) == {"target"}, target
    for name in ("../up", "a/b", ".hidden", "-rf", "x" * 101, "a\nb"):
        assert pools.refused(name=name) == {"name"}, name
    assert pools.refused(type="fs") == {"source.devices"}
    assert pools.refused(type="fs", source=source | {"devices": ["/etc/passwd"]}) == {"source.devices"}
    assert pools.refused(type="fs", source=source | {"devices": ["/dev/../etc/passwd"]}) == {"source.devices"}
    assert pools.refused(type="fs", source=source | {"format": "of-tomorrow"}) == {"source.format"}
    assert pools.refused(type="fs", source=source | {"format": "auto"}, build="build") == {"source.format"}
    assert pools.refused(type="dir", build="overwrite") == {"build"}
    assert pools.refused(type="dir", source={"name": "x"}) == {"source.name"}
    assert pools.refused(type="rbd", target="", source={"name": "rbd"}) == {"type"}, "no such driver here"
    assert pools.refused(type="logical", target="", source={"name": "-f"}) == {"source.name"}
    assert pools.refused(type="logical", target="", source={"name": "a/b"}) == {"source.name"}
    bad: dict[str, Any] = {"hosts": [{"name": "nas; reboot"}], "devices": ["iqn.x"], "initiator": "me"}
    fields = {"source.hosts", "source.devices", "source.initiator"}
    assert pools.refused(type="iscsi-direct", target="", source=bad) == fields
    assert pools.refused(type="netfs", source={"hosts": [{"name": "nas"}], "dir": "../x"}) == {"source.dir"}
    assert pools.asked(400, "discover/", host=str(pools.site.host.pk), type="dir")["errors"].keys() == {
        "type"
    }
    assert pools.asked(400, **pools.wish(type="sheepdog"))["errors"].keys() == {"type"}


def test_what_fails_on_the_node_leaves_nothing(pools: Pools, site: Site) -> None:
    source = {"devices": ["/dev/no-such-device"], "format": "ext4"}
    job = site.ended(pools.job(**pools.wish(type="fs", source=source, build="build")))
    assert job.state == "failed"
    assert "No pool was made" in job.error_detail
    assert "device" in job.error_detail
    assert "mine" not in pools.names()
    assert not pools.target.exists()
    job = site.ended(pools.job(**pools.wish(build="none")))
    assert job.state == "failed"
    assert "No such file" in job.error_detail
    assert "mine" not in pools.names()
    assert not Pool.objects.filter(name="mine").exists()


def test_the_word_of_a_target_is_kept_by_the_node_alone(pools: Pools, site: Site) -> None:
    source = {
        "hosts": [{"name": "127.0.0.1", "port": 1}],
        "devices": ["iqn.2026-11.example:disks"],
        "initiator": "iqn.2026-11.example:node",
        "auth": {"username": "ada", "secret": SECRET},
    }
    wish = pools.wish(type="iscsi-direct", target="", source=source, start=False)
    job = pools.job(**wish)
    assert SECRET not in str(job.options)
    id = site.done(job)["pool"]["id"]
    shown = pools.shown(id)
    assert shown["detail"]["auth"].keys() == {"type", "username", "secret"}
    assert shown["detail"]["hosts"] == [{"name": "127.0.0.1", "port": 1}]
    for said in (shown, Pool.objects.get(pk=id).detail, list(AuditEntry.objects.values())):
        assert SECRET not in str(said)
    connection = libvirt.open(str(site.node.uri))
    try:
        (secret,) = connection.listAllSecrets()
        assert shown["detail"]["auth"]["secret"] == secret.UUIDString()
        pools.done(f"{id}/", "delete")
        assert connection.listAllSecrets() == []
        job = site.ended(pools.job(**wish | {"start": True}))
        assert job.state == "failed"
        assert connection.listAllSecrets() == [], "what failed half-way left no secret"
        assert "mine" not in pools.names()
    finally:
        connection.close()


def test_a_worker_that_died(pools: Pools, site: Site) -> None:
    """Before it began: again. With all done: done. In between, where making it twice does no harm: again."""
    job = pools.job(**pools.wish())
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempt=1)
    job.refresh_from_db()
    assert decide(job), "nothing is there yet"
    job.refresh_from_db()
    ended = site.ended(job)
    assert ended.state == "succeeded"
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, finished_at=None)
    job.refresh_from_db()
    assert not decide(job)
    job.refresh_from_db()
    assert job.state == "succeeded"
    site.node.stop_pool(Pool.objects.get(pk=job.object_id).uuid)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, finished_at=None)
    job.refresh_from_db()
    assert decide(job)
    job.refresh_from_db()
    assert site.ended(job).state == "succeeded"
    assert pools.shown(str(job.object_id))["state"] == "running"


def test_options_and_a_search(pools: Pools, site: Site) -> None:
    said = pools.asked(200, f"options/?host={site.host.pk}", "get")
    types = {one["type"]: one for one in said["types"]}
    assert said["known"]
    assert types["dir"]["supported"]
    assert types["dir"]["fields"] == [{"name": "target", "required": True}]
    assert "ext4" in types["fs"]["formats"]
    assert types["iscsi-direct"]["auth"] == "chap"
    job = site.ended(
        pools.job(
            "discover/", host=str(site.host.pk), type="netfs", source={"hosts": [{"name": "127.0.0.1"}]}
        )
    )
    assert (job.state, job.result) == ("succeeded", {"sources": []}) or job.state == "failed"
