"""How the source reaches the destination: for its control connection, and for the memory and disks."""

from dataclasses import replace

from hosts.models import Host
from hosts.nodes import policy
from hypervisor.uri import NodeURI


def control(destination: Host) -> NodeURI:
    """The address that the *source node* opens. By default the one that we use ourselves.

    Raises InvalidURI for what an administrator wrote there wrongly.
    """
    allowed = replace(policy(), allow_tcp=True)  # between nodes, by an administrator's word
    return NodeURI.parse(destination.migration_uri or destination.by_shell, allowed)


def data(destination: Host) -> str:
    """Where the memory and disks go. Named by address, so that it does not hang on the nodes' own name service."""
    uri = control(destination)
    host = f"[{uri.host}]" if ":" in uri.host else uri.host
    return f"tcp://{host}" if host else ""
