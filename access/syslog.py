"""The audit log to syslog: RFC 5424 over UDP, TCP or a Unix socket, sent by a task from where it was left.

What is named by OVIRTLITE_AUDIT_SYSLOG: udp://HOST[:514], tcp://HOST[:514], unix:///dev/log. Nobody's request waits
for it; while the receiver is away nothing is lost, and what was not taken for sure is sent again.
"""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from access import chain, exporting
from access.models import AuditEntry, AuditReader

logger = logging.getLogger(__name__)

READER = "syslog"
_SECONDS = 5.0
_ROUNDS = 10
_HOLDS = timedelta(seconds=60)
# Facility 13 is "log audit"; severities: notice, and warning for what was refused or failed.
_NOTICE, _WARNING = 13 * 8 + 5, 13 * 8 + 4
_LONGEST_DATAGRAM = 8_000  # bytes; far below what UDP and a Unix socket's datagrams hold
_LONGEST_STREAMED = 60_000


@dataclass(frozen=True)
class Receiver:
    """Where to. `path`: of a Unix socket; else host and port."""

    scheme: str
    host: str = ""
    port: int = 514
    path: str = ""

    @classmethod
    def parse(cls, url: str) -> "Receiver":
        """Raises ImproperlyConfigured."""
        try:
            said = urlsplit(url)
            port = said.port or 514
        except ValueError as error:
            raise ImproperlyConfigured(f"OVIRTLITE_AUDIT_SYSLOG: {error}.") from error
        if said.scheme == "unix" and said.path.startswith("/") and not said.netloc:
            return cls("unix", path=said.path)
        if said.scheme in {"udp", "tcp"} and said.hostname and said.path in {"", "/"} and not said.query:
            return cls(said.scheme, said.hostname, port)
        raise ImproperlyConfigured(
            "OVIRTLITE_AUDIT_SYSLOG is one of udp://HOST[:PORT], tcp://HOST[:PORT], unix:///PATH."
        )

    @property
    def longest(self) -> int:
        return _LONGEST_STREAMED if self.scheme == "tcp" else _LONGEST_DATAGRAM


def message(row: dict[str, Any], longest: int) -> bytes:
    """One entry. All of it is printable ASCII: JSON escapes line ends and everything else that a name may hold."""
    severity = _WARNING if row["result"] in {"refused", "failed"} else _NOTICE
    at = row["at"].isoformat().replace("+00:00", "Z")
    begin = f"<{severity}>1 {at} {_host()} ovirtlite {os.getpid()} {_msgid(row['action'])} -"
    said = exporting.line(row)
    if len(begin) + 1 + len(said) > longest:
        said = exporting.line({**row, "detail": {"left_out": "too long"}, "changes": {}})
    return f"{begin} {said}".encode("ascii")


def _host() -> str:
    return _printable(socket.gethostname())[:255] or "-"


def _msgid(action: str) -> str:
    return _printable(action)[:32] or "-"


def _printable(text: str) -> str:
    return "".join(c for c in text if "!" <= c <= "~")


@contextmanager
def _connected(to: Receiver) -> Iterator[socket.socket]:
    if to.scheme == "tcp":
        made = socket.create_connection((to.host, to.port), timeout=_SECONDS)
    elif to.scheme == "udp":
        family, kind, protocol, _, address = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_DGRAM)[0]
        made = socket.socket(family, kind, protocol)
        made.settimeout(_SECONDS)
        made.connect(address)
    else:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        made.settimeout(_SECONDS)
        made.connect(to.path)
    with made:
        yield made


def _deliver(to: Receiver, messages: list[bytes]) -> None:
    """Raises OSError where they were not all taken."""
    with _connected(to) as out:
        if to.scheme != "tcp":
            for each in messages:
                out.send(each)
            return
        out.sendall(
            b"".join(b"%d %s" % (len(each), each) for each in messages)
        )  # RFC 6587: its length, then it
        # It is only in the kernel's hands so far. The receiver reads to the end and hangs up; one that died resets.
        out.shutdown(socket.SHUT_WR)
        try:
            while out.recv(4096):
                pass
        except TimeoutError:
            logger.info("the syslog receiver does not hang up; its silence is taken for consent")


def send() -> int:
    """Send what has its place and was not sent, a few hundred at a time; returns how many. One sender at a time."""
    if not settings.AUDIT_SYSLOG:
        return 0
    to = Receiver.parse(settings.AUDIT_SYSLOG)
    AuditReader.objects.get_or_create(name=READER)
    now = timezone.now()
    if not AuditReader.objects.filter(name=READER, held_until__lte=now).update(held_until=now + _HOLDS):
        return 0
    sent = 0
    try:
        for _ in range(_ROUNDS):
            some = _send_some(to)
            sent += some
            if not some:
                break
    finally:
        AuditReader.objects.filter(name=READER).update(held_until=timezone.now())
    return sent


def _send_some(to: Receiver) -> int:
    reader = AuditReader.objects.get(name=READER)
    chain.seal_all()
    rows = next(exporting.in_order(AuditEntry.objects.all(), reader.sequence), [])
    if not rows:
        return 0
    mine = AuditReader.objects.filter(name=READER, sequence=reader.sequence)
    try:
        _deliver(to, [message(row, to.longest) for row in rows])
    except OSError as error:
        if reader.failing_since is None:
            logger.warning("the audit log waits for its syslog receiver: %s", error)
            mine.update(failing_since=timezone.now())
        return 0
    if reader.failing_since is not None:
        logger.warning("the syslog receiver of the audit log is there again")
    return len(rows) if mine.update(sequence=rows[-1]["sequence"], failing_since=None) else 0
