"""What a definition reaches on its host beyond pools and networks, and which permission that needs.

Who may define whatever libvirt accepts is root on the host: an emulator is a program that runs at once, a disk may be
/etc/shadow, a serial line a file or a socket. So elements are allowed by name; each way out is named here; an
element that is not known needs the strongest permission, and so does every foreign namespace.
"""

import posixpath
from collections.abc import Callable, Collection, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from lxml import etree

from hypervisor.xml.contents import disguises, read_otherwise
from hypervisor.xml.disk import read_source
from hypervisor.xml.document import Element, parse, text
from hypervisor.xml.identity import device_name
from hypervisor.xml.known_elements import DEVICES, INNER, SETTINGS
from hypervisor.xml.uses import READ_ONLY, WRITABLE, Use, shown, used_as, way

Permission = Literal["host_paths", "host_devices", "raw_qemu"]

# Elements and attributes that hold a path of the host whatever it begins with: relative ones count from /.
_PATH_ATTRIBUTES = frozenset({"file", "dir", "path", "template", "logFile", "socket", "rendernode", "xauth"})
_PATH_TEXTS = frozenset(
    {"kernel", "initrd", "dtb", "loader", "nvram", "table", "path", "database", "shim", "backend"}
)
# Text and attributes for the guest, or for people: a slash in them means nothing on the host.
_FREE_TEXTS = frozenset(
    {"name", "title", "description", "cmdline", "initarg", "initenv", "initdir", "init", "inituser", "initgroup",
     "partition", "entry", "uuid", "genid", "product", "vendor", "serial", "wwn", "type"}
)  # fmt: skip
_FREE_ATTRIBUTES = frozenset({"name", "value", "portgroup", "uuid", "usage", "bus"})
_NOT_THE_HOSTS = frozenset({("console", "tty"), ("serial", "tty"), ("guest", "dev")})
_CHARDEVS = frozenset({"serial", "parallel", "console", "channel", "smartcard", "redirdev", "backend"})
# What such a line may end in without leaving libvirt's own doing; a pty's path is made at each start.
_INSIDE = frozenset(
    {"pty", "vc", "null", "spicevmc", "spiceport", "qemu-vdagent", "dbus", "unix", "file", "pipe", "host",
     "host-certificates", "passthrough", "random", "egd", "builtin", "emulator", "external", "tap", "user", "default"}
)  # fmt: skip
_NIC_INSIDE = frozenset({"network", "bridge", "user", "null", "internal", "vds"})
_NIC_DEVICES = frozenset({"direct", "hostdev", "ethernet", "vdpa"})
_RANDOM = frozenset({"/dev/random", "/dev/urandom", "/dev/hwrng"})
_FIRMWARE = ("/usr/share/OVMF/", "/usr/share/AAVMF/", "/usr/share/qemu/", "/usr/share/edk2/", "/usr/share/seabios/",
             "/usr/share/qemu-efi-aarch64/", "/usr/share/ovmf/")  # fmt: skip
_LONGEST = 300
_NVRAM = "/var/lib/libvirt/qemu/nvram/"


@dataclass(frozen=True, slots=True)
class Reach:
    """One thing of the host that the definition names: `domain.<permission>` is needed for it, at `path`."""

    permission: Permission
    path: str
    what: str


def _no_path(path: str, use: Use) -> bool:
    return False


