"""The `<disk>` of a domain."""

from hypervisor.data import DiskSeen
from hypervisor.xml.document import Element, attr_at


def read_disk(disk: Element) -> DiskSeen:
    """What a person wants to know of it."""
    return DiskSeen(
        target=attr_at(disk, "target", "dev"),
        device=disk.get("device", "disk"),
        bus=attr_at(disk, "target", "bus"),
        source=read_source(disk),
        type=disk.get("type", ""),
        format=attr_at(disk, "driver", "type"),
        readonly=disk.find("readonly") is not None or disk.get("device") == "cdrom",
    )


def read_source(disk: Element) -> str:
    """Where its data is: a path, `pool/volume` or `protocol://host/name`; "" for an empty drive."""
    source = disk.find("source")
    if source is None:
        return ""
    match disk.get("type"):
        case "file":
            return source.get("file", "")
        case "block":
            return source.get("dev", "")
        case "dir":
            return source.get("dir", "")
        case "volume":
            return f"{source.get('pool', '')}/{source.get('volume', '')}"
        case "network":
            host = attr_at(source, "host", "name") or attr_at(source, "host", "socket")
            return f"{source.get('protocol', '')}://{host}/{source.get('name', '')}"
        case "vhostuser":
            return source.get("path", "")
        case "nvme":
            return attr_at(source, "address", "bus")
    return ""


def is_copied(disk: Element) -> bool:
    """Whether a migration that copies storage moves this disk: writable, not shared, local and with something in it."""
    seen = read_disk(disk)
    if seen.readonly or disk.find("shareable") is not None or not seen.source:
        return False
    return seen.device in {"disk", "lun"} and seen.type in {"file", "block", "volume", "dir"}
