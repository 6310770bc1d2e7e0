"""The `<graphics>` of a domain: where its screen can be seen, and the VNC password."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from lxml import etree

from hypervisor.data import GraphicsSeen
from hypervisor.errors import InvalidField, NotSupported
from hypervisor.xml.codecs import NAME, PATH, YES_NO, Switch, Text, Whole, words
from hypervisor.xml.document import Element, number, parse, written
from hypervisor.xml.model import Model, mapping
from hypervisor.xml.places import At, Secret, remove

_ADDRESS = Text(longest=255, pattern=r"[A-Za-z0-9_.:%-]+", like="an address or a host name")
_PORT = Whole(1, 65535)
_TIME = Text(pattern=r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", like="a time such as 2026-01-31T23:59:00")
_WITH_PORTS = frozenset({"vnc", "spice", "rdp"})
_CHANNELS = words("any secure insecure")


@dataclass(frozen=True, slots=True)
class Listen(Model):
    """Where it is heard. Which of these count follows from `type`."""

    KIND: ClassVar[str] = "listen"

    type: Annotated[str, At("@type", words("address network socket none"))]
    address: Annotated[str | None, At("@address", _ADDRESS)] = None
    network: Annotated[str | None, At("@network", NAME)] = None
    socket: Annotated[str | None, At("@socket", PATH)] = None


@dataclass(frozen=True, slots=True)
class _Listen:
    """The first `<listen>`; what stands in the element itself says the same in older words, and would contradict."""

    model: type[Model] = Listen

    def read(self, element: Element) -> Listen | None:
        listen = element.find("listen")
        if listen is not None and listen.get("type"):
            return Listen.from_xml(listen)
        if element.get("socket"):
            return Listen("socket", socket=element.get("socket"))
        return Listen("address", address=element.get("listen")) if element.get("listen") else None

    def accept(self, value: Any) -> Any:
        return value if isinstance(value, Listen) else Listen.from_values(mapping(value))

    def write(self, element: Element, value: Listen) -> None:
        if value.type == "network" and not value.network:
            raise InvalidField("network", "To listen on a network takes its name.")
        if value == self.read(element):
            return
        self.clear(element)
        value.write(etree.SubElement(element, "listen"))

    def clear(self, element: Element) -> None:
        for name in ("listen", "socket"):
            if name in element.attrib:
                del element.attrib[name]
        for listen in element.findall("listen"):
            remove(listen)


@dataclass(frozen=True, slots=True)
class _Port:
    """A port of one's own; None leaves it to libvirt."""

    attribute: str

    def read(self, element: Element) -> int | None:
        port = number(element.get(self.attribute, ""), -1)
        return port if port > 0 else None

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        written_port = _PORT.write(value)
        if value != self.read(element):
            element.set(self.attribute, written_port)
            element.set("autoport", "no")

    def clear(self, element: Element) -> None:
        if self.attribute in element.attrib:
            del element.attrib[self.attribute]
        ports = (number(element.get(name, ""), -1) for name in ("port", "tlsPort"))
        if element.get("type") in _WITH_PORTS and max(ports) <= 0:
            element.set("autoport", "yes")


@dataclass(frozen=True, slots=True)
class Graphics(Model):
    """A way to see the screen. The password goes in and never comes out."""

    KIND: ClassVar[str] = "graphics"

    type: Annotated[str, At("@type", words("vnc spice sdl rdp desktop egl-headless dbus"))]
    port: Annotated[int | None, _Port("port")] = None
    tls_port: Annotated[int | None, _Port("tlsPort")] = None
    listen: Annotated[Listen | None, _Listen()] = None
    password: Annotated[str | None, Secret("@passwd", Text(longest=255))] = None
    password_valid_to: Annotated[str | None, At("@passwdValidTo", _TIME)] = None  # UTC
    websocket: Annotated[int | None, At("@websocket", Whole(-1, 65535))] = None  # -1: libvirt chooses
    keymap: Annotated[
        str | None,
        At("@keymap", Text(longest=32, pattern=r"[a-zA-Z0-9_-]+", like="a keymap such as de or en-us")),
    ] = None
    share_policy: Annotated[str | None, At("@sharePolicy", words("allow-exclusive force-shared ignore"))] = (
        None
    )
    power_control: Annotated[bool | None, At("@powerControl", YES_NO)] = None
    connected: Annotated[str | None, At("@connected", words("fail disconnect keep"))] = None
    default_mode: Annotated[str | None, At("@defaultMode", _CHANNELS)] = None
    display: Annotated[str | None, At("@display", NAME)] = None
    full_screen: Annotated[bool | None, At("@fullscreen", YES_NO)] = None
    gl: Annotated[bool | None, At("gl@enable", YES_NO)] = None
    render_node: Annotated[str | None, At("gl@rendernode", PATH)] = None
    image_compression: Annotated[
        str | None, At("image@compression", words("auto_glz auto_lz quic glz lz off"))
    ] = None
    jpeg_compression: Annotated[str | None, At("jpeg@compression", words("auto never always"))] = None
    zlib_compression: Annotated[str | None, At("zlib@compression", words("auto never always"))] = None
    playback_compression: Annotated[bool | None, At("playback@compression", Switch("on", "off"))] = None
    streaming: Annotated[str | None, At("streaming@mode", words("filter all off"))] = None
    clipboard: Annotated[bool | None, At("clipboard@copypaste", YES_NO)] = None
    file_transfer: Annotated[bool | None, At("filetransfer@enable", YES_NO)] = None
    mouse_mode: Annotated[str | None, At("mouse@mode", words("server client"))] = None
    audio: Annotated[int | None, At("audio@id", Whole(1, 255))] = None


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
