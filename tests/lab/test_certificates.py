"""A machine with systemd on which nobody has set up TLS, from a key to a certificate of ours and back again."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from access import secrets
from access.actor import Actor
from access.errors import Invalid
from domains.console.reaching import way_to
from hosts import authority, certifying, host_keys, nodes, renewing, services
from hosts.errors import NoOwnCertificate
from hosts.models import CertificateAuthority, Host
from hypervisor import errors
from hypervisor.data import Credentials
from hypervisor.libvirt import open_node, own_certificate, ssh
from hypervisor.libvirt.own_certificate import Shown
from hypervisor.libvirt.own_keys import OwnKey
from hypervisor.libvirt.ssh_shell import ScriptFailed, Shell
from hypervisor.uri import NodeURI
from jobs.models import Job
from tests.lab.cluster import Lab
from tests.lab.cluster.node import AUTHORIZED
from tests.lab.cluster.plan import FRESH
from tests.lab.cluster.systemd import SystemdNode
from tests.node.test_enrolment import by, done, ended, everything_stored

__all__ = ["by"]
pytestmark = pytest.mark.lab
KEY = OwnKey.new("whoever enrols")
CONF = "/etc/libvirt/libvirtd.conf"
OURS = "/etc/pki/ovirtlite"


@pytest.fixture(scope="module")
def booted(standing_lab: Lab) -> Iterator[SystemdNode]:
    machine = SystemdNode(standing_lab.plan, FRESH)
    try:
        machine.configure_alone(KEY)
        machine.power_on()
        yield machine
    finally:
        machine.remove()


@pytest.fixture
def machine(booted: SystemdNode) -> SystemdNode:
    """As it was before anybody enrolled it; what a test does not take away itself is found by the next."""
    assert not booted.path(OURS).exists()
    return booted


def enrol(machine: SystemdNode, by: Actor) -> tuple[Host, Job]:
    return services.enrol(
        name="one",
        uri=machine.uri,
        credentials={"ssh_private_key": KEY.private},
        host_key=ssh.scan_host_key(machine.address).fingerprint,
        install="tls",
        by=by,
    )


def opens(host: Host, credentials: Credentials | None = None) -> bool:
    """Whether its node lets us in by that, with nothing of an earlier connection."""
    uri = NodeURI.parse(host.uri, nodes.policy())
    folder = nodes.workdir(host.pk) / str(time.monotonic_ns())
    try:
        open_node(uri, credentials or nodes.credentials_of(host), workdir=folder).close()
    except errors.AuthenticationFailed:
        return False
    return True


def test_from_a_key_to_a_certificate_and_back(
    machine: SystemdNode, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, keys = machine.path(CONF), machine.path(AUTHORIZED)
    before, lines = settings.read_text(), keys.read_text()
    machine.virsh("create", "/dev/stdin", stdin=_GUEST)
    guest = machine.pids_of("qemu-system-x86_64")
    host, job = enrol(machine, by)
    result = done(job)
    assert {"root", "tls_socket", "tls_free", "tls_clock"} <= {check["code"] for check in result["checks"]}
    host.refresh_from_db()
    assert (host.uri, host.ssh_uri) == (f"qemu+tls://{machine.address}/system", machine.uri)
    assert opens(host)
    assert way_to(host).uri.transport == "ssh"  # a screen on the node's loopback is reached as before
    assert machine.pids_of("qemu-system-x86_64") == guest
    assert settings.read_text().startswith(f"{before}\n# Made by ovirtlite")
    assert (machine.path(f"{OURS}/serverkey.pem").stat().st_mode & 0o777) == 0o600
    assert not machine.path(f"{OURS}/before").exists()
    days = (host.certificate_expires_at - timezone.now()).days if host.certificate_expires_at else 0
    assert days == 89
    _no_key_is_stored(host)

    # Neither another name that our authority signed nor another authority opens it (CVE-2013-4311).
    known, signs = nodes.credentials_of(host), authority.current()
    for other in (
        signs.for_us("ovirtlite host another", life=timedelta(days=1)),
        signs.for_node(machine.address, life=timedelta(days=1)),
    ):
        assert not opens(host, replace(known, tls_certificate=other.certificate, tls_private_key=other.key))

    _renewed_in_time(machine, host, monkeypatch)
    assert machine.pids_of("qemu-system-x86_64") == guest
    done(host_keys.rotate(host.pk, by=by))
    host.refresh_from_db()
    assert opens(host)

    # Over ssh again, and once more by a certificate, with what is known of it.
    done(services.edit(host.pk, {"uri": machine.uri}, by=by)[1])
    host.refresh_from_db()
    assert (host.uri, host.ssh_uri, host.certified) == (machine.uri, "", False)
    assert not nodes.credentials_of(host).tls_private_key
    assert (settings.read_text(), machine.path(OURS).exists()) == (f"{before}\n", False)
    done(services.edit(host.pk, {"install": "tls"}, by=by)[1])
    host.refresh_from_db()
    assert (host.certified, opens(host)) == (True, True)

    job = services.forget(host.pk, by=by, remove_key=True) or pytest.fail("no job")
    assert done(job) == {"key_removed": True, "detail": ""}
    assert (settings.read_text(), keys.read_text()) == (f"{before}\n", lines)
    assert not machine.path(OURS).exists()
    assert not machine.takes_connections("tls")
    assert machine.pids_of("qemu-system-x86_64") == guest
    machine.virsh("destroy", "guest")


def _no_key_is_stored(host: Host) -> None:
    """Neither ours in clear, nor the node's at all."""
    stored = everything_stored()
    assert "PRIVATE KEY" not in stored
    known = nodes.credentials_of(host)
    assert known.tls_private_key.splitlines()[1] not in stored


