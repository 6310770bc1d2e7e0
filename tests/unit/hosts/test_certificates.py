"""The authority, what its certificates are good for, and which edits of a host leave it its certificate."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.utils import timezone

from access import secrets
from access.actor import Actor
from hosts import authority, nodes, renewing, services
from hosts.api.reached import reached_by
from hosts.errors import NoOwnCertificate
from hosts.models import CertificateAuthority, Host
from hypervisor.certificates import Authority
from hypervisor.data import Credentials
from jobs.errors import Busy
from jobs.models import Job
from tests.unit.access.people import person

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("10.0.0.7", x509.IPAddress(ip_address("10.0.0.7"))),
        ("fd00::1", x509.IPAddress(ip_address("fd00::1"))),
        ("node1.example.org", x509.DNSName("node1.example.org")),
        (f"{'a' * 60}.{'b' * 60}.example", x509.DNSName(f"{'a' * 60}.{'b' * 60}.example")),
    ],
)
def test_a_node_is_certified_for_the_one_address_that_was_named(host: str, name: x509.GeneralName) -> None:
    signed = x509.load_pem_x509_certificate(
        Authority.new("x", life=9 * DAY).for_node(host, life=DAY).certificate.encode()
    )
    names = signed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert list(names) == [name]
    purposes = signed.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert not signed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_nothing_outlives_its_authority() -> None:
    signs = Authority.new("x", life=2 * DAY)
    assert signs.for_us("one", life=90 * DAY).expires_at == signs.expires_at
    assert signs.for_us("one", life=DAY).subject == "CN=one"
    assert "PRIVATE" not in repr(signs)
    own = x509.load_pem_x509_certificate(signs.certificate.encode())
    assert own.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(
        ca=True, path_length=0
    )


@pytest.mark.django_db
def test_there_is_one_authority_until_it_would_end_too_soon() -> None:
    first = authority.current()
    assert authority.current() == first
    known = CertificateAuthority.objects.get()
    assert "PRIVATE" not in known.key
    assert secrets.unseal(known.key) == first.key
    CertificateAuthority.objects.update(expires_at=timezone.now() + timedelta(days=179))
    second = authority.current()
    assert (second == first, authority.current() == second) == (False, True)
    assert CertificateAuthority.objects.count() == 1


@pytest.fixture
def by(db: None) -> Actor:
    return Actor(user=person("ada", "administrator"))


@pytest.fixture
def host(db: None) -> Host:
    credentials = Credentials("KEY", "node1 ssh-ed25519 AAAA", "CA", "CERT", "SECRET")
    ends = timezone.now() + timedelta(days=10)
    made: Host = Host.objects.create(
        name="node1",
        uri="qemu+tls://node1/system",
        ssh_uri="qemu+ssh://root@node1:2222/system",
        own_key="ssh-ed25519 AAAA ovirtlite",
        credentials=nodes.sealed(credentials),
        certificate_expires_at=ends,
        certificate_renews_at=authority.renews_at(ends),
        enrolled=True,
    )
    return made


@pytest.mark.parametrize(
    ("changes", "certified", "still_there", "secret"),
    [
        ({"name": "other"}, True, True, "SECRET"),
        ({"uri": "qemu+tls://node2/system"}, False, False, ""),  # another machine
        ({"uri": "qemu+ssh://root@node1/system"}, False, True, "SECRET"),  # the job takes it out
        ({"uri": "nonsense"}, False, False, ""),
        ({"credentials": {"tls_private_key": "THEIRS", "tls_certificate": "X"}}, False, False, "THEIRS"),
    ],
)
def test_which_edits_leave_a_host_its_certificate(
    host: Host, by: Actor, changes: dict[str, Any], certified: bool, still_there: bool, secret: str
) -> None:
    services.edit(host.pk, changes, by=by)
    host.refresh_from_db()
    assert host.certified is certified
    assert (host.certificate_expires_at is not None) is still_there
    assert nodes.credentials_of(host).tls_private_key == secret
    if not certified:
        with pytest.raises(NoOwnCertificate):
            renewing.renew(host.pk, by=by)
        assert renewing.renew_due() == 0


def test_a_renewal_waits_for_whatever_runs_there(host: Host, by: Actor) -> None:
    Host.objects.update(certificate_renews_at=timezone.now())
    reading = services.refresh(host.pk, by=by)
    with pytest.raises(Busy):
        renewing.renew(host.pk, by=by)
    with pytest.raises(Busy):
        services.edit(host.pk, {"install": "tls"}, by=by)
    assert renewing.renew_due() == 0
    Job.objects.filter(pk=reading.pk).update(state="succeeded")
    assert renewing.renew_due() == 1
    job = Job.objects.get(kind=renewing.KIND)
    assert (job.requested_by, job.options) == (None, {})
    # One that failed is tried again, hours later.
    Job.objects.filter(pk=job.pk).update(state="failed")
    assert renewing.renew_due() == 0
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(hours=7))
    assert renewing.renew_due() == 1


def test_a_certificate_of_ours_is_told_from_others() -> None:
    told = [
        reached_by(uri, own_key="", certified=True) for uri in ("qemu+tls://a/system", "qemu+ssh://a/system")
    ]
    assert told == ["own_certificate", "ssh"]
    assert reached_by("qemu+tls://a/system", own_key="x", certified=False) == "tls"
