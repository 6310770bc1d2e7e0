"""What changes rarely on a node and without an event: its network filters and its own interfaces.

Read when there is nothing else to do: soon after the connection stands, and every few minutes. A filter that came or
went is noticed each minute, by one call.
"""

import logging
import random
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from hosts.interfaces import record_interfaces
from hypervisor import errors
from hypervisor.node import Node
from networks.inventory import record_filters

logger = logging.getLogger(__name__)
_EVERYTHING_SECONDS = 300.0
_FILTERS_SECONDS = 60.0
_SOON_SECONDS = 2.0


class Surroundings:
    """Of one host, as long as a connection with it stands. `write` hands over to the database."""

    def __init__(self, host_id: UUID, write: Callable[[Callable[[], None]], Any]) -> None:
        self._host_id = host_id
        self._write = write
        self._filters: set[UUID] = set()
        self._interfaces_at = 0.0
        self._filters_at = 0.0
        self._rules_at = 0.0
        self._keeps_filters = True
        self._has_interfaces = True

    def soon(self) -> None:
        """Something happened by which interfaces come or go."""
        self._interfaces_at = min(self._interfaces_at, time.monotonic() + _SOON_SECONDS)

    def read(self, node: Node) -> None:
        """Whatever is due. Raises NodeUnreachable, Timeout."""
        now = time.monotonic()
        if now >= self._interfaces_at:
            self._interfaces_at = now + _EVERYTHING_SECONDS * random.uniform(0.8, 1.2)
            self._read_interfaces(node)
        if now >= self._filters_at:
            self._filters_at = now + _FILTERS_SECONDS * random.uniform(0.8, 1.2)
            everything = now >= self._rules_at
            if everything:
                self._rules_at = now + _EVERYTHING_SECONDS
            self._read_filters(node, everything=everything)

    def _read_interfaces(self, node: Node) -> None:
        if not self._has_interfaces:
            return
        try:
            seen = node.interfaces()
        except errors.NotSupported:
            self._has_interfaces = False
            return
        self._write(lambda: record_interfaces(self._host_id, seen))

    def _read_filters(self, node: Node, *, everything: bool) -> None:
        if not self._keeps_filters:
            return
        try:
            there = set(node.filter_names())
        except errors.NotSupported:
            self._keeps_filters = False
            return
        seen = []
        for uuid in there if everything else there - self._filters:
            try:
                seen.append(node.filter(uuid))
            except errors.NotFound:
                continue  # removed since the list was made
            except errors.InvalidXML as error:
                logger.info("a filter of host %s: %s", self._host_id, error)
        if seen or there != self._filters:
            self._write(lambda: record_filters(self._host_id, seen, there))
        self._filters = there
