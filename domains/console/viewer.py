"""`console.vv`: what remote-viewer opens, for those who rather look from outside the browser.

It speaks plain VNC to the node itself, so it works only where the domain's VNC can be reached over the network from
where the person sits: not through ssh, not through a Unix socket, not on the node's loopback. The password in the file
opens the screen for half a minute.
"""

from uuid import UUID

from access import audit
from access.actor import Actor
from domains.console.errors import NoSuchConsole, NotReachable
from domains.console.screens import NoScreen, address_seen_from_here, one_time_password, vnc_of
from domains.console.services import reachable
from domains.models import Domain
from hosts import nodes
from hypervisor.uri import NodeURI


def viewer_file(domain_id: UUID, *, by: Actor) -> str:
    """The text of the file. Raises what `open_console` raises, NotReachable, HypervisorError."""
    domain = reachable(domain_id, by=by)
    if "vnc" not in domain.consoles:
        raise NoSuchConsole(f"{domain.name} has no VNC screen.")
    with nodes.pooled(domain.host) as node:
        seen = vnc_of(node, domain.pk)
        uri = NodeURI.parse(domain.host.uri, nodes.policy())
        if uri.transport == "ssh" or not uri.remote or seen.socket or seen.port is None:
            raise NotReachable(
                f"The screen of {domain.name} can be reached only by way of its host; use the console in the browser."
            )
        try:
            address = address_seen_from_here(seen.listen, uri)
        except NoScreen as error:
            raise NotReachable(error.detail) from error
        audit.record(
            by, "domain.console", "domain", domain.pk, domain.name, type="vnc", viewer="remote-viewer"
        )
        password = one_time_password(node, domain.pk)
    return _key_file(domain, address, seen.port, password)


def _key_file(domain: Domain, address: str, port: int, password: str | None) -> str:
    fields = {
        "type": "vnc",
        "host": address,
        "port": str(port),
        **({"password": password} if password is not None else {}),
        "title": domain.title or domain.name,
        "delete-this-file": "1",
    }
    return "[virt-viewer]\n" + "".join(f"{name}={_escaped(value)}\n" for name, value in fields.items())


def _escaped(value: str) -> str:
    """As GLib's key files want it: a domain's title may hold anything, and must not become a line of its own."""
    escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return "\\s" + escaped[1:] if escaped.startswith(" ") else escaped
