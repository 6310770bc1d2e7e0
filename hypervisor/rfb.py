"""The beginnings of an RFB (VNC) conversation: we sign in at the node, so that a browser need not.

Source of every number here: RFC 6143 (RFB 3.8), and the rfbproto list of what viewers send today.
Only what stands before ClientInit is spoken here; all that follows passes unread, unless the viewer may only look on
(see `hypervisor.rfb_viewonly`).
"""

import re
import socket
import struct
import time
from typing import ClassVar

from hypervisor.errors import HypervisorError, NodeUnreachable, NotSupported

_VERSION = re.compile(rb"RFB (\d{3})\.(\d{3})\n")
_VERSION_BYTES = 12
_LONGEST_REASON = 1024
_NONE = 1
_VNC = 2
_SECURITY_NAMES = {5: "RA2", 6: "RA2ne", 16: "Tight", 18: "TLS", 19: "VeNCrypt", 20: "SASL", 30: "Apple"}


class NotVNC(HypervisorError):
    """What listens there does not speak RFB, or breaks its rules."""

    code = "not_vnc"


class PasswordRefused(HypervisorError):
    """The VNC server wants a password, and not the one that we have."""

    code = "vnc_password_refused"
    hint = "Remove the password from the domain's graphics, or let libvirt set it (passwd attribute)."


def log_in(server: socket.socket, password: str | None, *, seconds: float = 10.0) -> None:
    """Speak with a VNC server up to where the viewer's ClientInit is due.

    Raises NotVNC, NotSupported (only authentication that we do not speak), PasswordRefused, NodeUnreachable.
    `seconds` bounds the whole conversation; the socket is left blocking, without a timeout.
    """
    wire = _Wire(server, time.monotonic() + seconds)
    try:
        minor = _agree_on_version(wire)
        chosen = _choose_security(wire, minor, password)
        if chosen == _VNC:
            wire.send(answer(wire.take(16), password or ""))
        if chosen == _VNC or minor >= 8:
            _read_result(wire, minor)
    except OSError as error:
        raise NodeUnreachable(f"The VNC server broke off: {error}.") from error
    finally:
        server.settimeout(None)


class _Wire:
    """Exact reads from a socket, all before one deadline."""

    def __init__(self, server: socket.socket, ends: float) -> None:
        self._server = server
        self._ends = ends

    def take(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            self._server.settimeout(max(0.001, self._ends - time.monotonic()))
            part = self._server.recv(size - len(got))
            if not part:
                raise NotVNC("The VNC server closed the connection before the viewer was signed in.")
            got += part
        return got

    def number(self) -> int:
        (read,) = struct.unpack(">I", self.take(4))
        return int(read)

    def reason(self) -> str:
        """A text of the server's, for people."""
        text = self.take(min(self.number(), _LONGEST_REASON)).decode("utf-8", "replace")
        return "".join(letter if letter.isprintable() else " " for letter in text).strip()

    def send(self, data: bytes) -> None:
        self._server.settimeout(max(0.001, self._ends - time.monotonic()))
        self._server.sendall(data)


def _agree_on_version(wire: _Wire) -> int:
    """3, 7 or 8: the newest that both know. Odd versions in the wild (3.5, 3.889) count as their elders."""
    said = _VERSION.fullmatch(wire.take(_VERSION_BYTES))
    if said is None or int(said[1]) < 3:
        raise NotVNC("What answers at the domain's VNC address does not speak RFB.")
    minor = 8 if int(said[1]) > 3 or int(said[2]) >= 8 else 7 if int(said[2]) == 7 else 3
    wire.send(b"RFB 003.%03d\n" % minor)
    return minor


def _choose_security(wire: _Wire, minor: int, password: str | None) -> int:
    if minor == 3:
        chosen = wire.number()
        offered = bytes([chosen]) if chosen < 256 else b""
        if chosen == 0:
            raise NotVNC(f"The VNC server refuses viewers: {wire.reason()}.")
    else:
        offered = wire.take(wire.take(1)[0])
        if not offered:
            raise NotVNC(f"The VNC server refuses viewers: {wire.reason()}.")
    if _NONE in offered:
        chosen = _NONE
    elif _VNC in offered:
        if password is None:
            raise PasswordRefused("The domain's VNC asks for a password that is not known here.")
        chosen = _VNC
    else:
        names = ", ".join(_SECURITY_NAMES.get(kind, str(kind)) for kind in offered)
        raise NotSupported(f"The domain's VNC offers only ways to sign in that are not spoken here: {names}.")
    if minor > 3:
        wire.send(bytes([chosen]))
    return chosen


def _read_result(wire: _Wire, minor: int) -> None:
    if wire.number() == 0:
        return
    why = wire.reason() if minor >= 8 else ""
    raise PasswordRefused(f"The domain's VNC refused the password{': ' + why if why else ''}.")


def answer(challenge: bytes, password: str) -> bytes:
    """The reply to VNC authentication's challenge: DES under the password's first eight bytes, bits mirrored."""
    # Late: the gateway's lean processes speak only the viewer's side.
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import ECB

    plain = password.encode("latin-1", "replace")[:8].ljust(8, b"\0")
    key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in plain)
    des = Cipher(TripleDES(key * 3), ECB()).encryptor()  # noqa: S305 - RFB says so; three equal keys are DES
    return des.update(challenge) + des.finalize()


class ViewerRefused(Exception):
    """The viewer does not speak RFB as we offer it; the connection is to be closed."""


class Greeting:
    """Our side towards the viewer, without any I/O: version, and "no authentication" as the only choice.

    Send `hello`, then feed what arrives to `receive` and send what it gives back. Once `done`, `rest` holds what came
    after the greeting and belongs to the server.
    """

    hello: ClassVar[bytes] = b"RFB 003.008\n"

    def __init__(self) -> None:
        self._minor: int | None = None
        self._got = b""
        self.done = False

    @property
    def rest(self) -> bytes:
        return self._got if self.done else b""

    def receive(self, data: bytes) -> bytes:
        """What to send in reply. Raises ViewerRefused."""
        self._got += data
        reply = b""
        if self._minor is None:
            if len(self._got) < _VERSION_BYTES:
                return b""
            reply += self._version(self._got[:_VERSION_BYTES])
            self._got = self._got[_VERSION_BYTES:]
        if not self.done and self._got:
            if self._got[0] != _NONE:
                raise ViewerRefused("the viewer chose a security type that was not offered")
            self._got = self._got[1:]
            self.done = True
            reply += struct.pack(">I", 0) if self._minor == 8 else b""
        return reply

    def _version(self, said: bytes) -> bytes:
        version = _VERSION.fullmatch(said)
        if version is None or int(version[1]) != 3 or int(version[2]) not in (3, 7, 8):
            raise ViewerRefused("the viewer does not speak RFB 3.3, 3.7 or 3.8")
        self._minor = int(version[2])
        if self._minor == 3:
            self.done = True
            return struct.pack(">I", _NONE)
        return bytes([1, _NONE])
