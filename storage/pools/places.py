"""Where a pool may lie on its node, and how the parts of its source may be written."""

import posixpath
import re
from collections.abc import Callable, Mapping

from django.conf import settings

from hypervisor.storage import PoolType

LONGEST_NAME = 100
# What libvirt itself keeps beside its images: variables of firmwares, states of TPMs, secrets.
_LIBVIRTS_OWN = tuple(
    f"/var/lib/libvirt/{name}" for name in ("qemu", "swtpm", "secrets", "dnsmasq", "network", "lxc", "boot")
)
_DEVICE_FOLDERS = frozenset(
    {"/dev", "/dev/mapper"} | {f"/dev/disk/by-{by}" for by in ("path", "id", "uuid", "label", "partuuid")}
)
_LONGEST_PATH = 1000
_PATH = re.compile(r"/[^\x00-\x1f\x7f\\\"'<>&*?|;$`,]*")
_DEVICE = re.compile(r"/dev/[A-Za-z0-9_./:+@=-]+")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:]{2,39}\]?")
_IQN = re.compile(r"iqn\.\d{4}-\d{2}\.[A-Za-z0-9.:_-]{1,200}|eui\.[0-9A-Fa-f]{16}|naa\.[0-9A-Fa-f]{16,32}")
_ADAPTER = re.compile(r"(scsi_)?host\d{1,5}")
_FORMAT = re.compile(r"[a-z0-9+_-]{1,32}")
_USER = re.compile(r"[^\x00-\x1f\x7f<>&'\"]{1,255}")
_NAMES: Mapping[PoolType, re.Pattern[str]] = {
    # What LVM takes, and nothing that a program would read as an option.
    PoolType.LOGICAL: re.compile(r"[A-Za-z0-9_+][A-Za-z0-9_.+-]{0,126}"),
    PoolType.ZFS: re.compile(r"[A-Za-z][A-Za-z0-9_.:-]*(/[A-Za-z0-9_.:-]+)*"),
    PoolType.RBD: re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+)?"),
    PoolType.GLUSTER: re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*"),
    PoolType.VSTORAGE: re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*"),
}


def name_fault(name: str) -> str:
    """What is wrong with a pool's name; "" when nothing is."""
    if not 0 < len(name.encode(errors="replace")) <= LONGEST_NAME:
        return f"A name has 1 to {LONGEST_NAME} bytes."
    if not name.isprintable() or "/" in name or "\\" in name:
        return "A name is of printable characters, without a slash."
    if name != name.strip() or name[0] in ".-":
        return "A name does not begin with a dot, a hyphen or white space, nor end with white space."
    return ""


def target_fault(type: PoolType, target: str) -> str:
    """What is wrong with the place where a pool's volumes appear."""
    if type in {PoolType.DISK, PoolType.ISCSI, PoolType.SCSI, PoolType.MPATH}:
        if target in _DEVICE_FOLDERS:
            return ""
        return f"Volumes of this type appear in a folder of devices: {', '.join(sorted(_DEVICE_FOLDERS))}."
    if problem := path_fault(target):
        return problem
    roots = [str(root).rstrip("/") for root in settings.POOL_ROOTS]
    if not any(target.startswith(f"{root}/") for root in roots):
        return (
            f"Pools lie below {', '.join(roots) or 'no folder at all'} here; OVIRTLITE_POOL_ROOTS says where."
        )
    if any(f"{target}/".startswith(f"{own}/") for own in _LIBVIRTS_OWN):
        return "libvirt keeps things of its own there."
    return ""


def path_fault(path: str) -> str:
    """What is wrong with an absolute path."""
    if not path.startswith("/"):
        return "This must be an absolute path."
    if len(path.encode(errors="replace")) > _LONGEST_PATH or not _PATH.fullmatch(path):
        return "The path has characters that a pool's cannot have, or is too long."
    if posixpath.normpath(path) != path or path.startswith("//"):
        return f"Write the path plainly: {posixpath.normpath('/' + path.lstrip('/'))}."
    return ""


def device_fault(path: str) -> str:
    """What is wrong with the path of a device."""
    if not _DEVICE.fullmatch(path) or posixpath.normpath(path) != path:
        return "This must be the path of a device, such as /dev/disk/by-id/…"
    return ""


def _like(pattern: re.Pattern[str], otherwise: str) -> Callable[[str], str]:
    return lambda text: "" if pattern.fullmatch(text) else otherwise


host_fault = _like(_HOST, "This must be a host's name or address.")
iqn_fault = _like(_IQN, "This must be an iSCSI name such as iqn.2026-11.net.example:disks.")
adapter_fault = _like(_ADAPTER, "This must be an adapter such as scsi_host2.")
format_fault = _like(_FORMAT, "There is no such format.")
user_fault = _like(_USER, "This cannot be a user's name.")


def source_name_fault(type: PoolType, name: str) -> str:
    """What is wrong with the name of a volume group, a Ceph pool …"""
    pattern = _NAMES.get(type)
    if pattern is None or (pattern.fullmatch(name) and ".." not in name and name not in {".", ".."}):
        return ""
    return "This cannot be the name of such a source: it is of letters, digits and a few characters more."