def _not_known(path: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Known:
    """What of the host everybody may name who may define at all.

    `is_volume` says whether a path, or `pool/name`, is that of a volume in one of the host's pools that may be used so,
    and `format_of` what it holds, "" where that is not known; `emulators` and `firmware` are those that the node's
    capabilities offer.
    """

    emulators: Collection[str] = field(default_factory=frozenset)
    firmware: Collection[str] = field(default_factory=frozenset)
    is_volume: Callable[[str, Use], bool] = _no_path
    format_of: Callable[[str], str] = _not_known


def reaches(xml: str, known: Known | None = None) -> tuple[Reach, ...]:
    """Everything that a domain's definition reaches, in its order. Raises InvalidXML."""
    domain = parse(xml, "domain")
    known = known or Known()
    look = _Look(known, text(domain, "name"))
    disguised = [Reach("host_paths", at, what) for at, what in disguises(xml, known.format_of)]
    return tuple(dict.fromkeys([*look.domain(domain), *disguised]))


def newly_reached(before: str | None, after: str, known: Known | None = None) -> tuple[Reach, ...]:
    """What `after` reaches that `before` does not yet; everything, where there is no `before`. Raises InvalidXML.

    What stands in a definition already may stay there, whoever edits the rest; it counts by what it is and what it is
    used as, not by where it stands. What could be written may become read-only, not the other way round.
    """
    had = {(one.permission, one.what) for one in reaches(before, known)} if before is not None else set()
    had |= {(permission, what.replace(WRITABLE, READ_ONLY)) for permission, what in had}
    found = [one for one in reaches(after, known) if (one.permission, one.what) not in had]
    if before is not None:
        found += [Reach("host_paths", at, what) for at, what in read_otherwise(before, after)]
    return tuple(found)


class _Look:
    """One pass over one definition."""

    def __init__(self, known: Known, name: str) -> None:
        self._known = known
        self._name = name

    def domain(self, domain: Element) -> Iterator[Reach]:
        yield from _foreign(domain, "domain")
        for child in domain:
            tag = str(child.tag)
            if tag == "metadata":
                continue  # kept by libvirt, read by nobody who acts on it
            if tag == "devices":
                for device in child:
                    yield from self._device(device)
            elif tag not in SETTINGS:
                yield self._unknown(child, shown(child))
            else:
                yield from self._settings(child)

    def _settings(self, element: Element) -> Iterator[Reach]:
        at = str(element.tag)
        match at:
            case "seclabel":
                yield Reach("raw_qemu", at, f"the security label {_whole(element)}")
                return
            case "bootloader" | "bootloader_args":
                yield Reach("raw_qemu", at, f"the boot loader {_whole(element)} of the host")
                return
            case "features":
                for child in element.iterfind("capabilities"):
                    yield Reach("raw_qemu", f"{at}/capabilities", f"the capabilities {_whole(child)}")
        yield from self._tree(element, at)

    def _device(self, device: Element) -> Iterator[Reach]:
        tag = str(device.tag)
        name = device_name(device)
        at = f"devices/{shown(device)}{f'[{name}]' if name else ''}"
        if tag not in DEVICES:
            yield self._unknown(device, at)
            return
        if tag == "emulator":
            path = _said(device)
            if path and path not in self._known.emulators:
                yield Reach("raw_qemu", at, f"the emulator {path}")
            return
        yield from _DEVICE_RULES.get(tag, _nothing)(device, at)
        if tag == "disk" and device.get("type") == "volume":
            named = read_source(device)
            if named and not self._known.is_volume(named, "disk"):
                yield Reach("host_paths", f"{at}/source", f"the unknown volume {named} as {used_as(device)}")
        yield from self._tree(device, at)

    def _tree(self, element: Element, at: str) -> Iterator[Reach]:
        """The element and all below it: names that are known, labels, lines of characters, networks, paths."""
        yield from _foreign(element, at)
        tag = str(element.tag)
        if tag in _CHARDEVS:
            yield from _line(element, at)
        if tag == "source" and element.get("protocol"):
            yield Reach("host_paths", at, f"the network disk {_whole(element)}")
        for name, value in _attributes(element):
            if self._is_path(element, name, value):
                yield from self._path(value, f"{at}/@{name}", element)
        said = _said(element) if str(element.tag) in _PATH_TEXTS else (element.text or "").strip()
        if said and self._is_path_text(element, said):
            yield from self._path(said, at, element)
        if len(element) and any((child.tail or "").strip() for child in element):
            yield Reach("raw_qemu", at, f"text between elements {_whole(element)}")
        for child in element:
            below = f"{at}/{shown(child)}"
            if child.tag == "seclabel":
                yield Reach("raw_qemu", below, f"the security label {_whole(child)}")
            elif str(child.tag) not in INNER:
                yield self._unknown(child, below)
            else:
                yield from self._tree(child, below)

    def _is_path(self, element: Element, name: str, value: str) -> bool:
        tag = str(element.tag)
        if not value or name in _FREE_ATTRIBUTES:
            return False
        if tag == "target" or (tag, name) in _NOT_THE_HOSTS or _has_own_rule(element):
            return False
        if tag == "source" and name == "dev":
            return True
        return name in _PATH_ATTRIBUTES or value.startswith("/")

    def _is_path_text(self, element: Element, said: str) -> bool:
        tag = str(element.tag)
        if tag in _PATH_TEXTS:
            return True
        return said.startswith("/") and tag not in _FREE_TEXTS and not _has_own_rule(element)

    def _path(self, path: str, at: str, element: Element) -> Iterator[Reach]:
        if posixpath.isabs(path) and posixpath.normpath(path) == path:
            if (
                path in _RANDOM
                or path in self._known.firmware
                or self._known.is_volume(path, way(element, at))
            ):
                return
            if path.startswith(_FIRMWARE) or path == f"{_NVRAM}{self._name}_VARS.fd":
                return
        yield Reach("host_paths", at, f"the path {path} as {used_as(element)}")

    def _unknown(self, element: Element, at: str) -> Reach:
        return Reach("raw_qemu", at, f"the element {_whole(element)}")


def _said(element: Element) -> str:
    """All text in it, as libvirt takes it: an element in between hides nothing."""
    return "".join(str(part) for part in element.itertext()).strip()


def _disk(disk: Element, at: str) -> Iterator[Reach]:
    if disk.get("rawio") == "yes" or disk.get("sgio") == "unfiltered":
        yield Reach("host_devices", at, f"raw commands to the device {_values(disk)}")
    for holder in disk.iter("disk", "mirror", "backingStore", "dataStore"):
        source = holder.find("source")
        if source is None:
            continue
        kind = holder.get("type", "")
        if kind in {"nvme", "vhostvdpa"}:
            yield Reach("host_devices", f"{at}/source", f"the {kind} device {_whole(source)}")
        elif kind not in {"file", "block", "dir", "network", "volume", "vhostuser", ""}:
            yield Reach("raw_qemu", f"{at}/@type", f"the unknown disk type {kind}")
        elif kind == "volume" and holder is not disk:
            yield Reach("host_paths", f"{at}/{holder.tag}", f"the volume {_whole(source)} below a disk")


def _interface(interface: Element, at: str) -> Iterator[Reach]:
    kind = interface.get("type", "")
    source = interface.find("source")
    shown = f"{kind} {_values(source) if source is not None else ''}".strip()
    if kind in _NIC_DEVICES:
        yield Reach("host_devices", f"{at}/@type", f"the interface {shown} of the host")
    elif kind not in _NIC_INSIDE:
        yield Reach("host_paths", f"{at}/@type", f"the interface {shown}")
    for script in (*interface.iterfind("script"), *interface.iterfind("downscript")):
        yield Reach("raw_qemu", f"{at}/{script.tag}", f"the script {script.get('path', '')}")
    for backend in interface.iterfind("backend"):
        if backend.get("tap") or backend.get("vhost"):
            yield Reach("host_devices", f"{at}/backend", f"the network backend {_values(backend)}")
    for forward in interface.iterfind("portForward"):
        yield Reach("host_paths", f"{at}/portForward", f"ports of the host: {_values(forward)}")


def _line(line: Element, at: str) -> Iterator[Reach]:
    """Where characters go to and come from."""
    kind = line.get("type") or line.get("model", "")
    if line.tag == "smartcard":
        kind = line.get("type") or line.get("mode", "")
    ends = ", ".join(_values(source) for source in line.iterfind("source"))
    if kind == "dev":
        yield Reach("host_devices", f"{at}/@type", f"the line of the host {ends}")
    elif kind in {"tcp", "udp"}:
        yield Reach("host_paths", f"{at}/@type", f"the {kind} connection {ends}")
    elif kind not in _INSIDE and line.tag != "backend":
        yield Reach("host_paths", f"{at}/@type", f"the line of type {kind} {ends}".strip())


def _hostdev(device: Element, at: str) -> Iterator[Reach]:
    sources = " ".join(_whole(source) for source in device.iterfind("source"))
    yield Reach("host_devices", at, f"the {device.get('type', '')} device {sources} of the host")


def _filesystem(device: Element, at: str) -> Iterator[Reach]:
    for binary in device.iterfind("binary"):
        if binary.get("path") or binary.find("sandbox") is not None:
            yield Reach("raw_qemu", f"{at}/binary", f"the file server {_whole(binary)}")
    if device.get("type") == "template":
        sources = " ".join(_whole(source) for source in device.iterfind("source"))
        yield Reach("host_paths", at, f"the container template {sources}")


def _shmem(device: Element, at: str) -> Iterator[Reach]:
    yield Reach("host_paths", at, f"the shared memory {device.get('name', '')} of the host")


def _host_device_of(name: str) -> Callable[[Element, str], Iterator[Reach]]:
    def rule(device: Element, at: str) -> Iterator[Reach]:
        for part in device.iter("device", "source"):
            end = part.get("path") or part.get("evdev") or part.get("dev")
            if end and str(device.tag) in {"tpm", "input"}:
                yield Reach("host_devices", at, f"the {name} {end} of the host")

    return rule


def _graphics(graphics: Element, at: str) -> Iterator[Reach]:
    if graphics.get("type") in {"sdl", "desktop"}:
        yield Reach("host_paths", at, f"the display {graphics.get('display', '')} of the host")


def _lease(device: Element, at: str) -> Iterator[Reach]:
    yield Reach("host_paths", at, f"the lease {text(device, 'lockspace')} {text(device, 'key')}")


def _video(video: Element, at: str) -> Iterator[Reach]:
    for driver in video.iterfind("driver"):
        if driver.get("name") == "vhostuser":
            yield Reach("raw_qemu", f"{at}/driver", "a program of the host that draws")


def _audio(audio: Element, at: str) -> Iterator[Reach]:
    if audio.get("type", "none") not in {"none", "spice", "dbus"}:
        yield Reach("host_devices", at, f"the {audio.get('type', '')} sound of the host")


def _nothing(device: Element, at: str) -> Iterator[Reach]:
    return
    yield


_DEVICE_RULES: dict[str, Callable[[Element, str], Iterator[Reach]]] = {
    "disk": _disk,
    "interface": _interface,
    "hostdev": _hostdev,
    "filesystem": _filesystem,
    "shmem": _shmem,
    "tpm": _host_device_of("TPM"),
    "input": _host_device_of("input device"),
    "graphics": _graphics,
    "lease": _lease,
    "video": _video,
    "audio": _audio,
}


def _has_own_rule(element: Element) -> bool:
    """Whose paths another rule speaks of: devices of the host, and what libvirt makes anew at each start."""
    parent = element.getparent()
    if parent is None:
        return False
    tags = {str(above.tag) for above in (element, *element.iterancestors())}
    if "hostdev" in tags or element.tag in {"script", "downscript", "binary"}:
        return True
    if element.tag == "source" and parent.tag in {"interface", "input"}:
        return not element.get("path")
    if element.tag == "source" and parent.tag in _CHARDEVS:
        return parent.get("type") in {"pty", "dev"}
    return element.tag == "device" and "tpm" in tags


def _local(name: object) -> str:
    return etree.QName(str(name)).localname


def _values(element: Element) -> str:
    """Its attributes on one line."""
    return " ".join(f"{_local(name)}={value}" for name, value in _attributes(element))


def _whole(element: Element) -> str:
    """All that it says, written in one way: two of them are the same reach only when they say the same."""
    copy = deepcopy(element)
    copy.tail = None
    for part in copy.iter():
        part.text, part.tail = (part.text or "").strip(), (part.tail or "").strip()
    etree.cleanup_namespaces(copy)
    said = etree.tostring(copy, method="c14n").decode()
    if len(said) <= _LONGEST:
        return said
    return f"{said[:_LONGEST]}… ({sha256(said.encode()).hexdigest()[:16]})"


def _foreign(element: Element, at: str) -> Iterator[Reach]:
    for name, value in _attributes(element):
        if name.startswith("{"):
            yield Reach("raw_qemu", f"{at}/@{_local(name)}", f"the foreign attribute {name}={value}")


def _attributes(element: Element) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in element.attrib.items()]
