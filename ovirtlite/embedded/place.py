"""Where the embedded hypervisor keeps its things and as whom it runs.

What lasts is under HOME. Sockets are in a short folder of their own, since a Unix socket's path holds 107 bytes and the
channel of a guest's agent takes up to 84 of them below libvirt's own folder.

libvirtd is a machine's system daemon when it runs as root, so for root it runs as an account without privileges. That
account cannot walk through root's folders to HOME: it sees the lasting folder bound into the short one, in a mount
namespace that ends with its last process. For anyone else a link does the same.
"""

import hashlib
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

_ACCOUNTS = ("libvirt-qemu", "nobody")  # the first comes with Debian's libvirt-daemon-system
_KVM = Path("/dev/kvm")
_SHORT = Path("/tmp")  # noqa: S108 - its owner is checked before use; TMPDIR may be long
_SHORT_OF_ROOT = Path("/run")


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs libvirtd and QEMU."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]

    @classmethod
    def of_this_process(cls) -> "Account":
        """Ourselves, or for root an account that may do nothing but use KVM."""
        if os.getuid():
            return cls(_name(os.getuid()), os.getuid(), os.getgid(), tuple(os.getgroups()))
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        entry = next(known[name] for name in _ACCOUNTS if name in known)
        kvm_group = _KVM.stat().st_gid if _KVM.exists() else 0
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid, (kvm_group,) if kvm_group else ())

    def become(self) -> list[str]:
        """The command that runs another as this account, told to end when the caller does."""
        prefix = ["setpriv", "--pdeathsig", "TERM"]
        if os.getuid():
            return [*prefix, "--"]
        groups = ["--groups", ",".join(map(str, self.groups))] if self.groups else ["--clear-groups"]
        return [*prefix, "--reuid", str(self.uid), "--regid", str(self.gid), *groups, "--"]


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError as unknown:
        raise CannotPlace(
            f"libvirt wants to know who runs it, and user {uid} has no name on this machine."
        ) from unknown


class CannotPlace(Exception):
    """The embedded hypervisor has nowhere to be; the text says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one HOME's embedded hypervisor."""

    home: Path
    run: Path
    """Sockets, and the lasting folder as libvirtd sees it. Gone after a stop."""

    @classmethod
    def of(cls, home: Path) -> "Place":
        home = Path(os.path.abspath(home))  # not resolved: one HOME has one name
        digest = hashlib.sha256(b"%d %s" % (os.getuid(), os.fsencode(home))).hexdigest()[:8]
        return cls(home, (_SHORT if os.getuid() else _SHORT_OF_ROOT) / f"ol-{digest}")

    @property
    def lasting(self) -> Path:
        """Definitions, disks, logs: what survives a stop, as this process sees it."""
        return self.home / "embedded" / "state"

    @property
    def seen(self) -> Path:
        """The lasting folder as libvirtd and QEMU see it."""
        return self.run / "s"

    @property
    def lock(self) -> Path:
        return self.home / "embedded" / "lock"

    @property
    def libvirt_socket(self) -> Path:
        return self.run / "libvirt" / "libvirt-sock"

    @property
    def uri(self) -> str:
        return f"qemu+unix:///session?socket={self.libvirt_socket}"

    def environment(self) -> dict[str, str]:
        """What makes a libvirtd keep everything here. HOME also marks each process as one of this place."""
        seen = self.seen
        return {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C",
            "HOME": str(seen),
            "XDG_RUNTIME_DIR": str(self.run),
            "XDG_CONFIG_HOME": str(seen / "etc"),
            "XDG_CACHE_HOME": str(seen / "cache"),
            "XDG_DATA_HOME": str(seen / "data"),
        }

    def command(self, account: Account, *argv: str) -> list[str]:
        """The command that runs `argv` as this account with the lasting folder where it is expected."""
        if os.getuid():
            return [*account.become(), *argv]
        bind = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
        enter = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", bind, "sh"]
        return [*enter, str(self.lasting), str(self.seen), *account.become(), *argv]

    def make(self, account: Account) -> None:
        """Make the folders for this account alone. Raises `CannotPlace` when the short one is somebody else's."""
        folders = (
            "etc/libvirt/qemu/autostart",
            "etc/libvirt/storage/autostart",
            "cache",
            "data",
            "images",
            "guest",
        )
        for folder in folders:
            (self.lasting / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        self.run.mkdir(mode=0o700, exist_ok=True)
        if self.run.is_symlink() or self.run.stat().st_uid not in {os.getuid(), account.uid}:
            raise CannotPlace(f"{self.run} belongs to somebody else. Remove it, or set OVIRTLITE_EMBEDDED=0.")
        if os.getuid():
            self.seen.unlink(missing_ok=True)
            self.seen.symlink_to(self.lasting)
        else:
            self.seen.mkdir(mode=0o700, exist_ok=True)
            self.give(account)

    def give(self, account: Account) -> None:
        """Hand everything that this process made here to the account, links themselves and not what they name."""
        if os.getuid():
            return
        for top in (self.lasting, self.run):
            os.lchown(top, account.uid, account.gid)
            for folder, folders, files in os.walk(top):
                for name in (*folders, *files):
                    os.lchown(Path(folder, name), account.uid, account.gid)
