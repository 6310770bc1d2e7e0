"""Templates on a real node: made of a domain, in versions, made into domains, removed."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from access.errors import Conflict, Invalid, NotThere, Stale
from domains.copies import copying
from domains.copies.errors import InUse
from domains.deletion import services as deletion
from domains.models import Domain, Template
from domains.templates import services
from domains.templates.source import template_source
from hypervisor.data import NewVolume
from hypervisor.errors import NodeUnreachable
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.xml.clone import NewSource
from hypervisor.xml.domain import read_domain
from jobs.carrying import decide
from jobs.errors import Busy
from jobs.models import Job, JobState
from jobs.services import cancel
from tests.node.site import MIB, Site, cdrom, disk


def made(site: Site, domain: Domain, name: str = "small") -> Template:
    result = site.done(services.make(by=site.by, name=name, domain_id=domain.pk, notes="first"))
    template: Template = Template.objects.get(pk=result["template"])
    return template


def linked_domain(site: Site, template: Template) -> Domain:
    """What a creation does with a template: layers over its disks, a definition over them."""
    source = template_source(template.pk, site.by)
    sources = {}
    for copy in source.copies("child", linked=True):
        layer = site.node.create_volume(
            UUID(copy.pool),
            NewVolume(
                copy.name,
                copy.capacity_bytes,
                "qcow2",
                backing=copy.source,
                backing_format=copy.source_format,
            ),
        )
        sources[copy.target] = NewSource("file", layer.path, "qcow2")
    uuid = uuid4()
    site.node.define(source.definition("child", uuid, sources))
    site.look_at_all()
    child: Domain = Domain.objects.get(pk=uuid)
    return child


def test_a_template_has_disks_of_its_own_and_no_identity(site: Site) -> None:
    iso = site.volume("iso")
    domain = site.guest(disk(site.volume("one", b"content").path), cdrom(iso.path), screen=True)
    template = made(site, domain)
    version = template.versions.get()
    assert (version.number, version.source_name, version.notes) == (1, domain.name, "first")
    assert (version.vcpus, version.memory_bytes) == (1, 32 * MIB)
    (kept,) = version.disks
    assert kept["path"] == f"{site.folder}/small-v1-vda.raw"
    assert Path(kept["path"]).read_bytes().startswith(b"content")
    assert [seen.source for seen in read_domain(version.xml).disks] == [kept["path"], iso.path]
    for secret in (domain.name, str(domain.pk), "firstpwd"):
        assert secret not in version.xml
    # The original may go now, and the template stays.
    site.done(deletion.request(domain.pk, by=site.by, volumes=True, permanent=True))
    assert Path(kept["path"]).exists()


def test_a_domain_is_made_of_it_and_holds_it(site: Site) -> None:
    template = made(site, site.guest(disk(site.volume("one", b"content").path), screen=True))
    child = linked_domain(site, template)
    assert read_domain(child.definition.inactive or "").disks[0].source.endswith("child-vda.qcow2")
    assert 'passwd=""' not in site.node.secret_definition(child.pk), "a password that nobody knows, not none"
    assert "passwd=" in site.node.secret_definition(child.pk)
    with pytest.raises(InUse) as refused:
        services.delete(template.pk, by=site.by)
    assert [user["name"] for user in refused.value.members["users"]] == ["child"]
    assert services.plan_delete(template.pk, by=site.by)["allowed"] is False
    site.done(deletion.request(child.pk, by=site.by, volumes=True))
    with pytest.raises(InUse) as refused:
        services.delete(template.pk, by=site.by)
    assert [user["kind"] for user in refused.value.members["users"]] == ["deleted_domain"]


def test_a_template_s_disk_is_not_deleted_with_a_domain_that_has_it(site: Site) -> None:
    template = made(site, site.guest(disk(site.volume("one").path)))
    domain = site.guest(disk(template.versions.get().disks[0]["path"]))
    with pytest.raises(InUse) as refused:
        deletion.request(domain.pk, by=site.by, volumes=True)
    assert [user["kind"] for user in refused.value.members["users"]] == ["template"]


def test_versions_come_and_go(site: Site) -> None:
    domain = site.guest(disk(site.volume("one").path))
    template = made(site, domain)
    site.done(services.add_version(template.pk, by=site.by, domain_id=domain.pk, notes="second"))
    assert template_source(template.pk, site.by).version.number == 2
    assert template_source(template.pk, site.by, number=1).version.number == 1
    with pytest.raises(Invalid):
        template_source(template.pk, site.by, number=3)
    site.done(services.delete(template.pk, by=site.by, number=1))
    assert site.names() == {"one", "small-v2-vda.raw"}
    with pytest.raises(NotThere):
        services.delete(template.pk, by=site.by, number=1)
    site.done(services.delete(template.pk, by=site.by))
    assert site.names() == {"one"}
    assert not Template.objects.exists()


def test_a_template_that_fails_half_way_never_was(site: Site) -> None:
    one, two = site.volume("one"), site.volume("two")
    domain = site.guest(disk(one.path), disk(two.path, "vdb"))
    job = services.make(by=site.by, name="small", domain_id=domain.pk)
    with pytest.raises(Conflict):
        services.make(by=site.by, name="small", domain_id=site.guest().pk)
    Path(two.path).unlink()
    site.node.refresh_pool(site.pool.uuid)
    assert site.ended(job).state == "failed"
    assert site.names() == {"one"}
    assert not Template.objects.exists()


def test_one_that_was_cancelled_before_it_began_never_was(site: Site) -> None:
    job = services.make(by=site.by, name="small", domain_id=site.guest().pk)
    assert cancel(job.pk, by=site.by).state == "cancelled"
    assert not Template.objects.exists()
    made(site, site.guest())


def test_while_a_version_is_being_made_nothing_else_is_done_to_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    domain = site.guest(disk(site.volume("one").path))
    template = made(site, domain)
    job = services.add_version(template.pk, by=site.by, domain_id=domain.pk)
    assert services.making([template.pk]) == {template.pk: job}
    assert services.plan_delete(template.pk, by=site.by)["allowed"] is False
    with pytest.raises(Busy) as refused:
        services.delete(template.pk, by=site.by)
    assert refused.value.members["job"]["id"] == str(job.pk)
    with monkeypatch.context() as silent:
        silent.setattr(LibvirtNode, "clone_volume", _silent)
        assert site.ended(job).state == "unknown"
    assert [version.ready_at is None for version in template.versions.all()] == [True, False]
    with pytest.raises(Invalid):
        template_source(template.pk, site.by, number=2)
    assert decide(job) is True
    assert template.versions.count() == 1, "taken back with what was made"
    site.done(job)
    assert template_source(template.pk, site.by).version.number == 2


def test_a_worker_that_died_is_followed_by_another(site: Site) -> None:
    domain = site.guest(disk(site.volume("one", b"content").path))
    job = services.make(by=site.by, name="small", domain_id=domain.pk)
    (copy,) = copying.copies_of(job)
    site.node.create_volume(site.pool.uuid, NewVolume(copy.name, MIB))
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempt=1)
    job.refresh_from_db()
    copying.began(job)
    assert decide(job) is True
    site.done(job)
    assert (site.folder / copy.name).read_bytes().startswith(b"content")
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    job.refresh_from_db()
    assert decide(job) is False
    assert template_source(UUID(job.option("template")), site.by).version.number == 1


def test_its_words_are_changed_by_who_saw_them(site: Site) -> None:
    domain = site.guest()
    template, other = made(site, domain), made(site, domain, "other")
    services.edit(template.pk, {"name": "smaller", "description": "for tests"}, by=site.by)
    template.refresh_from_db()
    assert (template.name, template.description) == ("smaller", "for tests")
    with pytest.raises(Stale):
        services.edit(template.pk, {"name": "x"}, by=site.by, version=template.version - 1)
    with pytest.raises(Conflict):
        services.edit(template.pk, {"name": other.name}, by=site.by)
    with pytest.raises(Conflict):
        services.make(by=site.by, name=other.name, domain_id=domain.pk)
    assert services.plan_make(by=site.by, name="other", domain_id=domain.pk)["allowed"] is False


def _silent(*_: object) -> None:
    raise NodeUnreachable("gone")
