"""Which addresses may be fetched from: none within, whatever name, redirect or notation leads there.

A name is resolved once, every address that it has is looked at, and the connection goes to the very address that was:
a name that means another one a moment later gains nothing.
"""

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import SplitResult, urljoin, urlsplit

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LONGEST = 2000


class Forbidden(Exception):
    """This address is not asked; the words are for the person who named it."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes: to `address`, as `name`."""

    scheme: str
    name: str
    port: int
    address: str
    path: str
    user: str = ""
    password: str = ""

    @property
    def host_header(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        """Of the address itself."""
        at = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{at}:{self.port}{self.path}"


def networks(words: Iterable[str]) -> tuple[Network, ...]:
    """What an administrator allows beside the world: "10.1.0.0/16", "127.0.0.1". Raises ValueError."""
    return tuple(ipaddress.ip_network(word.strip(), strict=False) for word in words if word.strip())


def check(url: str) -> SplitResult:
    """An address by its looks. Raises Forbidden."""
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Forbidden("An address is of printable ASCII characters, without spaces.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Forbidden("This is no address.") from None
    if parts.scheme not in _PORTS:
        raise Forbidden("Only http and https are fetched from.")
    if not parts.hostname or "%" in parts.hostname or port == 0:
        raise Forbidden("The address names no host.")
    return parts


def resolve(url: str, allowed: Sequence[Network]) -> Target:
    """Where the address leads to. Raises Forbidden, also where a name leads nowhere."""
    parts = check(url)
    name = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Forbidden(f"{name} cannot be found: {getattr(error, 'strerror', None) or error}.") from None
    addresses = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    for one in addresses:
        if not permitted(ipaddress.ip_address(one), allowed):
            raise Forbidden(f"{name} is at an inner address. An administrator may allow its network.")
    if not addresses:
        raise Forbidden(f"{name} has no address.")
    path = parts.path or "/"
    return Target(
        parts.scheme,
        name,
        port,
        addresses[0],
        f"{path}?{parts.query}" if parts.query else path,
        parts.username or "",
        parts.password or "",
    )


def redirected(url: str, location: str) -> str:
    """Where a redirect leads. Raises Forbidden: not from https to http, which would tell others what is fetched."""
    target = urljoin(url, location)
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
        raise Forbidden("It leads from https to an address that is not.")
    return target


def permitted(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether it lies in the world, or where an administrator allows. What is embedded in an address counts too."""
    if any(address.version == network.version and address in network for network in allowed):
        return True
    if isinstance(address, ipaddress.IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return permitted(inner, allowed)
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return not _is_our_own(address)


def _embedded(address: ipaddress.IPv6Address) -> Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or int(address) >> 32 == 0:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _is_our_own(address: Address) -> bool:
    """Whether this machine has it: then our own services listen there, or others of the machine."""
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True
