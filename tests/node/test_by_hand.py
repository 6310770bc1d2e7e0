"""Defining anew on a real node: what a person changed, unless the node's was changed meanwhile; and going back."""

import libvirt
import pytest

from access.errors import Invalid
from domains.by_hand import services
from domains.by_hand.carry import recover
from domains.models import Definition, Domain, Revision
from jobs.kinds import Again, Failed, Succeeded
from jobs.models import Job
from tests.daemon import PrivateDaemon
from tests.node.site import Site

pytestmark = pytest.mark.django_db


def present(guest: Domain) -> str:
    xml = Definition.objects.get(pk=guest.pk).inactive
    assert xml is not None
    return xml


def with_title(xml: str, title: str) -> str:
    return xml.replace("</name>", f"</name><title>{title}</title>", 1)


def passwords_on(daemon: PrivateDaemon, guest: Domain) -> bool:
    connection = libvirt.open(daemon.uri())
    try:
        return "passwd=" in connection.lookupByUUID(guest.pk.bytes).XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE)
    finally:
        connection.close()


def versions(guest: Domain) -> list[tuple[int, str, str]]:
    rows = Revision.objects.filter(domain=guest).order_by("number")
    return [(one.number, one.by_name, one.job_kind) for one in rows]


def test_what_a_person_wrote_is_what_the_node_has_and_its_password_stays(
    site: Site, daemon: PrivateDaemon
) -> None:
    guest = site.guest(screen=True)
    wanted = with_title(present(guest), "Shop").replace(
        "<vcpu placement='static'>1<", "<vcpu placement='static'>3<"
    )
    assert site.done(services.request(guest.pk, wanted, by=site.by)) == {"revision": 2}
    now = site.node.domain_xml(guest.pk).inactive
    assert now is not None
    assert "<title>Shop</title>" in now
    assert "<vcpu placement='static'>3</vcpu>" in now
    assert passwords_on(daemon, guest)
    assert versions(guest) == [(1, "", ""), (2, "ada", "domain.edit_xml")]


def test_what_was_changed_on_the_node_meanwhile_is_not_overwritten(site: Site) -> None:
    guest = site.guest()
    job = services.request(guest.pk, with_title(present(guest), "Mine"), by=site.by)
    site.node.define(with_title(present(guest), "Theirs"))
    ended = site.ended(job)
    assert (ended.state, ended.error_code) == ("failed", "changed_meanwhile")
    now = site.node.domain_xml(guest.pk).inactive
    assert now is not None
    assert "Theirs" in now


def test_what_the_node_refuses_is_a_failed_job_in_its_words(site: Site) -> None:
    guest = site.guest()
    bad = present(guest).replace(
        "</devices>", "<controller type='usb' index='0' model='none'/><hub type='usb'/></devices>"
    )
    ended = site.ended(services.request(guest.pk, bad, by=site.by))
    assert ended.state == "failed"
    assert "usb" in ended.error_detail.lower()
    assert versions(guest) == [(1, "", "")]


def test_going_back_defines_the_earlier_one_under_todays_name(site: Site) -> None:
    guest = site.guest()
    site.done(services.request(guest.pk, with_title(present(guest), "Later"), by=site.by))
    site.done(services.request_rollback(guest.pk, 1, by=site.by))
    assert Domain.objects.get(pk=guest.pk).title == ""
    assert versions(guest)[-1] == (3, "ada", "domain.rollback")
    with pytest.raises(Invalid):
        services.request_rollback(guest.pk, 1, by=site.by)


def test_an_interrupted_attempt_is_found_out_by_asking_the_node(site: Site) -> None:
    guest = site.guest()
    wanted = with_title(present(guest), "Wanted")
    job = services.request(guest.pk, wanted, by=site.by)
    assert recover(job) == Again()
    site.node.redefine(guest.pk, lambda _: wanted)
    Job.objects.filter(pk=job.pk).update(state="running", attempt=1)
    job.refresh_from_db()
    assert recover(job) == Succeeded({"revision": 2})


def test_an_interrupted_attempt_that_somebody_overtook_failed(site: Site) -> None:
    guest = site.guest()
    job = services.request(guest.pk, with_title(present(guest), "Wanted"), by=site.by)
    site.node.redefine(guest.pk, lambda xml: with_title(xml, "Other"))
    found = recover(job)
    assert isinstance(found, Failed)
    assert found.code == "changed_meanwhile"


def test_a_second_attempt_after_one_that_did_it_succeeds(site: Site) -> None:
    guest = site.guest()
    wanted = with_title(present(guest), "Wanted")
    job = services.request(guest.pk, wanted, by=site.by)
    site.node.redefine(guest.pk, lambda _: wanted)
    Job.objects.filter(pk=job.pk).update(attempt=1)
    assert site.done(job)["revision"] == 2
