"""What a wish for a domain takes beside it: a network, or a bridge of the host, to be connected to."""

from collections.abc import Collection
from uuid import UUID

from access.actor import Actor
from hosts.models import Host
from networks.models import Network


def lacks_connecting(network: Network, by: Actor) -> str:
    """ "" where `by` may connect a domain to this network; else what they lack, in words."""
    at: dict[str, UUID | None] = {
        "network": network.pk,
        "host": network.host_id,
        "cluster": network.host.cluster_id,
    }
    if by.scope("network.use").covers(at):
        return ""
    return f"This needs the permission network.use on the network {network.name}."


def lacks_bridging(host: Host, by: Actor) -> str:
    """The same of a bridge by its name: whoever may that reaches what every network of the host could be."""
    if by.scope("network.use").covers(host.within):
        return ""
    return f"Connecting to a bridge of {host.name} by its name needs the permission network.use on the host."


def beyond(host: Host, networks: Collection[str], bridges: Collection[str], by: Actor) -> list[str]:
    """Of what a definition newly connects to, by name: what `by` may not, in words."""
    if by.scope("network.use").covers(host.within):
        return []
    usable = Network.objects.permitted(by, "network.use").filter(host=host, name__in=networks)
    seen = Network.objects.permitted(by, "network.read").filter(host=host, name__in=networks)
    missing = set(networks) - set(usable.values_list("name", flat=True))
    known = set(seen.values_list("name", flat=True)) if missing else set()
    said = [
        f"This needs the permission network.use on the network {name}."
        if name in known
        else f"There is no network {name} on {host.name}."
        for name in sorted(missing)
    ]
    return [*said, *([lacks_bridging(host, by)] if bridges else [])]
