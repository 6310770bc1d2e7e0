"""What is written for the ssh program: settings, keys and a wrapper that nothing can break out of."""

import stat
import subprocess
from pathlib import Path

import pytest

from hypervisor.data import Credentials
from hypervisor.libvirt import ssh, tls
from hypervisor.libvirt.ssh import fingerprint, write_wrapper

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\r\nAAAA\r\n-----END OPENSSH PRIVATE KEY-----"
HOST_KEY = "node1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIYdIKtIimJ+fU0K4TpuzLHVwJuWFFEUva+er5824vT3"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_is_private(tmp_path: Path) -> None:
    workdir = tmp_path / "nodes" / "one"
    wrapper = write_wrapper(Credentials(ssh_private_key=KEY, known_hosts=HOST_KEY), workdir)
    assert mode(workdir) == 0o700
    assert mode(wrapper) == 0o700
    assert mode(workdir / "key") == 0o600
    assert (workdir / "key").read_text().endswith("KEY-----\n")
    assert "\r" not in (workdir / "key").read_text()
    assert (workdir / "known_hosts").read_text() == HOST_KEY + "\n"
    assert sorted(path.name for path in workdir.iterdir()) == ["key", "known_hosts", "ssh", "ssh_config"]


def settings_of(workdir: Path) -> dict[str, str]:
    """As ssh itself understands them."""
    said = subprocess.run(
        [workdir / "ssh", "-G", "-p", "22", "node1"], capture_output=True, text=True, check=True
    ).stdout
    return dict(line.split(" ", 1) for line in said.splitlines() if " " in line)


@pytest.mark.parametrize(
    "name", ["plain", "with space", "per%h cent", "quote's", 'a"b', "new\nline", "$(touch canary)", ";id"]
)
def test_ssh_reads_the_settings_as_they_are_meant(tmp_path: Path, name: str) -> None:
    workdir = tmp_path / name
    write_wrapper(Credentials(ssh_private_key=KEY, known_hosts=HOST_KEY), workdir)
    settings = settings_of(workdir)
    assert settings["stricthostkeychecking"] == "true"
    assert settings["batchmode"] == "yes"
    assert settings["identitiesonly"] == "yes"
    assert settings["globalknownhostsfile"] == "/dev/null"
    assert settings["updatehostkeys"] == "false"
    assert settings["permitlocalcommand"] == "no"
    assert settings["forwardagent"] == "no"
    assert settings.get("proxycommand", "none") == "none"
    assert settings["userknownhostsfile"] == "known_hosts"
    assert not (tmp_path / "canary").exists()
    assert not Path("canary").exists()


def test_a_key_taken_back_is_removed(tmp_path: Path) -> None:
    write_wrapper(Credentials(ssh_private_key=KEY), tmp_path)
    write_wrapper(Credentials(), tmp_path)
    assert not (tmp_path / "key").exists()
    assert "IdentityFile" not in (tmp_path / "ssh_config").read_text()


def test_nothing_is_written_twice(tmp_path: Path) -> None:
    wrapper = write_wrapper(Credentials(ssh_private_key=KEY), tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert write_wrapper(Credentials(ssh_private_key=KEY), tmp_path) == wrapper
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_fingerprints_are_those_of_ssh_keygen(tmp_path: Path) -> None:
    (tmp_path / "known").write_text(HOST_KEY + "\n")
    said = subprocess.run(
        ["ssh-keygen", "-lf", tmp_path / "known"], capture_output=True, text=True, check=True
    ).stdout
    assert fingerprint(HOST_KEY) in said


def test_secrets_are_not_shown() -> None:
    shown = repr(Credentials(ssh_private_key="canary-1", tls_private_key="canary-2"))
    assert "canary" not in shown


class TestCertificates:
    def test_none_given(self, tmp_path: Path) -> None:
        assert tls.write_pki(Credentials(), tmp_path) is None
        assert not list(tmp_path.iterdir())

    def test_names_are_libvirts(self, tmp_path: Path) -> None:
        folder = tls.write_pki(
            Credentials(tls_ca_certificate="ca", tls_certificate="cert", tls_private_key="key"), tmp_path
        )
        assert folder is not None
        assert sorted(path.name for path in folder.iterdir()) == [
            "cacert.pem",
            "clientcert.pem",
            "clientkey.pem",
        ]
        assert mode(folder) == 0o700
        assert mode(folder / "clientkey.pem") == 0o600

    def test_what_is_taken_back_is_removed(self, tmp_path: Path) -> None:
        tls.write_pki(Credentials(tls_ca_certificate="ca", tls_private_key="key"), tmp_path)
        folder = tls.write_pki(Credentials(tls_ca_certificate="ca"), tmp_path)
        assert folder is not None
        assert [path.name for path in folder.iterdir()] == ["cacert.pem"]


def test_an_empty_known_hosts_trusts_nobody(tmp_path: Path) -> None:
    ssh.write_wrapper(Credentials(), tmp_path)
    assert (tmp_path / "known_hosts").read_text().strip() == ""
    assert settings_of(tmp_path)["stricthostkeychecking"] == "true"
