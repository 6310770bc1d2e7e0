"""The address of a client, through the proxies that are trusted to say it and no others."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


@lru_cache(maxsize=8)
def _networks(trusted: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(one, strict=False) for one in trusted)


def is_trusted(peer: str, trusted: Iterable[str]) -> bool:
    """Whether the peer is one of the trusted proxies (addresses or networks; "unix" for a Unix socket's peer)."""
    listed = tuple(trusted)
    if not peer:
        return "unix" in listed
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in _networks(tuple(one for one in listed if one != "unix")))


def client_address(peer: str, forwarded_for: str, trusted: Iterable[str]) -> str:
    """Who is at the other end: the last of X-Forwarded-For that is no trusted proxy itself, else the peer."""
    listed = tuple(trusted)
    if not is_trusted(peer, listed):
        return peer
    client = peer
    for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        try:
            client = str(ip_address(hop))
        except ValueError:
            return client
        if not is_trusted(client, listed):
            return client
    return client


def is_loopback(peer: str) -> bool:
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False
