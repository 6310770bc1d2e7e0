"""Changing the XML by hand: who may let it name what, and hostile documents refused before anything is asked."""

from typing import Any
from uuid import UUID

import pytest

from access.models import AuditEntry, Grant, Role, User
from domains.definitions import record_xml
from domains.inventory import record
from domains.models import Domain
from hosts.models import Host
from hypervisor.data import DomainXML
from hypervisor.states import DomainState
from hypervisor.xml.domain import read_domain
from hypervisor.xml.passwords import with_passwords_of, without_passwords
from jobs.models import Job
from storage.models import Pool, Volume
from tests.unit.access.people import client_of, person
from tests.unit.domains.conftest import make_host
from tests.unit.domains.says import seen

pytestmark = pytest.mark.django_db
QEMU = "/usr/bin/qemu-system-x86_64"
ALL_OF_THE_HOST = ("host_paths", "host_devices", "raw_qemu")


def document(
    uuid: UUID, devices: str = "", settings: str = "", *, name: str = "guest", root: str = ""
) -> str:
    return f"""<domain type='qemu' {root}>
  <name>{name}</name><uuid>{uuid}</uuid>
  <memory unit='KiB'>131072</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>{settings}
  <devices><emulator>{QEMU}</emulator>{devices}</devices>
</domain>"""


def disk(source: str, target: str = "vda") -> str:
    return f"<disk type='file' device='disk'><source file='{source}'/><target dev='{target}' bus='virtio'/></disk>"


@pytest.fixture
def host(db: None) -> Host:
    made = make_host("alpha")
    kinds = {"domain_types": ["qemu"], "machines": ["pc-q35-7.2"]}
    made.capabilities = {"guests": [{"os_type": "hvm", "arch": "x86_64", "emulator": QEMU, **kinds}]}
    made.libvirt_version = "9.0.0"
    made.save()
    pool = Pool.objects.create(
        host=made, uuid=made.pk, name="default", type="dir", state="running", target="/pool"
    )
    for name in ("own.raw", "spare.raw", "base.raw"):
        Volume.objects.create(pool=pool, key=f"/pool/{name}", name=name, path=f"/pool/{name}", format="raw")
    return made


def make_guest(host: Host, uuid: UUID, xml: str, state: DomainState = DomainState.SHUTOFF) -> Domain:
    record(host.pk, [seen(uuid, state)], complete=False)
    live = xml if state is DomainState.RUNNING else None
    record_xml(host.pk, uuid, DomainXML(live, xml, read_domain(xml)))
    domain: Domain = Domain.objects.get(pk=uuid)
    return domain


@pytest.fixture
def guest(host: Host, uuid: UUID) -> Domain:
    return make_guest(host, uuid, document(uuid, disk("/pool/own.raw")))


def may_also(user: User, *permissions: str, kind: str = "", at: UUID | None = None) -> None:
    role = Role.objects.create(
        name=f"also {permissions}", permissions=[f"domain.{one}" for one in permissions]
    )
    Grant.objects.create(user=user, role=role, object_kind=kind, object_id=at)


@pytest.fixture
def ada(db: None) -> User:
    return person("ada", "operator")


def put(user: User, guest: Domain, xml: str, query: str = "", **headers: Any) -> Any:
    return client_of(user).put(
        f"/api/v1/domains/{guest.pk}/xml/{query}", {"xml": xml}, content_type="application/json", **headers
    )


def nothing_happened(guest: Domain) -> bool:
    refused = AuditEntry.objects.filter(action="domain.edit_xml", result="refused", object_id=guest.pk)
    return not Job.objects.exists() and refused.exists()


def test_a_change_is_a_job_and_says_what_it_changes(guest: Domain, ada: User) -> None:
    wanted = document(guest.pk, disk("/pool/own.raw")).replace("<vcpu>1<", "<vcpu>2<")
    planned = put(ada, guest, wanted, "?plan=1").json()
    assert planned["allowed"], planned
    assert planned["changes"] == [{"path": "vcpu", "before": "1", "after": "2", "live": True}]
    assert planned["needs_restart"] is False
    assert "+  <vcpu>2</vcpu>" in planned["diff"].splitlines()
    assert not Job.objects.exists()
    reply = put(ada, guest, wanted, HTTP_IF_MATCH='"1"')
    assert reply.status_code == 202, reply.json()
    job = Job.objects.get()
    assert (job.kind, reply.headers["Location"]) == ("domain.edit_xml", f"/api/v1/jobs/{job.pk}/")
    assert "<vcpu>" not in str(job.options)  # sealed: it may hold a password
    entry = AuditEntry.objects.get(action="domain.edit_xml", result="accepted")
    assert entry.changes == {"vcpu": {"before": "1", "after": "2"}}


