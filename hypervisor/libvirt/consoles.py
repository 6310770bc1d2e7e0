"""Ways to a domain's screen and serial line."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import libvirt

from hypervisor.data import GraphicsSeen, Screenshot
from hypervisor.errors import NotSupported, OperationInvalid
from hypervisor.libvirt.calls import CHANGE_SECONDS, QUERY_SECONDS
from hypervisor.libvirt.connected import UNSUPPORTED, Connected, Domain
from hypervisor.libvirt.pictures import as_png
from hypervisor.libvirt.streams import RawStream, SerialStream, read_all
from hypervisor.libvirt.translation import translated
from hypervisor.xml.graphics import graphics_of, vnc_index, with_vnc_password

_BIGGEST_SCREENSHOT = 64 * 2**20
# Forced: who comes later takes the line over. Safe: refused where the driver cannot hold others off.
_CONSOLE_FLAGS = (
    libvirt.VIR_DOMAIN_CONSOLE_FORCE | libvirt.VIR_DOMAIN_CONSOLE_SAFE,
    libvirt.VIR_DOMAIN_CONSOLE_FORCE,
    0,
)


class Showing(Connected):
    """Fulfils `hypervisor.node.HasConsole`."""

    def graphics(self, uuid: UUID) -> tuple[GraphicsSeen, ...]:
        """From the live, secure XML, now. Raises NotFound, OperationInvalid, HypervisorError."""
        return self._run(lambda: graphics_of(self._live_xml(uuid)))

    def open_graphics(self, uuid: UUID) -> int:
        """A connected file descriptor to the domain's VNC, without authentication; the caller closes it.

        Raises NotSupported over a network (a descriptor cannot travel there) and for drivers without it, NotFound,
        OperationInvalid.
        """
        if self.uri.remote:
            raise NotSupported("A screen cannot be handed over by a node that is reached over a network.")
        return self._run(lambda: self._open_graphics(uuid))

    def set_vnc_password(self, uuid: UUID, password: str, seconds: int) -> None:
        """Replace the VNC password until `seconds` from now; those who are connected stay.

        The end is a time of day and counts on the node's own clock. Raises NotSupported where the domain's VNC was
        started without a password or there is none, NotFound, OperationInvalid, HypervisorError.
        """
        valid_to = datetime.now(UTC) + timedelta(seconds=seconds)

        def work() -> None:
            domain = self._domain(uuid)
            device = with_vnc_password(self._secure_xml(domain), password, valid_to)
            self._ask(domain.updateDeviceFlags, device, libvirt.VIR_DOMAIN_AFFECT_LIVE)

        self._run(work, seconds=CHANGE_SECONDS)

    def serial(self, uuid: UUID) -> SerialStream:
        """The first serial line or console; who had it loses it. Raises NotFound, NotSupported, OperationInvalid.

        A reader waits inside libvirt: give a serial line a connection of its own.
        """
        return SerialStream(self._run(lambda: self._open_console(uuid)), self._calls.node)

    def screenshot(self, uuid: UUID) -> Screenshot:
        """Of the first screen, as PNG. Raises NotFound, NotSupported, OperationInvalid, HypervisorError."""
        return self._run(lambda: self._screenshot(uuid), seconds=2 * QUERY_SECONDS)

    def _live_xml(self, uuid: UUID) -> str:
        return self._secure_xml(self._domain(uuid))

    def _secure_xml(self, domain: Domain) -> str:
        if not self._ask(domain.isActive):
            raise OperationInvalid("The domain is off.", node=self._calls.node)
        return str(self._ask(domain.XMLDesc, libvirt.VIR_DOMAIN_XML_SECURE))

    def _open_graphics(self, uuid: UUID) -> int:
        domain = self._domain(uuid)
        index = vnc_index(self._secure_xml(domain))
        return int(self._ask(domain.openGraphicsFD, index, libvirt.VIR_DOMAIN_OPEN_GRAPHICS_SKIPAUTH))

    def _open_console(self, uuid: UUID) -> RawStream:
        domain = self._domain(uuid)
        last: libvirt.libvirtError | None = None
        for flags in _CONSOLE_FLAGS:
            stream = self._ask(self._connection.newStream, 0)
            try:
                self._ask(domain.openConsole, None, stream, flags)
            except libvirt.libvirtError as error:
                last = error
                if error.get_error_code() not in UNSUPPORTED:
                    break
            else:
                return stream
        raise translated(last, self._calls.node) from None

    def _screenshot(self, uuid: UUID) -> Screenshot:
        domain = self._domain(uuid)
        stream = self._ask(self._connection.newStream, 0)
        mime_type = self._ask(domain.screenshot, stream, 0, 0)
        content = read_all(stream, _BIGGEST_SCREENSHOT, QUERY_SECONDS, self._calls.node)
        return as_png(str(mime_type), content)
