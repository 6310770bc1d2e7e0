"""Hosts over real ssh: the key that a person compared, a key of our own on the node, what is undone and forgotten."""

import getpass
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from pytest_django.fixtures import Settings

from access.actor import Actor
from access.errors import Invalid, TooMany
from access.models import AuditEntry
from hosts import host_keys, inventory, nodes, scans, services
from hosts.errors import HostKeyNotChanged, NoOwnKey
from hosts.models import Host, HostState, Introduction
from hypervisor.errors import AuthenticationFailed, HostKeyChanged
from hypervisor.libvirt import own_keys, ssh
from hypervisor.libvirt.ssh_shell import ScriptFailed, Shell
from hypervisor.uri import NodeURI
from jobs.carrying import carry
from jobs.errors import Busy
from jobs.models import Job
from jobs.services import cancel
from tests.daemon import PrivateDaemon
from tests.node.conftest import POLICY
from tests.node.secure_shell import SSHServer
from tests.unit.access.people import person

FOREIGN = (
    "# kept by hand\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIYdIKtIimJ+fU0K4TpuzLHVwJuWFFEUva+er5824vT3 someone"
)


@pytest.fixture
def server(tmp_path: Path, daemon: PrivateDaemon) -> Iterator[SSHServer]:
    """Lets "user" in by the file in the login's own home, whose last line has no end."""
    folder = tmp_path / "sshd"
    folder.mkdir()
    running = SSHServer(folder, daemon)
    running.authorize(running.key("user"))
    running.move_home()
    with running.authorized.open("a") as file:
        file.write(FOREIGN)
    running.start(running.key("host"))
    yield running
    running.stop()


