"""Keys that are refused or have changed: a failed job with its own code, and a host that can be put right."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.cluster import Lab
from tests.stack.person import Person

pytestmark = pytest.mark.lab


@pytest.fixture
def stranger(lab: Lab, person: Person) -> Iterator[dict[str, Any]]:
    """How node2 is reached over ssh, with all that is right. What a test enrols under this name is forgotten."""
    node = lab.nodes["node2"]
    key = lab.nodes["node1"].credentials["ssh_private_key"]
    yield {
        "name": "over-ssh",
        "uri": node.uri_by("ssh"),
        "credentials": {"ssh_private_key": key, "known_hosts": node.host_key_line},
    }
    for left in person.get("/hosts/", name="over-ssh")["results"]:
        person.delete(f"/hosts/{left['id']}/")


def other_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return (
        Ed25519PrivateKey.generate()
        .private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        .decode()
    )


def other_host_key(known_hosts: str) -> str:
    """The same machines with a key that is none of theirs."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public = Ed25519PrivateKey.generate().public_key()
    text = public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    return "".join(f"{line.split()[0]} {text}\n" for line in known_hosts.splitlines() if line.strip())


def test_a_refused_key_then_the_right_one(
    lab: Lab, hosts: dict[str, Any], person: Person, stranger: dict[str, Any]
) -> None:
    right = stranger["credentials"]["ssh_private_key"]
    stranger["credentials"]["ssh_private_key"] = other_key()
    failed = person.ended(person.post("/hosts/", stranger, expect=202), within=40)
    assert (failed["state"], failed["error"]["code"]) == ("failed", "authentication_failed")
    assert failed["error"]["detail"].endswith(".")
    path = f"/hosts/{failed['object']['id']}/"
    host = person.get(path)
    assert (host["state"], host["error"]["code"]) == ("error", "authentication_failed")
    assert "PRIVATE KEY" not in str(host)
    # With the right key it gets as far as being known already: node2 is a host over TLS.
    mended = person.patch(path, {"credentials": {"ssh_private_key": right}})
    assert person.ended(mended["job"], within=60)["error"]["code"] == "duplicate_node"


def test_a_changed_host_key_blocks(person: Person, stranger: dict[str, Any]) -> None:
    stranger["credentials"]["known_hosts"] = other_host_key(stranger["credentials"]["known_hosts"])
    failed = person.ended(person.post("/hosts/", stranger, expect=202), within=40)
    assert (failed["state"], failed["error"]["code"]) == ("failed", "host_key_changed")


def test_the_same_node_twice_is_refused(
    lab: Lab, hosts: dict[str, Any], person: Person, stranger: dict[str, Any]
) -> None:
    failed = person.ended(person.post("/hosts/", stranger, expect=202), within=40)
    assert (failed["state"], failed["error"]["code"]) == ("failed", "duplicate_node")
    assert "node2" in failed["error"]["detail"]


def test_without_known_hosts_the_key_is_pinned_and_shown(
    lab: Lab, hosts: dict[str, Any], person: Person, stranger: dict[str, Any]
) -> None:
    del stranger["credentials"]["known_hosts"]
    ended = person.ended(person.post("/hosts/", stranger, expect=202), within=40)
    key = person.get(f"/hosts/{ended['object']['id']}/")["host_key"]
    assert key["fingerprint"].startswith("SHA256:")