def _renewed_in_time(machine: SystemdNode, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = machine.path(f"{OURS}/servercert.pem").read_text()
    assert renewing.renew_due() == 0
    # The time comes; the new ones end soon, as do those of an installation that was off for months.
    Host.objects.update(certificate_renews_at=timezone.now())
    with monkeypatch.context() as short:
        short.setattr(authority, "life", lambda: timedelta(seconds=3))
        assert renewing.renew_due() == 1
        assert renewing.renew_due() == 0  # one is under way
        done(Job.objects.get(kind=renewing.KIND))
    host.refresh_from_db()
    assert machine.path(f"{OURS}/servercert.pem").read_text() != shown
    assert host.certificate_expires_at is not None
    while timezone.now() <= host.certificate_expires_at + timedelta(seconds=1):  # it counts in whole ones
        time.sleep(0.1)
    assert not opens(host)
    # Over ssh they are made anew all the same; and under a new authority, where the old one comes to its end.
    CertificateAuthority.objects.update(expires_at=timezone.now() + timedelta(days=5))
    old = authority_of(host)
    done(renewing.renew(host.pk, by=Actor.SYSTEM))
    host.refresh_from_db()
    assert opens(host)
    assert authority_of(host) != old
    sealed = CertificateAuthority.objects.get().key
    assert secrets.unseal(sealed).startswith("-----BEGIN PRIVATE KEY-----")


def authority_of(host: Host) -> str:
    return nodes.credentials_of(host).tls_ca_certificate


def test_what_fails_puts_everything_back(
    machine: SystemdNode, by: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, keys = machine.path(CONF), machine.path(AUTHORIZED)
    before, lines = settings.read_text(), keys.read_text()

    def untouched() -> None:
        assert (settings.read_text(), keys.read_text()) == (before, lines)
        assert not machine.path(OURS).exists()
        machine.virsh("list")
        assert not machine.takes_connections("tls")

    # A firewall that nobody has opened.
    monkeypatch.setattr(certifying, "_SERVES_WITHIN", 1.0)
    machine.run("ip", "route", "add", "prohibit", machine.plan.gateway, "proto", "static", "table", "7")
    machine.run("ip", "rule", "add", "sport", "16514", "table", "7")
    monkeypatch.setattr(nodes, "OPEN_SECONDS", 2.0)
    host, job = enrol(machine, by)
    failed = ended(job)
    assert (failed.state, failed.error_code) == ("failed", "node_unreachable")
    assert "firewall" in failed.error_detail
    machine.run("ip", "rule", "del", "sport", "16514", "table", "7")
    untouched()
    host.refresh_from_db()
    assert (host.uri, host.certificate_expires_at) == (machine.uri, None)
    with pytest.raises(NoOwnCertificate):
        renewing.renew(host.pk, by=by)

    # Somebody who is not root there; and who may become root, with a certificate that libvirt does not start with.
    keeper = _keeper(machine, tmp_path)
    checks = own_certificate.look(keeper)
    assert [(check.code, check.ok) for check in checks] == [("root", False)]
    assert checks[0].detail.startswith("keeper is not root and has no sudo without a password")
    machine.write("/etc/sudoers.d/keeper", "keeper ALL=(ALL) NOPASSWD: ALL\n", mode=0o440)
    assert all(check.ok for check in own_certificate.look(keeper))
    with pytest.raises(ScriptFailed, match="everything is as it was"):
        own_certificate.put(
            keeper, Shown("x", authority.current().for_us("y", life=timedelta(days=1)), "CN=z")
        )
    untouched()

    # Settings of somebody else's.
    settings.write_text(f'{before}\n  ca_file = "/etc/theirs.pem"\n')
    failed = ended(services.edit(host.pk, _once_more(), by=by)[1])
    assert (failed.state, failed.error_code) == ("failed", "machine_not_ready")
    assert "set up there already, in its settings" in failed.error_detail
    settings.write_text(before)
    untouched()
    with pytest.raises(Invalid):
        services.enrol(name="x", uri="qemu+ssh://root@127.0.0.1/session", install="tls", by=by)


def _keeper(machine: SystemdNode, folder: Path) -> Shell:
    """An account of nobody's, which the same key opens."""
    home = "/var/cache/libvirt/keeper"
    for file, line, mode in (
        ("passwd", f"keeper:x:4711:4711::{home}:/bin/sh", 0o644),
        ("shadow", "keeper:*:19000:0:99999:7:::", 0o640),
    ):
        machine.write(f"/etc/{file}", f"{machine.path(f'/etc/{file}').read_text()}{line}\n", mode=mode)
    machine.write(f"{home}/.ssh/authorized_keys", f"{KEY.public}\n")
    machine.run("chown", "-R", "4711:4711", home)
    uri = replace(NodeURI.parse(machine.uri, nodes.policy()), user="keeper")
    return Shell(uri, Credentials(KEY.private, machine.host_key_line), folder / "keeper")


def _once_more() -> dict[str, object]:
    return {"credentials": {"ssh_private_key": KEY.private}, "install": "tls"}


_GUEST = """<domain type='qemu'><name>guest</name><memory unit='MiB'>16</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type></os><devices/></domain>"""
