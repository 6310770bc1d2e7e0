"""The `<graphics>` of a domain: where its screen can be seen, and the VNC password."""

from datetime import datetime

from hypervisor.data import GraphicsSeen
from hypervisor.errors import NotSupported
from hypervisor.xml.document import Element, number, parse, written


def read_graphics(graphics: Element) -> GraphicsSeen:
    """Its address. Whether it has a password shows in secure XML alone."""
    listens = graphics.findall("listen")
    socket = graphics.get("socket", "")
    address = graphics.get("listen", "")
    for listen in listens:
        socket = socket or listen.get("socket", "")
        address = address or listen.get("address", "")
    port = number(graphics.get("port", ""), -1)
    return GraphicsSeen(
        type=graphics.get("type", ""),
        listen="" if socket else address,
        port=port if port > 0 and not socket else None,
        socket=socket,
        has_password=bool(graphics.get("passwd")),
    )


def graphics_of(domain_xml: str) -> tuple[GraphicsSeen, ...]:
    """All of a domain's, in the order in which libvirt counts them."""
    return tuple(
        read_graphics(graphics) for graphics in parse(domain_xml, "domain").iterfind("devices/graphics")
    )


def vnc_index(domain_xml: str) -> int:
    """Which of the domain's graphics is its VNC. Raises NotSupported when there is none."""
    for index, seen in enumerate(graphics_of(domain_xml)):
        if seen.type == "vnc":
            return index
    raise NotSupported("The domain has no VNC screen.")


def with_vnc_password(domain_xml: str, password: str, valid_to: datetime) -> str:
    """The domain's own VNC element with another password, as an update of the device wants it.

    `domain_xml` must be the live, secure one. `valid_to` is in UTC and counts on the node's clock.
    Raises NotSupported for a VNC that was started without a password: QEMU cannot switch to one later.
    """
    for graphics in parse(domain_xml, "domain").iterfind("devices/graphics"):
        if graphics.get("type") == "vnc":
            if not graphics.get("passwd"):
                raise NotSupported("The domain's VNC was started without a password, so none can be set.")
            graphics.set("passwd", password)
            graphics.set("passwdValidTo", valid_to.strftime("%Y-%m-%dT%H:%M:%S"))
            graphics.tail = None
            return written(graphics)
    raise NotSupported("The domain has no VNC screen.")
