"""The machine's own interfaces, by libvirt's interface driver where there is one, else by its node devices."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import libvirt

from hypervisor.libvirt.calls import BULK_SECONDS
from hypervisor.libvirt.connected import Connected
from hypervisor.networking import NodeInterfaceSeen
from hypervisor.xml.node_interfaces import of_guests, read_device, read_interface

_MOST = 256  # of a machine; each costs two calls
_GONE = frozenset({libvirt.VIR_ERR_NO_INTERFACE, libvirt.VIR_ERR_NO_NODE_DEVICE})
_NONE = frozenset({libvirt.VIR_ERR_NO_SUPPORT, libvirt.VIR_ERR_OPERATION_UNSUPPORTED})


class HavingInterfaces(Connected):
    """Fulfils `hypervisor.networking.HasInterfaces`."""

    def interfaces(self) -> tuple[NodeInterfaceSeen, ...]:
        """Raises NotSupported, HypervisorError."""
        return self._run(self._interfaces, seconds=BULK_SECONDS)

    def _interfaces(self) -> tuple[NodeInterfaceSeen, ...]:
        try:
            listed = self._ask(self._connection.listAllInterfaces, 0)
        except libvirt.libvirtError as error:
            if error.get_error_code() not in _NONE:
                raise
            return self._devices()
        own = [one for one in listed if not of_guests(one.name())][:_MOST]
        found = [_unless_gone(partial(self._interface, one)) for one in own]
        return tuple(seen for seen in found if seen is not None)

    def _interface(self, one: Any) -> NodeInterfaceSeen:
        said = read_interface(self._ask(one.XMLDesc, 0))
        return replace(said, active=bool(self._ask(one.isActive)))

    def _devices(self) -> tuple[NodeInterfaceSeen, ...]:
        """Less is known of them: neither bridges nor addresses."""
        flag = libvirt.VIR_CONNECT_LIST_NODE_DEVICES_CAP_NET
        listed = self._ask(self._connection.listAllDevices, flag)[:_MOST]
        found = [_unless_gone(partial(self._seen_device, one)) for one in listed]
        return tuple(seen for seen in found if seen is not None and not of_guests(seen.name))

    def _seen_device(self, one: Any) -> NodeInterfaceSeen | None:
        return read_device(self._ask(one.XMLDesc, 0))


def _unless_gone(read: Callable[[], NodeInterfaceSeen | None]) -> NodeInterfaceSeen | None:
    """None for one that was removed since the list was made."""
    try:
        return read()
    except libvirt.libvirtError as error:
        if error.get_error_code() in _GONE:
            return None
        raise
