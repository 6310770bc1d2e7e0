"""Into running domains: what their agents say, addresses from outside, keystrokes."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import libvirt

from hypervisor.errors import NodeUnreachable, NotFound, OperationInvalid
from hypervisor.guests import (
    AddressSource,
    Agent,
    GuestAddress,
    GuestFileSystem,
    GuestSeen,
    GuestSystem,
    GuestUser,
)
from hypervisor.libvirt.calls import CHANGE_SECONDS
from hypervisor.libvirt.connected import Connected, Domain
from hypervisor.libvirt.translation import translated
from hypervisor.xml.snapshot import snapshotable

logger = logging.getLogger(__name__)
T = TypeVar("T")
_AGENT_SECONDS = 3
_GUEST_SECONDS = 25.0  # three questions of the agent, and the rest
_FREEZE_SECONDS = 120.0
_OUTSIDE: tuple[tuple[AddressSource, int], ...] = (
    ("lease", libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE),
    ("arp", libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP),
)


class ReachingGuests(Connected):
    """Fulfils `hypervisor.guests.ReachesGuests`."""

    def guest(self, uuid: UUID) -> GuestSeen:
        return self._run(lambda: self._guest(self._domain(uuid)), seconds=_GUEST_SECONDS)

    def set_guest_password(self, uuid: UUID, user: str, password: str) -> None:
        self._within(uuid, lambda domain: self._ask(domain.setUserPassword, user, password, 0))

    def freeze(self, uuid: UUID) -> int:
        return self._within(
            uuid, lambda domain: int(self._ask(domain.fsFreeze, None, 0)), seconds=_FREEZE_SECONDS
        )

    def thaw(self, uuid: UUID) -> int:
        return self._within(
            uuid, lambda domain: int(self._ask(domain.fsThaw, None, 0)), seconds=_FREEZE_SECONDS
        )

    def set_guest_time(self, uuid: UUID, seconds: float | None) -> None:
        if seconds is None:
            self._within(
                uuid,
                lambda domain: self._ask(
                    domain.setTime, {"seconds": 0, "nseconds": 0}, libvirt.VIR_DOMAIN_TIME_SYNC
                ),
            )
            return
        whole, rest = divmod(seconds, 1)
        at = {"seconds": int(whole), "nseconds": int(rest * 1e9)}
        self._within(uuid, lambda domain: self._ask(domain.setTime, at, 0))

    def send_keys(self, uuid: UUID, codes: Sequence[int], hold_milliseconds: int = 0) -> None:
        pressed = list(codes)
        self._within(
            uuid,
            lambda domain: self._ask(
                domain.sendKey, libvirt.VIR_KEYCODE_SET_LINUX, hold_milliseconds, pressed, len(pressed), 0
            ),
        )

    def _within(self, uuid: UUID, act: Callable[[Domain], T], *, seconds: float = CHANGE_SECONDS) -> T:
        return self._run(lambda: act(self._domain(uuid)), seconds=seconds)

    def _guest(self, domain: Domain) -> GuestSeen:
        if not self._ask(domain.isActive):
            raise OperationInvalid("The domain is off.", node=self._calls.node)
        agent = self._agent(self._ask(domain.XMLDesc, 0))
        told: dict[str, Any] = {}
        ahead: float | None = None
        if agent == "connected":
            self._supported(domain.agentSetResponseTimeout, _AGENT_SECONDS, 0, default=0)
            answered = self._unless_silent(domain.guestInfo, 0, 0)
            if answered is None:
                agent = "unresponsive"
            else:
                told = answered
                now = self._unless_silent(domain.getTime, 0)
                ahead = None if now is None else now["seconds"] + now["nseconds"] / 1e9 - time.time()
        return GuestSeen(
            agent=agent,
            addresses=self._addresses(domain, told),
            hostname=str(told.get("hostname", "")),
            system=_system(told),
            timezone=str(told.get("timezone.name", "")),
            timezone_offset_seconds=told.get("timezone.offset"),
            clock_ahead_seconds=None if ahead is None else round(ahead, 1),
            users=tuple(_user(one) for one in _each(told, "user")),
            file_systems=tuple(_file_system(one) for one in _each(told, "fs")),
        )

    def _agent(self, xml: str) -> Agent:
        state = snapshotable(xml).agent
        return "none" if not state else "connected" if state == "connected" else "disconnected"

    def _addresses(self, domain: Domain, told: dict[str, Any]) -> tuple[GuestAddress, ...]:
        """By the agent, and of interfaces that it does not tell of, by the node."""
        found = [address for one in _each(told, "if") for address in _by_agent(one)]
        for source, number in _OUTSIDE:
            known = {(address.mac, address.address) for address in found}
            seen = self._unless_silent(domain.interfaceAddresses, number, 0) or {}
            for device, interface in seen.items():
                mac = (interface.get("hwaddr") or "").lower()
                found += [
                    GuestAddress(
                        address=address["addr"],
                        # The ARP table knows no prefix; libvirt says 0.
                        prefix=address["prefix"] or None,
                        mac=mac,
                        interface=device,
                        source=source,
                    )
                    for address in interface.get("addrs") or ()
                    if (mac, address["addr"]) not in known
                ]
        return tuple(found)

    def _unless_silent(self, method: Callable[..., T], *args: object) -> T | None:
        """The answer; None where the driver, the agent, the guest's state or the node's kernel has none.

        What one of them cannot say keeps nobody from hearing the others. Only a node that is lost is an error.
        """
        try:
            return self._ask(method, *args)
        except libvirt.libvirtError as error:
            ours = translated(error, self._calls.node)
            if isinstance(ours, NodeUnreachable | NotFound):
                raise
            logger.debug("%s: %s", self._calls.node, ours.detail)
            return None


def _each(told: dict[str, Any], group: str) -> list[dict[str, Any]]:
    """libvirt's flat `group.0.name` as one dictionary for each."""
    found = []
    for number in range(told.get(f"{group}.count", 0)):
        start = f"{group}.{number}."
        found.append(
            {name.removeprefix(start): value for name, value in told.items() if name.startswith(start)}
        )
    return found


def _by_agent(interface: dict[str, Any]) -> list[GuestAddress]:
    """Not the guest's own loop."""
    if interface.get("name") == "lo":
        return []
    return [
        GuestAddress(
            address=address.get("addr", ""),
            prefix=address.get("prefix"),
            mac=str(interface.get("hwaddr", "")).lower(),
            interface=interface.get("name", ""),
            source="agent",
        )
        for address in _each(interface, "addr")
    ]


def _system(told: dict[str, Any]) -> GuestSystem | None:
    if not any(name.startswith("os.") for name in told):
        return None
    return GuestSystem(
        id=told.get("os.id", ""),
        name=told.get("os.name", ""),
        pretty_name=told.get("os.pretty-name", ""),
        version=told.get("os.version-id", "") or told.get("os.version", ""),
        kernel=told.get("os.kernel-release", ""),
        machine=told.get("os.machine", ""),
    )


def _user(user: dict[str, Any]) -> GuestUser:
    return GuestUser(
        name=user.get("name", ""),
        domain=user.get("domain", ""),
        logged_in_at=user.get("login-time", 0) / 1000,
    )


def _file_system(one: dict[str, Any]) -> GuestFileSystem:
    return GuestFileSystem(
        mountpoint=one.get("mountpoint", ""),
        name=one.get("name", ""),
        type=one.get("fstype", ""),
        total_bytes=one.get("total-bytes"),
        used_bytes=one.get("used-bytes"),
        disks=tuple(disk["alias"] for disk in _each(one, "disk") if "alias" in disk),
    )
