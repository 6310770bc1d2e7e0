"""Addresses: what is taken, its normal form, and the attacks that are refused before libvirt sees a byte."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypervisor.errors import InvalidURI
from hypervisor.uri import NodeURI, UriPolicy

POLICY = UriPolicy(allow_tcp=True)


def parse(text: str, *roots: Path) -> NodeURI:
    return NodeURI.parse(text, UriPolicy(allow_tcp=True, local_roots=roots))


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("qemu:///system", "qemu:///system"),
        ("lxc:///system", "lxc:///system"),
        ("test:///default", "test:///default"),
        ("qemu+ssh://root@Node1.Example:22/system", "qemu+ssh://root@node1.example/system"),
        ("qemu+ssh://node1.example./system", "qemu+ssh://node1.example/system"),
        ("qemu+ssh://[2001:DB8::0001]:2222/system", "qemu+ssh://[2001:db8::1]:2222/system"),
        ("qemu+tls://node1:16514/system", "qemu+tls://node1/system"),
        ("qemu://node1/system", "qemu+tls://node1/system"),
        ("qemu+tcp://10.77.0.11/system", "qemu+tcp://10.77.0.11/system"),
        ("qemu+unix:///system", "qemu+unix:///system"),
        ("qemu:///system?", "qemu:///system"),
        ("esx://root@esx1/", "esx://root@esx1/"),
        ("vpx://admin@vc1/Folder/dc1/host1", "vpx://admin@vc1/Folder/dc1/host1"),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    uri = parse(text)
    assert str(uri) == normal
    assert parse(str(uri)) == uri


def test_parts() -> None:
    uri = parse("qemu+ssh://root@node1:2222/system")
    assert (uri.driver, uri.transport, uri.user, uri.host, uri.port, uri.path) == (
        "qemu", "ssh", "root", "node1", 2222, "/system",
    )  # fmt: skip
    assert uri.remote
    assert uri.server_port == 2222
    assert parse("qemu+tls://node1/system").server_port == 16514
    assert uri.with_params(("command", "/a b/ssh")) == "qemu+ssh://root@node1:2222/system?command=/a%20b/ssh"


@pytest.mark.parametrize(
    "text",
    [
        # Options where ssh, or a shell behind it, would find them.
        "qemu+ssh://-oProxyCommand=touch%20x/system",
        "qemu+ssh://-oProxyCommand/system",
        "qemu+ssh://-l@node1/system",
        "qemu+ssh://-oProxyCommand@node1/system",
        "qemu+ssh://root;id@node1/system",
        "qemu+ssh://$(id)@node1/system",
        "qemu+ssh://node1;id/system",
        "qemu+ssh://`id`/system",
        "qemu+ssh://node1\n/system",
        "qemu+ssh://node1%0a/system",
        "qemu+ssh://root%0a@node1/system",
        "qemu:///system\n",
        "\tqemu:///system",
        "qemu+ssh://nоde1/system",  # a Cyrillic о
        "qemu+ssh://node1\u200b/system",
        "qemu+ssh://root:secret@node1/system",
        "qemu+ssh://a@b@node1/system",
        # Transports that start programs.
        "qemu+ext://node1/system?command=/bin/true",
        "qemu+ext:///system",
        "qemu+libssh2://node1/system",
        "qemu+libssh://node1/system",
        "qemu+://node1/system",
        # Hosts that are none.
        "qemu+ssh:///system",
        "qemu+tls://10.0.0/system",
        "qemu+tls://1.2.3.4.5/system",
        "qemu+tls://[::g]/system",
        "qemu+tls://a..b/system",
        "qemu+tls://" + "a" * 254 + "/system",
        "qemu+ssh://node1:0/system",
        "qemu+ssh://node1:65536/system",
        # Local ones with something remote about them.
        "qemu+unix://node1/system",
        "qemu+unix://root@/system",
        "qemu+unix://:22/system",
        # Paths.
        "qemu:///",
        "qemu:///etc",
        "qemu:////system",
        "qemu:///embed?root=/tmp/x",
        "qemu+ssh://node1/../system",
        "esx:///",
        "esx+ssh://esx1/",
        "esx://root@esx1/../x",
        # Not an address of ours.
        "",
        "qemu",
        "http://node1/",
        "QEMU:///system",
        "qemu:///system#fragment",
        "qemu+ssh://node1/system" + "x" * 600,
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(InvalidURI):
        parse(text, Path("/tmp"))


@pytest.mark.parametrize(
    "name",
    [
        "command", "netcat", "keyfile", "pkipath", "no_verify", "no_sanity", "no_tty", "mode", "proxy", "name",
        "auto_answer", "sshauth", "known_hosts", "known_hosts_verify", "tls_priority", "root", "COMMAND", "comm%61nd",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "base", ["qemu+ssh://node1/system", "qemu+unix:///system", "qemu+tls://node1/system"]
)
def test_parameters_are_refused(base: str, name: str) -> None:
    for query in (f"{name}=/bin/true", name, f"socket=/tmp/s&{name}=1", f"{name}=1;socket=/tmp/s"):
        with pytest.raises(InvalidURI):
            parse(f"{base}?{query}", Path("/tmp"))


def test_a_refused_parameter_is_named() -> None:
    with pytest.raises(InvalidURI, match="netcat"):
        parse("qemu+ssh://node1/system?netcat=/bin/true")


def test_tcp_needs_permission() -> None:
    with pytest.raises(InvalidURI, match="tls or ssh"):
        NodeURI.parse("qemu+tcp://node1/system", UriPolicy())


class TestLocalPaths:
    def test_a_socket_below_the_roots(self, tmp_path: Path) -> None:
        uri = parse(f"qemu+unix:///session?socket={tmp_path}/run/libvirt-sock", tmp_path)
        assert uri.socket == f"{tmp_path}/run/libvirt-sock"
        assert parse(str(uri), tmp_path) == uri

    def test_a_space_survives(self, tmp_path: Path) -> None:
        uri = parse(f"qemu+unix:///session?socket={tmp_path}/a%20b", tmp_path)
        assert uri.socket == f"{tmp_path}/a b"
        assert "%20" in str(uri)

    def test_a_file_of_the_test_driver(self, tmp_path: Path) -> None:
        assert parse(f"test://{tmp_path}/node.xml", tmp_path).path == f"{tmp_path}/node.xml"

    @pytest.mark.parametrize(
        "path",
        ["/etc/passwd", "{root}/../x", "{root}/%2e%2e/x", "relative", "", "{root}-sibling/x", "{root}/a%00b"],
    )
    def test_outside(self, tmp_path: Path, path: str) -> None:
        root = tmp_path / "root"
        root.mkdir()
        path = path.format(root=root)
        with pytest.raises(InvalidURI):
            parse(f"qemu+unix:///session?socket={path}", root)
        if path.startswith("/"):
            with pytest.raises(InvalidURI):
                parse(f"test://{path}", root)

    def test_no_link_leads_out(self, tmp_path: Path) -> None:
        root = tmp_path / "root"
        root.mkdir()
        (root / "link").symlink_to("/etc")
        with pytest.raises(InvalidURI):
            parse(f"test://{root}/link/passwd", root)
        with pytest.raises(InvalidURI):
            parse(f"qemu+unix:///session?socket={root}/link/x", root)

    def test_a_socket_goes_with_unix_alone(self, tmp_path: Path) -> None:
        for base in ("qemu+ssh://node1/system", "qemu:///system", "qemu+tls://node1/system"):
            with pytest.raises(InvalidURI):
                parse(f"{base}?socket={tmp_path}/x", tmp_path)

    def test_nothing_is_local_without_roots(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidURI):
            parse(f"test://{tmp_path}/node.xml")


@given(st.text(max_size=80))
def test_whatever_is_written_is_refused_or_reads_back(text: str) -> None:
    _refused_or_stable(text)


@given(
    st.sampled_from(["qemu", "test", "esx", "lxc"]),
    st.sampled_from(["", "+ssh", "+tls", "+tcp", "+unix", "+ext"]),
    st.text("abz019.-_@:[]%/?=&\\;'\"", max_size=30),
    st.sampled_from(["/system", "/default", "/", "", "/system?socket=/tmp/x"]),
)
def test_nearly_right_addresses(driver: str, transport: str, middle: str, path: str) -> None:
    _refused_or_stable(f"{driver}{transport}://{middle}{path}")


def _refused_or_stable(text: str) -> None:
    try:
        uri = NodeURI.parse(text, POLICY)
    except InvalidURI:
        return
    assert NodeURI.parse(str(uri), POLICY) == uri
    assert not uri.host.startswith("-")
    assert not uri.user.startswith("-")
