"""What a person says of reaching a host, made one: an address, secrets, the key that the machine must show."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from access.errors import Invalid
from hosts import nodes
from hosts.introduction import Given, Install
from hosts.models import Host
from hypervisor.data import Credentials
from hypervisor.errors import InvalidURI
from hypervisor.libvirt import ssh
from hypervisor.uri import NodeURI


@dataclass(frozen=True, slots=True)
class Reaching:
    """How a host is to be reached. `given`: for one job alone; None where nothing is to be installed."""

    credentials: Credentials
    host_key: dict[str, Any] | None
    given: Given | None
    pinned_unseen: bool
    scans: bool  # its machine is first asked for its key

    @property
    def install(self) -> Install:
        return self.given.install if self.given else "none"


def reaching(
    uri: str,
    said: dict[str, str],
    *,
    host_key: str = "",
    install: Install | None = None,
    known: Host | None = None,
) -> Reaching:
    """Weigh what was said, beside what is known of the host. `host_key`: a fingerprint that a person compared.

    Raises Invalid, by field. A malformed address is the job's to tell, unless secrets are given with it.
    """
    said = dict(said)
    password = said.pop("ssh_password", "")
    install = install or ("key" if password else "none")
    # One that has a certificate of ours is still reached over ssh for whatever is to be installed anew.
    beyond = known.ssh_uri if known is not None and uri == known.uri and known.ssh_uri else uri
    over_ssh = _over_ssh(beyond, must_know=bool(password) or install != "none" or bool(host_key))
    before = nodes.credentials_of(known) if known else Credentials()
    moved = known is not None and uri not in {known.uri, known.ssh_uri}
    lines = said.get("known_hosts", "" if moved or host_key else before.known_hosts)
    if install != "none" and not over_ssh:
        raise Invalid("This goes over ssh only.", errors={"install": ["needs an address with +ssh"]})
    if install == "tls" and NodeURI.parse(beyond, nodes.policy()).path != "/system":
        raise Invalid(
            "Only the system's libvirt listens for TLS.",
            errors={"install": ["needs an address that ends in /system"]},
        )
    if host_key and not over_ssh:
        raise Invalid("Only ssh shows such a key.", errors={"host_key": ["needs an address with +ssh"]})
    if host_key and said.get("known_hosts"):
        raise Invalid("One of the two.", errors={"host_key": ["give either this or credentials.known_hosts"]})
    if password and install == "none":
        raise Invalid(
            "A password is used once and not kept, so a key must be installed by it.",
            errors={"install": ["must not be none where a password is given"]},
        )
    confirmed = _confirmed(host_key, lines, known if not moved and "known_hosts" not in said else None)
    unseen = over_ssh and not confirmed and not lines
    if password and not (confirmed and confirmed.get("confirmed")):
        raise Invalid(
            "A password is sent to no machine whose key nobody has compared: probe it, then give its host_key.",
            errors={"host_key": ["is needed where a password is given"]},
        )
    if unseen and settings.REQUIRE_HOST_KEY:
        raise Invalid(
            "This installation adds no machine whose key nobody has compared: probe it, then give its host_key.",
            errors={"host_key": ["is needed here"]},
        )
    private = said.pop("ssh_private_key", None) if install != "none" else None
    fields = {"known_hosts": lines, **said}
    kept = Credentials(**{**_by_name(before), **fields})
    given = Given(install, password, private or "") if install != "none" else None
    return Reaching(kept, confirmed, given, pinned_unseen=unseen, scans=over_ssh and not lines)


def _over_ssh(uri: str, *, must_know: bool) -> bool:
    try:
        return NodeURI.parse(uri, nodes.policy()).transport == "ssh"
    except InvalidURI as wrong:
        if must_know:
            raise Invalid(str(wrong), errors={"uri": [wrong.detail]}) from None
        return False


def _confirmed(fingerprint: str, known_hosts: str, known: Host | None) -> dict[str, Any] | None:
    """The key that the machine must show, for people to see; None while nobody has seen any."""
    if fingerprint:
        return {"type": "", "fingerprint": fingerprint, "confirmed": True}
    if known is not None and known.host_key:
        return dict(known.host_key)
    key = ssh.known_key(known_hosts)
    return {"type": key.type, "fingerprint": key.fingerprint, "confirmed": True} if key else None


def _by_name(credentials: Credentials) -> dict[str, str]:
    return {name: getattr(credentials, name) for name in Credentials.__dataclass_fields__}