def test_a_running_domain_takes_it_at_its_next_boot(host: Host, uuid: UUID, ada: User) -> None:
    guest = make_guest(host, uuid, document(uuid), DomainState.RUNNING)
    planned = put(ada, guest, document(uuid).replace("<vcpu>1<", "<vcpu>2<"), "?plan=1").json()
    assert planned["needs_restart"] is True
    assert planned["changes"][0]["live"] is False


def test_checking_is_the_plan_without_a_change(guest: Domain, ada: User) -> None:
    path = f"/api/v1/domains/{guest.pk}/xml/check/"
    good = client_of(ada).post(path, {"xml": document(guest.pk)}, content_type="application/json")
    bad = client_of(ada).post(path, {"xml": "<domain>"}, content_type="application/json")
    assert (good.status_code, bad.status_code) == (200, 200)
    assert (good.json()["allowed"], bad.json()["allowed"]) == (True, False)
    assert bad.json()["checks"][0]["code"] == "readable"
    assert not Job.objects.exists()


def test_who_saw_another_version_is_told(guest: Domain, ada: User) -> None:
    assert put(ada, guest, document(guest.pk), HTTP_IF_MATCH='"7"').status_code == 412
    assert not Job.objects.exists()


def test_who_may_only_see_it_may_not_change_it(guest: Domain) -> None:
    assert put(person("vera", "viewer"), guest, document(guest.pk)).status_code == 403
    assert put(person("nobody"), guest, document(guest.pk)).status_code == 404


HOSTILE = [  # attacks 6 and 7: entities, bombs, what is no document, and another domain's identity
    "<!DOCTYPE domain [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><domain type='qemu'><name>&a;</name></domain>",
    "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;'>]><domain><name>&b;</name></domain>",
    "<domain><name>guest</name>" + "<a>" * 70 + "</a>" * 70 + "</domain>",
    "<domain><name>guest</name>",
    "<network><name>guest</name></network>",
    "no document at all",
    "<domain><name>../../etc/passwd</name></domain>",
    "<domain xmlns='urn:x'><name>guest</name></domain>",
]


@pytest.mark.parametrize("xml", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_documents_are_refused_by_field(xml: str, guest: Domain, ada: User) -> None:
    may_also(ada, *ALL_OF_THE_HOST)
    reply = put(ada, guest, xml)
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {"xml"})
    assert nothing_happened(guest)


def test_a_document_that_is_too_long_is_refused(guest: Domain, ada: User) -> None:
    reply = put(ada, guest, document(guest.pk, settings=f"<description>{'x' * 2**20}</description>"))
    assert reply.status_code == 400
    assert not Job.objects.exists()


@pytest.mark.parametrize("name", ["</name><devices>", "a\nb", "", "a/b", "x" * 300])
def test_no_name_becomes_xml(name: str, guest: Domain, ada: User) -> None:
    """Attack 7, where names are taken as words."""
    client = client_of(ada)
    for path, body in (
        (f"/api/v1/domains/{guest.pk}/rename/", {"name": name}),
        (f"/api/v1/domains/{guest.pk}/clone/", {"name": name}),
        ("/api/v1/domains/", {"name": name, "host": str(guest.host_id)}),
    ):
        reply = client.post(path, body, content_type="application/json")
        assert reply.status_code == 400, (path, reply.json())
        assert "name" in reply.json()["errors"], (path, reply.json())
    assert not Job.objects.exists()


def test_name_and_uuid_must_stay(guest: Domain, ada: User) -> None:
    other = UUID(int=guest.pk.int ^ 1)
    for xml in (document(other), document(guest.pk, name="other")):
        reply = put(ada, guest, xml)
        assert (reply.status_code, set(reply.json()["errors"])) == (400, {"xml"})
    assert nothing_happened(guest)


def test_what_the_schema_does_not_know_is_refused(guest: Domain, ada: User) -> None:
    reply = put(ada, guest, document(guest.pk).replace("<vcpu>1<", "<vcpu>two<"))
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {"xml"})
    assert nothing_happened(guest)


