"""Addresses of nodes: what a person may write, taken apart strictly, and put together again by us.

libvirt's own URIs can start programs (`command=`, `netcat=`, the `ext` transport), read files (`test:///path`) and
switch verification off (`no_verify=1`). So nothing that a person wrote reaches libvirt as it is: it is matched against
what is known to be harmless, and `str()` builds the address from the parts.
Source: https://libvirt.org/uri.html and https://libvirt.org/remote.html
"""

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from hypervisor.errors import InvalidURI

TRANSPORTS = frozenset({"", "unix", "tcp", "tls", "ssh"})
DEFAULT_PORTS = {"ssh": 22, "tls": 16514, "tcp": 16509}

_LONGEST = 512
# Paths that each driver knows. None: it takes what _PLAIN_PATH allows (esx and hyperv speak to a web service).
_PATHS: dict[str, frozenset[str] | None] = {
    "qemu": frozenset({"/system", "/session"}),
    "lxc": frozenset({"/system"}),
    "xen": frozenset({"/system"}),
    "ch": frozenset({"/system", "/session"}),
    "bhyve": frozenset({"/system"}),
    "vbox": frozenset({"/system", "/session"}),
    "vz": frozenset({"/system", "/session"}),
    "test": frozenset({"/default"}),
    "esx": None,
    "vpx": None,
    "gsx": None,
    "hyperv": None,
}
_WEB_SERVICES = frozenset(driver for driver, paths in _PATHS.items() if paths is None)
_SHAPE = re.compile(
    r"(?P<driver>[a-z]{2,10})(?:\+(?P<transport>[a-z0-9]{1,16}))?://"
    r"(?:(?P<user>[^@/?#]*)@)?(?P<host>\[[0-9a-fA-F:.]+\]|[^@/?#:\[\]]*)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?"
)
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}){0,6}/?")


@dataclass(frozen=True, slots=True)
class UriPolicy:
    """What this installation lets people name: unencrypted TCP or not, and where local sockets and files may lie."""

    allow_tcp: bool = False
    local_roots: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeURI:
    """One address in its normal form. `host` is lower case, an IPv6 one without brackets; `port` None is the usual."""

    driver: str
    transport: str = ""
    user: str = ""
    host: str = ""
    port: int | None = None
    path: str = ""
    params: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str, policy: UriPolicy) -> "NodeURI":
        """Take apart what a person wrote. Raises InvalidURI, with a sentence that says what is wrong."""
        if len(text) > _LONGEST or not text.isascii() or not text.isprintable() or " " in text:
            raise InvalidURI(f"The address must be at most {_LONGEST} plain characters without spaces.")
        shape = _SHAPE.fullmatch(text)
        if shape is None:
            raise InvalidURI("The address is not of the form driver+transport://user@host:port/path.")
        driver, path = shape["driver"], unquote(shape["path"] or "")
        transport = _transport(shape, policy)
        host = _host(shape["host"], text)
        user = shape["user"] or ""
        port = _port(shape["port"], transport)
        params = _params(shape["query"] or "", transport, policy)
        if transport in {"ssh", "tls", "tcp"} and not host:
            raise InvalidURI(f"The transport {transport} needs a host.")
        if (transport == "unix" or (not transport and driver not in _WEB_SERVICES)) and (
            host or user or port
        ):
            raise InvalidURI("A local address names no host, user or port.")
        if driver in _WEB_SERVICES and (transport or not host):
            raise InvalidURI(f"The driver {driver} is reached as {driver}://user@host/, without a transport.")
        if shape["user"] is not None and not _USER.fullmatch(user):
            raise InvalidURI("The user may have letters, digits, dot, dash and underscore, and no password.")
        if user and transport not in {"ssh", ""}:
            raise InvalidURI(f"The transport {transport} knows no user.")
        return cls(driver, transport, user, host, port, _path(driver, path, host, policy), params)

    @property
    def socket(self) -> str:
        """The Unix socket of the daemon, "" where the usual one is meant."""
        return dict(self.params).get("socket", "")

    @property
    def remote(self) -> bool:
        """Whether the node is reached over a network."""
        return bool(self.host)

    @property
    def server_port(self) -> int | None:
        """The TCP port that is connected to; None where there is none, or only the driver knows it."""
        return self.port or DEFAULT_PORTS.get(self.transport)

    def with_params(self, *params: tuple[str, str]) -> str:
        """The address for libvirt, with parameters of ours behind those of its own."""
        return self._text((*self.params, *params))

    def __str__(self) -> str:
        return self._text(self.params)

    def _text(self, params: tuple[tuple[str, str], ...]) -> str:
        scheme = f"{self.driver}+{self.transport}" if self.transport else self.driver
        user = f"{self.user}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        query = "&".join(f"{name}={quote(value, safe='/')}" for name, value in params)
        return f"{scheme}://{user}{host}{port}{quote(self.path)}" + (f"?{query}" if query else "")


