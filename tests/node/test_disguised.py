"""Volumes that a guest made an image of, naming a file of its node: nobody's change of a domain reads them as that."""

import subprocess
from pathlib import Path

import pytest

from access.actor import Actor
from domains.by_hand import services as by_hand
from domains.editing import drafts
from domains.editing import services as editing
from domains.models import Definition, Domain
from jobs.models import Job
from storage.models import Volume
from tests.node.creating import DOMAINS, Creator
from tests.node.site import Site, disk
from tests.unit.access.people import client_of, person

pytestmark = pytest.mark.django_db


def written(volume: Volume, *, over: Path | str) -> None:
    """What a guest can write into its raw disk."""
    subprocess.run(
        ("qemu-img", "create", "-q", "-f", "qcow2", "-b", over, "-F", "raw", volume.path, "1M"), check=True
    )


def secret_of(site: Site) -> Path:
    secret = site.folder.parent / "secret"
    secret.write_bytes(b"the node's own secret" * 100)
    secret.chmod(0o644)
    return secret


@pytest.fixture
def operator() -> Actor:
    """Who may change and make domains, and name no path of a host."""
    return Actor(user=person("olga", "operator"))


def refused(site: Site, job: Job) -> str:
    ended = site.ended(job)
    assert (ended.state, ended.error_code) == ("failed", "disguised_image"), ended.error_detail
    return ended.error_detail


def definition(guest: Domain) -> str:
    xml = Definition.objects.get(pk=guest.pk).inactive
    assert xml is not None
    return xml


def attach(guest: Domain, volume: Volume, by: Actor) -> Job:
    body = {"volume": volume.pk}
    job = editing.request(
        guest.pk, lambda domain, hardware: drafts.of_new_device("disk", domain, hardware, body, by), by=by
    )
    assert job is not None
    return job


def by_xml(guest: Domain, element: str, by: Actor) -> Job:
    return by_hand.request(guest.pk, definition(guest).replace("</devices>", f"{element}</devices>"), by=by)


def by_name(site: Site, volume: Volume) -> str:
    return (
        "<disk type='volume' device='disk'><driver name='qemu' type='qcow2'/>"
        f"<source pool='{site.pool.name}' volume='{volume.name}'/><target dev='vda' bus='virtio'/></disk>"
    )


def test_what_came_to_stand_on_a_file_of_the_node_is_not_attached(site: Site, operator: Actor) -> None:
    """Recorded as an honest image when it was asked for, and something else by the time that it is done."""
    guest = site.guest()
    volume = site.volume("shared.qcow2", format="qcow2")
    before = definition(guest)
    job = attach(guest, volume, operator)
    written(volume, over=secret_of(site))
    assert "stands on" in refused(site, job)
    assert site.node.domain_xml(guest.pk).inactive == before
    Volume.objects.filter(pk=volume.pk).update(format="qcow2", backing="")
    for element in (disk(volume.path, format="qcow2"), by_name(site, volume)):
        assert "stands on" in refused(site, by_xml_before_a_look(site, guest, volume, element, operator))
        assert site.node.domain_xml(guest.pk).inactive == before


def by_xml_before_a_look(site: Site, guest: Domain, volume: Volume, element: str, by: Actor) -> Job:
    """Asked while the record still knows nothing of what the volume became."""
    Volume.objects.filter(pk=volume.pk).update(format="qcow2", backing="")
    return by_xml(guest, element, by)


def test_what_was_ever_a_raw_disk_is_not_read_as_an_image(site: Site, operator: Actor) -> None:
    """Whatever it stands on: its guest may write another beginning at any time. Named as it may be."""
    base, volume = site.volume("base"), site.volume("owned")
    owner = site.guest(disk(volume.path))
    site.node.define(
        definition(owner).replace(f"<source file='{volume.path}'/>", f"<source file='{base.path}'/>")
    )
    site.look(site.host.pk, "domain", owner.pk)
    written(volume, over=base.path)
    site.node.refresh_pool(site.pool.uuid)
    site.look_at_all()
    guest = site.guest()
    before = definition(guest)
    assert owner.name in refused(site, attach(guest, Volume.objects.get(path=volume.path), operator))
    for element in (disk(volume.path, format="qcow2"), by_name(site, volume)):
        assert owner.name in refused(site, by_xml(guest, element, operator))
    assert site.node.domain_xml(guest.pk).inactive == before
    site.done(by_xml(guest, disk(volume.path, format="qcow2"), site.by))  # who may name any path


def test_a_new_domain_is_made_of_neither(site: Site, operator: Actor) -> None:
    Creator(site)
    client = client_of(operator.user)
    secret = secret_of(site)
    owned, shared = site.volume("owned"), site.volume("shared.qcow2", format="qcow2")
    keeper = site.guest(disk(owned.path))
    site.node.undefine(keeper.pk)
    written(owned, over=site.volume("base").path)
    site.node.refresh_pool(site.pool.uuid)
    site.look_at_all()
    owned = Volume.objects.get(path=owned.path)
    written(shared, over=secret)
    names = site.names()
    for number, one in enumerate((owned, shared)):
        for field in ("volume", "copy_of", "backing"):
            body = {
                "host": str(site.host.pk),
                "name": f"new-{number}-{field}",
                "disks": [{field: str(one.pk)}],
            }
            answer = client.post(DOMAINS, body, format="json")
            assert answer.status_code == 202, answer.json()
            job = Job.objects.get(pk=answer.json()["id"])
            refused(site, job)
            assert not site.has(job.object_id)
            assert site.names() == names
            Volume.objects.filter(pk=shared.pk).update(format="qcow2", backing="")


def test_honest_images_are_attached(site: Site, operator: Actor) -> None:
    base = site.volume("base")
    volume = site.volume("layer.qcow2", format="qcow2", backing=base.path, backing_format="raw")
    guest = site.guest()
    site.done(attach(guest, volume, operator))
    assert volume.path in (site.node.domain_xml(guest.pk).inactive or "")