@pytest.fixture
def by(db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """An administrator, of an installation whose nodewatch has always just looked."""
    settings.NODES_DIR = str(tmp_path / "nodes")
    monkeypatch.setattr("hosts.looking.look", lambda *_args, **_more: "seen")
    return Actor(user=person("ada", "administrator"))


def ended(job: Job | None) -> Job:
    assert job is not None
    carry(str(job.pk), "a worker")
    job.refresh_from_db()
    return job


def done(job: Job | None) -> dict[str, Any]:
    last = ended(job)
    assert last.state == "succeeded", (last.error_code, last.error_detail, last.result)
    return last.result or {}


def failed(job: Job | None) -> str:
    last = ended(job)
    assert last.state == "failed", last.result
    return last.error_code


def address(server: SSHServer, driver: str = "qemu", path: str = "/session") -> str:
    return f"{driver}+ssh://{getpass.getuser()}@127.0.0.1:{server.port}{path}"


def shown(server: SSHServer) -> str:
    return ssh.scan_host_key("127.0.0.1", server.port).fingerprint


def private(server: SSHServer, name: str = "user") -> str:
    return (server.folder / name).read_text()


def enrol(server: SSHServer, by: Actor, name: str = "one", **more: Any) -> tuple[Host, Job]:
    fields = {"uri": address(server), "host_key": shown(server), "install": "key"} | more
    return services.enrol(name=name, credentials={"ssh_private_key": private(server)}, by=by, **fields)


def everything_stored() -> str:
    """Every row of every table."""
    from django.apps import apps

    return "".join(serializers.serialize("json", model._default_manager.all()) for model in apps.get_models())


def test_a_key_given_once_is_followed_by_one_of_our_own(server: SSHServer, by: Actor) -> None:
    before, given = server.authorized.read_text(), private(server)
    host, job = enrol(server, by)
    assert Introduction.objects.filter(job_id=job.pk).exists()
    result = done(job)
    assert all(check["ok"] for check in result["checks"] if check["required"]), result
    assert {check["code"] for check in result["checks"]} >= {
        "ssh",
        "helper",
        "daemon",
        "rights",
        "qemu",
        "clock",
    }
    host.refresh_from_db()

    # The machine lets us in by our key alone; the lines of others are as they were.
    after = server.authorized.read_text()
    assert after.startswith(f"{before}\nno-agent-forwarding,no-X11-forwarding,no-pty,no-user-rc ssh-ed25519 ")
    assert after.endswith(f" ovirtlite host {host.pk}\n")
    assert after.count("\n") == before.count("\n") + 2
    server.authorized.write_text(after.replace((server.folder / "user.pub").read_text(), ""))
    nodes.connect(host).close()
    assert host.host_key == {"type": "ssh-ed25519", "fingerprint": shown(server), "confirmed": True}

    # What was given is nowhere any more.
    assert not Introduction.objects.exists()
    secret = given.splitlines()[2]
    assert secret not in everything_stored()
    assert given != nodes.credentials_of(host).ssh_private_key
    folder = nodes.workdir(host.pk)
    assert not [file for file in folder.rglob("*") if file.is_file() and secret in file.read_text()]
    assert not list(folder.glob("once.*"))

    # Another key of our own in its place, with the node in reach all the while.
    old = host.own_key
    assert done(host_keys.rotate(host.pk, by=by)) == {"old_key_removed": True, "detail": ""}
    host.refresh_from_db()
    lines = server.authorized.read_text()
    assert host.own_key != old
    assert (old.split()[1] in lines, host.own_key.split()[1] in lines) == (False, True)
    nodes.connect(host).close()

    # Forgotten, and nothing of ours is left there.
    job = services.forget(host.pk, by=by, remove_key=True) or pytest.fail("no job")
    assert done(job)["key_removed"]
    assert "ovirtlite" not in server.authorized.read_text()
    assert FOREIGN in server.authorized.read_text()
    assert not Host.objects.exists()


def test_what_fails_after_our_key_was_put_there_takes_it_out_again(server: SSHServer, by: Actor) -> None:
    host, job = enrol(server, by)
    done(job)
    lines = server.authorized.read_text()
    second, job = enrol(server, by, "two")
    assert failed(job) == "duplicate_node"
    assert server.authorized.read_text() == lines
    second.refresh_from_db()
    assert (second.state, second.error_code, second.own_key) == ("error", "duplicate_node", "")
    assert not nodes.credentials_of(second).ssh_private_key
    # A machine whose sshd reads another file.
    other = server.folder / "another"
    other.write_text((server.folder / "user.pub").read_text())
    home, server.authorized = server.authorized, other
    server.start(server.folder / "host")
    assert (
        failed(services.edit(host.pk, {"host_key": shown(server)}, by=by)[1] or job)
        == "authentication_failed"
    )
    _, job = enrol(server, by, "three")
    assert failed(job) == "authentication_failed"
    assert "AuthorizedKeysFile" in job.error_detail
    assert home.read_text() == lines


def test_a_machine_that_cannot_be_a_node_is_told_what_it_lacks(server: SSHServer, by: Actor) -> None:
    """There is no system daemon that this login could manage."""
    before = server.authorized.read_text()
    host, job = enrol(server, by, uri=address(server, "lxc", "/system"))
    assert failed(job) == "machine_not_ready"
    rights = next(check for check in (job.result or {})["checks"] if check["code"] == "rights")
    assert (rights["ok"], rights["required"]) == (False, True)
    assert "usermod -aG libvirt" in rights["detail"]
    assert rights["detail"] in job.error_detail
    assert server.authorized.read_text() == before
    host.refresh_from_db()
    assert (host.state, host.error_code) == (HostState.ERROR, "machine_not_ready")
    assert not Introduction.objects.exists()


def test_a_key_that_is_not_taken_leaves_nothing(server: SSHServer, by: Actor) -> None:
    server.key("stranger")
    before, given = server.authorized.read_text(), private(server, "stranger")
    host, job = services.enrol(
        name="one", uri=address(server), credentials={"ssh_private_key": given}, host_key=shown(server),
        install="key", by=by,
    )  # fmt: skip
    assert failed(job) == "authentication_failed"
    assert server.authorized.read_text() == before
    assert not Introduction.objects.exists()
    assert not list(nodes.workdir(host.pk).rglob("key"))
    # Cancelled before anybody began: gone as well.
    _, queued = services.edit(host.pk, {"credentials": {"ssh_private_key": given}, "install": "key"}, by=by)
    assert queued is not None
    assert Introduction.objects.count() == 1
    cancel(queued.pk, by=by)
    assert not Introduction.objects.exists()


def test_another_key_than_the_confirmed_one_is_never_pinned(server: SSHServer, by: Actor) -> None:
    wrong = "SHA256:" + "A" * 43
    host, job = enrol(server, by, host_key=wrong)
    assert failed(job) == "host_key_mismatch"
    assert failed(services.refresh(host.pk, by=by)) == "host_key_mismatch"  # nor is it later
    host.refresh_from_db()
    assert not nodes.credentials_of(host).known_hosts
    assert host.shown_host_key == {"type": "ssh-ed25519", "fingerprint": shown(server)}
    with pytest.raises(Invalid):
        host_keys.confirm(host.pk, wrong, by=by)
    _, mended = services.edit(
        host.pk,
        {"host_key": shown(server), "install": "key", "credentials": {"ssh_private_key": private(server)}},
        by=by,
    )
    done(mended)
    with pytest.raises(HostKeyNotChanged):
        host_keys.confirm(host.pk, shown(server), by=by)


def test_a_changed_key_blocks_the_host_until_it_is_confirmed(server: SSHServer, by: Actor) -> None:
    host, job = services.enrol(
        name="one", uri=address(server), credentials={"ssh_private_key": private(server)}, by=by
    )
    assert done(job)["pinned_unseen"] is True
    host.refresh_from_db()
    old = shown(server)
    assert host.host_key == {"type": "ssh-ed25519", "fingerprint": old, "confirmed": False}
    with pytest.raises(NoOwnKey):
        host_keys.rotate(host.pk, by=by)
    server.start(server.key("swapped"))
    with pytest.raises(HostKeyChanged) as refused:
        nodes.connect(host)
    inventory.lost(host.pk, HostState.ERROR, refused.value)  # as nodewatch does
    host.refresh_from_db()
    new = shown(server)
    assert (host.error_code, host.shown_host_key) == (
        "host_key_changed",
        {"type": "ssh-ed25519", "fingerprint": new},
    )
    with pytest.raises(Invalid):
        host_keys.confirm(host.pk, old, by=by)

    job = host_keys.confirm(host.pk, new, by=by)
    server.start(server.key("swapped-again"))
    assert failed(job) == "host_key_mismatch"  # another one again, after the person had looked
    server.start(server.folder / "swapped")
    done(services.refresh(host.pk, by=by))
    host.refresh_from_db()
    assert host.host_key == {"type": "ssh-ed25519", "fingerprint": new, "confirmed": True}
    entry = AuditEntry.objects.get(action="host.confirm-host-key")
    assert (old in str(vars(entry)), new in str(vars(entry))) == (True, True)


def test_probes(server: SSHServer, by: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    job = host_keys.probe(address="127.0.0.1", port=server.port, by=by)
    with pytest.raises(Busy):
        host_keys.probe(address="127.0.0.1", port=server.port, by=by)
    assert done(job) == {"host_key": {"type": "ssh-ed25519", "fingerprint": shown(server)}}
    told = set()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (1, silent.getsockname()[1]):
            monkeypatch.setattr(nodes, "OPEN_SECONDS", 1.0)
            job = host_keys.probe(address="127.0.0.1", port=port, by=by)
            assert failed(job) == "no_ssh"
            told.add(job.error_detail.replace(f"127.0.0.1:{port} ", ""))
    assert len(told) == 1
    monkeypatch.setattr(scans, "MOST_A_MINUTE", 3)
    with pytest.raises(TooMany):
        host_keys.probe(address="127.0.0.1", port=server.port, by=by)
    for bad in ("-oProxyCommand=x", "a b", "node1\n", "nodé", "", "a/b", "host:22:x"):
        with pytest.raises(Invalid):
            host_keys.probe(address=bad, by=by)


def test_the_file_of_keys_is_handled_with_care(server: SSHServer, tmp_path: Path, by: Actor) -> None:
    from hypervisor.data import Credentials

    known = ssh.scan_host_key("127.0.0.1", server.port).text
    uri = NodeURI.parse(address(server), POLICY)
    shell = Shell(uri, Credentials(private(server), known), tmp_path / "work", once=True)
    ours = own_keys.OwnKey.new("ovirtlite host x")
    before, stat = server.authorized.read_text(), server.authorized.stat()
    own_keys.authorize(shell, ours.public)
    own_keys.authorize(shell, ours.public)
    assert server.authorized.read_text().count(ours.public) == 1
    own_keys.withdraw(shell, ours.public)
    own_keys.withdraw(shell, ours.public)
    after = server.authorized.stat()
    assert server.authorized.read_text() == f"{before}\n"
    assert (after.st_uid, after.st_mode) == (stat.st_uid, stat.st_mode)
    assert sorted(path.name for path in server.authorized.parent.iterdir()) == ["authorized_keys"]
    assert not list((tmp_path / "work").glob("once.*"))
    with pytest.raises(ValueError, match="comment"):
        own_keys.OwnKey.new('x" command="/bin/sh')
    with pytest.raises(ScriptFailed, match="far more"):
        shell.run("yes | head -c 300000\n")
    with pytest.raises(ScriptFailed, match="no such thing"):
        shell.run("echo no such thing >&2; exit 3\n")
    with pytest.raises(AuthenticationFailed):
        Shell(uri, Credentials("", known), tmp_path / "work", password="x").run("exit 0\n")