def checked_host(text: str) -> str:
    """A machine's name or IP address as it may stand in the address of a node. Raises InvalidURI."""
    if not text or not text.isascii() or not text.isprintable():
        raise InvalidURI("The host must be a name of letters, digits, dashes and dots, or an IP address.")
    bare = ":" in text and not text.startswith("[")
    return _host(f"[{text}]" if bare else text, text)


def _transport(shape: "re.Match[str]", policy: UriPolicy) -> str:
    driver, transport = shape["driver"], shape["transport"] or ""
    if driver not in _PATHS:
        raise InvalidURI(f"There is no driver {driver}. Known are {', '.join(sorted(_PATHS))}.")
    if transport not in TRANSPORTS or shape["transport"] == "":
        raise InvalidURI(
            f"The transport {transport} is not allowed: unix, tls and ssh are, tcp where permitted."
        )
    if not transport and shape["host"] and driver not in _WEB_SERVICES:
        transport = "tls"  # as libvirt reads it
    if transport == "tcp" and not policy.allow_tcp:
        raise InvalidURI("Unencrypted TCP is not allowed here; use tls or ssh.")
    return transport


def _host(text: str, uri: str) -> str:
    if not text:
        return ""
    if text.startswith("["):
        try:
            return str(ipaddress.IPv6Address(text[1:-1]))
        except ValueError:
            raise InvalidURI(f"{text} is no IPv6 address.") from None
    if re.fullmatch(r"[0-9.]+", text):
        try:
            return str(ipaddress.IPv4Address(text))
        except ValueError:
            raise InvalidURI(f"{text} is no IPv4 address.") from None
    if len(text) > 253 or not all(_LABEL.fullmatch(label) for label in text.removesuffix(".").split(".")):
        raise InvalidURI("The host must be a name of letters, digits, dashes and dots, or an IP address.")
    return text.removesuffix(".").lower()


def _port(text: str | None, transport: str) -> int | None:
    if text is None:
        return None
    port = int(text)
    if not 0 < port < 65536:
        raise InvalidURI(f"{text} is no TCP port.")
    return None if port == DEFAULT_PORTS.get(transport) else port


def _params(query: str, transport: str, policy: UriPolicy) -> tuple[tuple[str, str], ...]:
    if not query:
        return ()
    found: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        name = unquote(name)
        if name != "socket":
            shown = name if name.isidentifier() else "given"
            raise InvalidURI(f"The parameter {shown} is not allowed in an address; only socket is.")
        if name in found:
            raise InvalidURI("The parameter socket is given twice.")
        if transport != "unix":
            raise InvalidURI("The parameter socket goes with the transport unix only.")
        found[name] = _local(unquote(value), policy, "socket")
    return tuple(found.items())


def _path(driver: str, path: str, host: str, policy: UriPolicy) -> str:
    known = _PATHS[driver]
    if known is None:
        if not _PLAIN_PATH.fullmatch(path):
            raise InvalidURI(f"The path {path} is not one of the driver {driver}.")
        return path or "/"
    if path in known:
        return path
    if driver == "test" and path and not host:
        return _local(path, policy, "file of the test driver")
    raise InvalidURI(f"The path of a {driver} address is {' or '.join(sorted(known))}.")


def _local(text: str, policy: UriPolicy, what: str) -> str:
    """A path on this machine. No link may lead out of the folders that are allowed; none leads in either."""
    if not text.startswith("/") or not text.isprintable() or ".." in text.split("/"):
        raise InvalidURI(f"The {what} must be an absolute path without `..`.")
    real = os.path.realpath(text)
    for root in policy.local_roots:
        if Path(real).is_relative_to(os.path.realpath(root)):
            return real
    raise InvalidURI(f"The {what} lies outside the folders that are allowed here.")
