"""Whether a change can be expected to hold at once. The node has the last word, and the job says what it was."""

from domains.editing.edits import Edit, plain
from hypervisor.errors import NotFound
from hypervisor.xml.hardware import read_hardware

_SETTINGS = {
    "vcpu/@current": "vcpus",
    "currentMemory": "memory_bytes",
    "title": "title",
    "description": "description",
}
_PLUGGED = frozenset({"interface", "hostdev", "rng", "memory", "redirdev", "shmem", "lease"})
_BUSES = {"disk": frozenset({"virtio", "scsi", "usb"}), "input": frozenset({"usb", "virtio"})}
_IN_PLACE = {
    "disk": frozenset({"iotune"}),
    "interface": frozenset(
        {"link_up", "source", "inbound", "outbound", "filter", "filter_parameters", "vlans", "vlan_trunk"}
    ),
    "graphics": frozenset({"password", "password_valid_to"}),
}


def holds_now(edit: Edit, path: str, live: str | None) -> bool:
    """Of a running domain, whose live document is given; of one that is off, everything holds."""
    if live is None:
        return True
    match edit.verb:
        case "settings":
            return _setting(edit, path, live)
        case "add":
            return _plugs(edit.kind, dict(edit.values))
        case _:
            device = _running(edit, live)
            if device is None:
                return edit.verb == "remove"
            if edit.verb == "remove":
                return _plugs(edit.kind, device)
            media = edit.kind == "disk" and device.get("device") in {"cdrom", "floppy"}
            allowed = _IN_PLACE.get(edit.kind, frozenset()) | ({"source", "format"} if media else frozenset())
            return set(edit.values) <= allowed


def _setting(edit: Edit, path: str, live: str) -> bool:
    if path.startswith(("cputune/", "memtune/", "blkiotune/")):
        return True  # where its node has the means
    name = _SETTINGS.get(path)
    now = read_hardware(live).settings
    if name == "vcpus":
        return bool(edit.values.get("vcpus", 0) <= now.max_vcpus)
    if name == "memory_bytes":
        return bool(edit.values.get("memory_bytes", 0) <= now.max_memory_bytes)
    return name is not None


def _plugs(kind: str, values: "dict[str, object]") -> bool:
    if kind == "disk" and values.get("device", "disk") not in {"disk", "lun"}:
        return False
    if kind in _BUSES:
        return values.get("bus") in _BUSES[kind]
    if kind == "filesystem":
        return values.get("driver") == "virtiofs"
    return kind in _PLUGGED


def _running(edit: Edit, live: str) -> "dict[str, object] | None":
    try:
        return plain(read_hardware(live).find(edit.key).device)
    except NotFound:
        return None
