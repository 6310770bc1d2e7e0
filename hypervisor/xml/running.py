"""Taking out of a definition what libvirt puts there by itself, so that only what people chose is left to compare."""

import re
from collections.abc import Callable, Iterator

from hypervisor.xml.document import Element, attr_at, text
from hypervisor.xml.identity import device_name

# Names and paths that libvirt makes anew for each run.
_MADE_TAP = re.compile(r"(vnet|macvtap|macvlan|vif|veth)\d+")
_MADE_PATH = re.compile(r"/(channel/target|channel|domain|dump|qemu)/([^/]*/)*(domain-)?\d+-[^/]+(/|$)")
_PTY = "pty"


def strip_running(old: Element, new: Element, *, running: bool) -> None:
    """Take it out of both documents, in place. `running`: `old` is a live one, and `new` what comes after it."""
    for domain in (old, new):
        domain.attrib.pop("id", "")
        _strip(domain)
    _forget_one_sided_addresses(old, new)
    if running:
        for domain in (old, new):
            _strip_addresses(domain)
        _strip_chosen_at_start(old, new)


def _strip(domain: Element) -> None:
    for label in domain.findall("seclabel"):
        if label.get("type", "dynamic") == "dynamic" and label.get("relabel", "yes") == "yes":
            domain.remove(label)
    for device in domain.iterfind("devices/*"):
        _drop(device, "alias", lambda alias: not alias.get("name", "").startswith("ua-"))
        _DEVICES.get(str(device.tag), _nothing)(device)


def _disk(disk: Element) -> None:
    """Jobs that are under way and the chain of images below it are states; they are not part of what is wanted."""
    for name in ("backingStore", "mirror"):
        _drop(disk, name)
    for source in disk.findall("source"):
        source.attrib.pop("index", "")
        _drop(source, "seclabel")
        if not len(source) and not source.attrib:
            disk.remove(source)  # what is left where media came out while it ran


def _interface(interface: Element) -> None:
    for target in interface.findall("target"):
        if _MADE_TAP.fullmatch(target.get("dev", "")):
            target.attrib.pop("dev")
            if not target.attrib:
                interface.remove(target)
    source = interface.find("source")
    if source is not None:
        source.attrib.pop("portid", "")
        if interface.get("type") == "network":
            source.attrib.pop("bridge", "")
    for mac in interface.iterfind("mac"):
        mac.set("address", mac.get("address", "").lower())


def _line(device: Element) -> None:
    device.attrib.pop("tty", "")
    made = device.get("type") == _PTY
    _drop(device, "source", lambda source: made or bool(_MADE_PATH.search(source.get("path", ""))))
    for target in device.iterfind("target"):
        target.attrib.pop("state", "")  # whether the guest has it open


def _graphics(graphics: Element) -> None:
    if graphics.get("autoport") == "yes" or graphics.get("port") == "-1":
        graphics.set("autoport", "yes")
        for name in ("port", "tlsPort"):
            graphics.attrib.pop(name, "")
    if graphics.get("websocket") is not None and graphics.get("autoport") == "yes":
        graphics.set("websocket", "-1")
    for holder in (graphics, *graphics.iterfind("listen")):
        if _MADE_PATH.search(holder.get("socket", "")):
            holder.attrib.pop("socket")
    listens = graphics.findall("listen")
    if listens:
        graphics.attrib.pop("listen", "")  # the same said twice
        graphics.attrib.pop("socket", "")
    for listen in listens:
        if listen.get("type") == "network":
            listen.attrib.pop("address", "")


def _nothing(device: Element) -> None:
    """Nothing in it is made at a start."""


_DEVICES: dict[str, Callable[[Element], None]] = {
    "disk": _disk,
    "interface": _interface,
    "serial": _line,
    "console": _line,
    "parallel": _line,
    "channel": _line,
    "graphics": _graphics,
}


def _forget_one_sided_addresses(old: Element, new: Element) -> None:
    """Where one side leaves an address open, the other's was chosen by libvirt."""
    open_on = {id(domain): set(_without_address(domain)) for domain in (old, new)}
    for domain, other in ((old, new), (new, old)):
        for name, device in _placed(domain):
            if name in open_on[id(other)]:
                _drop(device, "address")


