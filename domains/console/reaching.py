"""From an admitted console to a connected socket, by way of the host's row."""

import socket
from collections.abc import Callable
from contextlib import ExitStack

from domains.console.admission import Admitted
from domains.console.lines import Line
from domains.console.screens import Way, open_screen
from hosts.models import Host
from hosts.nodes import connect, credentials_of, policy, pooled, workdir
from hypervisor import errors
from hypervisor.libvirt import ssh
from hypervisor.node import Node
from hypervisor.states import ALLOWED_FROM, DomainAction
from hypervisor.uri import NodeURI


def reach(admitted: Admitted, held: ExitStack, taken_over: Callable[[], None]) -> socket.socket:
    """The domain's end of the console. What must stay open as long as the console is pushed to `held`.

    `taken_over` is called when someone else takes a serial line. Raises HypervisorError.
    """
    host = admitted.domain.host
    if admitted.type == "vnc":
        with pooled(host) as node:
            _check_run(node, admitted)
            return open_screen(node, admitted.domain.pk, way_to(host))
    # A reader of a stream waits inside libvirt, so a serial line has a connection of its own.
    node = connect(host)
    try:
        _check_run(node, admitted)
        line = Line(node, admitted.domain.pk, taken_over)
    except BaseException:
        node.close()
        raise
    held.callback(line.close)
    return line.socket


def way_to(host: Host) -> Way:
    """How this process gets to the host."""
    uri = NodeURI.parse(host.by_shell, policy())

    def tunnel(target_host: str, target_port: int) -> socket.socket:
        return ssh.tunnel(uri, credentials_of(host), workdir(host.pk), target_host, target_port)

    return Way(uri, tunnel)


def _check_run(node: Node, admitted: Admitted) -> None:
    """The node's own word of now: the row that the ticket was compared with may be a moment old."""
    seen = node.domain(admitted.domain.pk)
    if seen.state not in ALLOWED_FROM[DomainAction.CONSOLE]:
        raise errors.OperationInvalid(f"The domain is {seen.state}.")
    expected = admitted.ticket.libvirt_id
    if expected is not None and seen.id is not None and seen.id != expected:
        raise errors.OperationInvalid(
            "The domain was started anew since the console was asked for; open it again."
        )