def test_a_newer_node_has_the_last_word_on_what_the_schema_here_does_not_know(
    guest: Domain, ada: User
) -> None:
    Host.objects.update(libvirt_version="99.1.0")
    wanted = document(guest.pk).replace("<vcpu>1<", "<vcpu brandnew='yes'>1<")
    assert put(ada, guest, wanted, "?plan=1").json()["allowed"]


NAMESPACE = "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"
ATTACKS = {
    "8 emulator": ("raw_qemu", "<emulator>/tmp/canary</emulator>", "", ""),
    "9 command line": (
        "raw_qemu",
        "",
        "<qemu:commandline><qemu:arg value='-s'/></qemu:commandline>",
        NAMESPACE,
    ),
    "10 shadow": ("host_paths", disk("/etc/shadow", "vdb"), "", ""),
    "10 relative": ("host_paths", disk("/pool/../etc/shadow", "vdb"), "", ""),
    "10 block": (
        "host_paths",
        "<disk type='block'><source dev='/dev/sda'/><target dev='vdb' bus='virtio'/></disk>",
        "",
        "",
    ),
    "11 hostdev": (
        "host_devices",
        "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/><product id='0x2'/></source></hostdev>",
        "",
        "",
    ),
    "11 filesystem": ("host_paths", "<filesystem><source dir='/etc'/><target dir='x'/></filesystem>", "", ""),
    "11 file": ("host_paths", "<serial type='file'><source path='/etc/cron.d/x'/></serial>", "", ""),
    "11 unix": ("host_paths", "<serial type='unix'><source mode='connect' path='/run/x'/></serial>", "", ""),
    "11 tcp": (
        "host_paths",
        "<serial type='tcp'><source mode='bind' host='0' service='9'/></serial>",
        "",
        "",
    ),
    "11 label": ("raw_qemu", "", "<seclabel type='none'/>", ""),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_host_is_out_of_reach_without_its_permission(attack: str, guest: Domain, ada: User) -> None:
    permission, devices, settings, root = ATTACKS[attack]
    own = disk("/pool/own.raw")
    xml = document(guest.pk, own + devices, settings, root=root)
    if permission == "raw_qemu" and devices:
        xml = xml.replace(f"<emulator>{QEMU}</emulator>", "")
    reply = put(ada, guest, xml)
    problem = reply.json()
    assert (reply.status_code, set(problem["errors"])) == (403, {"xml"}), problem
    assert problem["permissions"] == [f"domain.{permission}"]
    assert nothing_happened(guest)
    planned = put(ada, guest, xml, "?plan=1").json()
    assert planned["allowed"] is False
    assert {check["code"] for check in planned["checks"] if not check["ok"]} == {"reach"}


@pytest.mark.parametrize("attack", ATTACKS)
def test_who_has_that_permission_there_may(attack: str, guest: Domain, ada: User) -> None:
    permission, devices, settings, root = ATTACKS[attack]
    may_also(ada, permission, kind="host", at=guest.host_id)
    xml = document(guest.pk, disk("/pool/own.raw") + devices, settings, root=root)
    if permission == "raw_qemu" and devices:
        xml = xml.replace(f"<emulator>{QEMU}</emulator>", "")
    planned = put(ada, guest, xml, "?plan=1").json()
    assert planned["allowed"], planned["checks"]


def test_the_permission_on_another_host_helps_nothing(guest: Domain, ada: User) -> None:
    may_also(ada, *ALL_OF_THE_HOST, kind="host", at=make_host("beta").pk)
    assert put(ada, guest, document(guest.pk, disk("/etc/shadow"))).status_code == 403


def test_what_an_administrator_put_there_does_not_stop_others(host: Host, uuid: UUID, ada: User) -> None:
    shared = "<filesystem type='mount'><source dir='/srv'/><target dir='x'/></filesystem>"
    guest = make_guest(host, uuid, document(uuid, shared))
    assert put(ada, guest, document(uuid, shared).replace("<vcpu>1<", "<vcpu>2<")).status_code == 202


def test_a_volume_of_a_pool_that_one_may_see_is_no_path(guest: Domain, ada: User) -> None:
    own, spare = disk("/pool/own.raw"), disk("/pool/spare.raw", "vdb")
    assert put(ada, guest, document(guest.pk, own + spare), "?plan=1").json()["allowed"]


def test_a_volume_that_one_may_not_see_counts_as_a_path(guest: Domain) -> None:
    eve = person("eve")
    role = Role.objects.create(name="xml", permissions=["domain.read", "domain.edit_xml"])
    Grant.objects.create(user=eve, role=role, object_kind="domain", object_id=guest.pk)
    reply = put(eve, guest, document(guest.pk, disk("/pool/own.raw") + disk("/pool/spare.raw", "vdb")))
    assert reply.status_code == 403
    named = "<disk type='volume'><source pool='default' volume='x'/><target dev='vdb' bus='virtio'/></disk>"
    assert put(eve, guest, document(guest.pk, disk("/pool/own.raw") + named)).status_code == 403
    assert nothing_happened(guest)


def test_another_domains_disk_is_not_to_be_had(host: Host, guest: Domain, ada: User) -> None:
    other = UUID(int=guest.pk.int ^ 1)
    record(host.pk, [seen(other, name="other")], complete=False)
    theirs = document(other, disk("/pool/spare.raw"), name="other")
    record_xml(host.pk, other, DomainXML(None, theirs, read_domain(theirs)))
    reply = put(ada, guest, document(guest.pk, disk("/pool/own.raw") + disk("/pool/spare.raw", "vdb")))
    assert (reply.status_code, set(reply.json()["errors"])) == (409, {"xml"})
    assert "other" in reply.json()["detail"]


def test_another_cards_address_is_not_to_be_had(host: Host, guest: Domain, ada: User) -> None:
    card = (
        "<interface type='network'><mac address='52:54:00:00:00:0{}'/><source network='default'/></interface>"
    )
    other = UUID(int=guest.pk.int ^ 1)
    record(host.pk, [seen(other, name="other")], complete=False)
    theirs = document(other, card.format("A"), name="other")
    record_xml(host.pk, other, DomainXML(None, theirs, read_domain(theirs)))
    own = disk("/pool/own.raw")
    assert put(ada, guest, document(guest.pk, own + card.format(1)), "?plan=1").json()["allowed"]
    for cards in (card.format("a"), card.format(1) * 2):
        reply = put(ada, guest, document(guest.pk, own + cards))
        assert (reply.status_code, set(reply.json()["errors"])) == (409, {"xml"})
    assert not Job.objects.exists()


def test_going_back_may_not_write_below_a_layer(host: Host, uuid: UUID, ada: User) -> None:
    guest = make_guest(host, uuid, document(uuid, disk("/pool/base.raw")))
    Volume.objects.filter(name="own.raw").update(backing="/pool/base.raw")
    later = document(uuid, disk("/pool/own.raw"))
    record_xml(host.pk, uuid, DomainXML(None, later, read_domain(later)))
    reply = client_of(ada).post(f"/api/v1/domains/{guest.pk}/revisions/1/rollback/")
    assert (reply.status_code, set(reply.json()["errors"])) == (409, {"number"})
    assert not Job.objects.exists()


def test_going_back_needs_the_permission_for_what_it_reaches_again(host: Host, uuid: UUID, ada: User) -> None:
    guest = make_guest(host, uuid, document(uuid, disk("/etc/issue")))
    later = document(uuid)
    record_xml(host.pk, uuid, DomainXML(None, later, read_domain(later)))
    assert client_of(ada).post(f"/api/v1/domains/{guest.pk}/revisions/1/rollback/").status_code == 403


def test_a_domain_that_ends_with_its_run_has_nothing_to_edit(host: Host, uuid: UUID, ada: User) -> None:
    record(host.pk, [seen(uuid, DomainState.RUNNING, persistent=False)], complete=False)
    record_xml(host.pk, uuid, DomainXML(document(uuid), None, read_domain(document(uuid))))
    reply = put(ada, Domain.objects.get(pk=uuid), document(uuid))
    assert (reply.status_code, reply.json()["code"]) == (409, "no_definition")


def test_passwords_stay_with_their_screens() -> None:
    uuid = UUID(int=1)
    vnc = "<graphics type='vnc' port='-1'{}/>"
    present = document(uuid, vnc.format(" passwd='secret' passwdValidTo='2030-01-01T00:00:00'"))
    wanted = document(uuid, "<graphics type='spice'/>" + vnc.format(""))
    kept = with_passwords_of(wanted, present)
    assert 'passwd="secret"' in kept
    assert "passwdValidTo" in kept
    assert "secret" not in without_passwords(kept)
    own = document(uuid, vnc.format(" passwd='own'"))
    assert with_passwords_of(own, present) == own