def _without_address(domain: Element) -> Iterator[str]:
    return (name for name, device in _placed(domain) if device.find("address") is None)


def _placed(domain: Element) -> Iterator[tuple[str, Element]]:
    """Devices with a name that is good for one comparison: the tag and what stands in it beside the address."""
    counted: dict[str, int] = {}
    for device in domain.iterfind("devices/*"):
        tag = str(device.tag)
        name = device_name(device)
        if not name:
            name = str(counted.setdefault(tag, 0))
            counted[tag] += 1
        yield f"{tag}[{name}]", device


def _strip_addresses(domain: Element) -> None:
    for device in domain.iterfind("devices/*"):
        _drop(device, "address")


def _strip_chosen_at_start(live: Element, inactive: Element) -> None:
    """What libvirt settles at a start and shows in the live document alone."""
    _drop(live, "resource", lambda resource: text(resource, "partition") == "/machine")
    for domain in (live, inactive):
        _drop(domain, "vcpus")
        _drop(domain, "genid")
    _firmware(live, inactive)
    _processor(live, inactive)
    for old, new in zip(
        live.iterfind("devices/graphics"), inactive.iterfind("devices/graphics"), strict=False
    ):
        _listening(old, new)
    _controllers(live, inactive)
    _empty_drives(live, inactive)
    for device in live.iterfind("devices/hostdev/source"):
        if device.find("vendor") is not None:
            _drop(device, "address")


def _firmware(live: Element, inactive: Element) -> None:
    """A firmware that was wanted by its kind shows as files while it runs."""
    if attr_at(inactive, "os", "firmware"):
        for domain in (live, inactive):
            for os in domain.iterfind("os"):
                os.attrib.pop("firmware", "")
                for name in ("loader", "nvram", "firmware"):
                    _drop(os, name)


def _processor(live: Element, inactive: Element) -> None:
    now, later = live.find("cpu"), inactive.find("cpu")
    if now is None:
        return
    if later is None:
        live.remove(now)
        return
    for cpu in (now, later):
        cpu.attrib.pop("check", "")
        for model in cpu.iterfind("model"):
            model.attrib.pop("fallback", "")
    if later.get("mode", "custom") != "custom":
        for cpu in (now, later):
            cpu.attrib.pop("mode", "")
            cpu.attrib.pop("match", "")
            for name in ("model", "vendor", "feature", "maxphysaddr"):
                _drop(cpu, name)
        return
    wanted = {feature.get("name") for feature in later.iterfind("feature")}
    _drop(now, "feature", lambda feature: feature.get("name") not in wanted)
    if later.find("vendor") is None:
        _drop(now, "vendor")


def _listening(live: Element, inactive: Element) -> None:
    """An address that was left to the node's configuration shows while it runs."""
    if live.get("type") != inactive.get("type"):
        return
    wanted = inactive.findall("listen")
    if not wanted and inactive.get("listen") is None:
        _drop(live, "listen")
        live.attrib.pop("listen", "")
    for old, new in zip(live.iterfind("listen"), wanted, strict=False):
        if new.get("address") is None:
            old.attrib.pop("address", "")


def _empty_drives(live: Element, inactive: Element) -> None:
    """A drive without a medium has no format while it runs."""
    later = {attr_at(disk, "target", "dev"): disk for disk in inactive.iterfind("devices/disk")}
    for disk in live.iterfind("devices/disk"):
        other = later.get(attr_at(disk, "target", "dev"))
        if other is None or disk.find("source") is not None or other.find("source") is not None:
            continue
        for driver in (*disk.iterfind("driver"), *other.iterfind("driver")):
            driver.attrib.pop("type", "")


def _controllers(live: Element, inactive: Element) -> None:
    """What a device that was plugged live needs in between comes and goes with it."""
    devices = live.find("devices")
    if devices is None:
        return
    known = {(c.get("type"), c.get("index")) for c in inactive.iterfind("devices/controller")}
    _drop(devices, "controller", lambda one: (one.get("type"), one.get("index")) not in known)


def _drop(element: Element, tag: str, matching: Callable[[Element], bool] = lambda _: True) -> None:
    for child in element.findall(tag):
        if matching(child):
            element.remove(child)
