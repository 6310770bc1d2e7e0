"""Makes the demo guest: a kernel from this machine's own package archive and an initramfs of static busybox.

Nothing is installed and nothing needs root. The guest is made once into a folder and then shared by whoever asks;
builders that run at the same time do not disturb each other, since each one's result appears by a single rename.

`python -m ovirtlite.embedded.guest [FOLDER]` makes it and prints where it is.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ovirtlite.embedded.cpio import Archive

_HERE = Path(__file__).parent
_SOURCES = (_HERE / "guest-init.sh", _HERE / "guest-lease.sh", _HERE / "guest.py", _HERE / "cpio.py")
# Packages that stand for "the kernel for virtual machines": Debian's, then Ubuntu's.
_KERNEL_FOR_GUESTS = {"amd64": ("linux-image-cloud-amd64", "linux-image-virtual")}
_KERNEL_OR_MODULES = re.compile(r"linux-(image|modules)-(unsigned-)?\d[\w.+-]*")
# What the guest's devices need; what a kernel has built in has no module and is left out.
_MODULES = (
    "virtio_pci",
    "virtio_blk",
    "virtio_net",
    "virtio_balloon",
    "virtio_console",
    "button",
    "evdev",
    "isofs",
)
_DOWNLOAD_SECONDS = 120


class CannotMakeGuest(Exception):
    """There is no guest to be had on this machine; the text says why and what would help."""


@dataclass(frozen=True, slots=True)
class Guest:
    """What QEMU boots directly. "guest=NAME" may be added to `command_line`.

    That keeps the kernel quiet and leaves out what takes a sixth of its start under TCG: self-tests, probes' tracing
    and certificates. The rest is 4 s of processor time.
    """

    kernel: Path
    initramfs: Path
    command_line: str = (
        "console=tty0 quiet loglevel=3 nokaslr mitigations=off random.trust_cpu=on cryptomgr.notests "
        "initcall_blacklist=init_kprobe_trace,load_system_certificate_list"
    )


def make(folder: Path) -> Guest:
    """The guest in `folder`, made now if it is not there. Takes some seconds and 60 MB of scratch space then.

    Raises `CannotMakeGuest` where this machine is no Debian or Ubuntu for amd64, has no busybox-static, or cannot
    fetch a kernel package.
    """
    ready = folder / _fingerprint()
    guest = Guest(ready / "vmlinuz", ready / "initramfs")
    if ready.is_dir():
        return guest
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder), tempfile.TemporaryDirectory(prefix="making-", dir=folder) as scratch:
        if not ready.is_dir():
            _clear(folder, Path(scratch))
            made = Path(scratch, "made")
            made.mkdir()
            unpacked = _unpacked_kernel(Path(scratch))
            shutil.copyfile(_only(unpacked, "boot/vmlinuz-*"), made / "vmlinuz")
            _write_initramfs(made / "initramfs", unpacked)
            made.rename(ready)
    return guest


def _fingerprint() -> str:
    """A guest made from other sources is another guest, so that nobody boots yesterday's."""
    digest = hashlib.sha256()
    for source in _SOURCES:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One builder at a time; the kernel drops the lock of a builder that dies."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear(folder: Path, scratch: Path) -> None:
    """Remove what a builder left that was killed, and guests made from older sources."""
    for left in folder.iterdir():
        if left.is_dir() and left != scratch:
            shutil.rmtree(left)


def _unpacked_kernel(scratch: Path) -> Path:
    """Fetch the newest kernel for guests and unpack it, uninstalled, below `scratch`."""
    for program in ("apt-get", "apt-cache", "dpkg"):
        if shutil.which(program) is None:
            raise CannotMakeGuest(
                f"The demo guest's kernel comes from a Debian package, and {program} is not here."
            )
    arch = _run(scratch, "dpkg", "--print-architecture").strip()
    if arch not in _KERNEL_FOR_GUESTS:
        raise CannotMakeGuest(f"The demo guest is made for amd64 machines only, and this one is {arch}.")
    packages = next(filter(None, map(_kernel_packages, _KERNEL_FOR_GUESTS[arch])), [])
    if not packages:
        raise CannotMakeGuest(
            "The package lists of this machine name no kernel for guests. Run: apt-get update"
        )
    # The sandbox user of apt cannot write here; without it apt says so on every download.
    _run(scratch, "apt-get", "-q", "-o", f"APT::Sandbox::User={_user()}", "download", *packages)
    unpacked = scratch / "unpacked"
    for package in scratch.glob("*.deb"):
        _run(scratch, "dpkg", "-x", str(package), str(unpacked))
    return unpacked


def _kernel_packages(meta: str) -> list[str]:
    """The packages with the kernel and its modules that `meta` stands for now; none where it is unknown."""
    asked = subprocess.run(
        ["apt-cache", "depends", "--recurse", "--important", "--no-pre-depends", meta],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LC_ALL": "C"},
    )
    named = {line for line in asked.stdout.splitlines() if _KERNEL_OR_MODULES.fullmatch(line)}
    return sorted(name for name in named if "-unsigned-" not in name)


def _user() -> str:
    import pwd  # only apt wants to know

    return pwd.getpwuid(os.getuid()).pw_name


def _write_initramfs(target: Path, unpacked: Path) -> None:
    # Not compressed: under TCG unpacking takes longer than reading.
    with target.open("wb") as out:
        archive = Archive(out)
        for folder in ("bin", "dev", "etc", "modules", "proc", "run", "sys"):
            archive.folder(folder)
        archive.character_device("dev/console", 5, 1)
        busybox = _static_busybox()
        archive.file("bin/busybox", busybox.read_bytes(), executable=True)
        for applet in _run(target.parent, str(busybox), "--list").split():
            if applet != "busybox":
                archive.link(f"bin/{applet}", "busybox")
        archive.file("bin/lease", (_HERE / "guest-lease.sh").read_bytes(), executable=True)
        archive.file("init", (_HERE / "guest-init.sh").read_bytes(), executable=True)
        modules = _modules_in_order(unpacked, busybox)
        for module in modules:
            archive.file(f"modules/{module.name}", module.read_bytes())
        archive.file("modules/order", "".join(f"{module.name}\n" for module in modules).encode())
        archive.end()


def _static_busybox() -> Path:
    found = shutil.which("busybox")
    if found is None or b"/ld-linux" in Path(found).read_bytes()[:4096]:
        raise CannotMakeGuest("The demo guest needs a busybox without libraries. Install: busybox-static")
    return Path(found).resolve()


def _modules_in_order(unpacked: Path, busybox: Path) -> list[Path]:
    """The wanted modules with all that they need, each after what it needs."""
    # Ubuntu's packages have /usr/lib/modules where /lib is a link.
    tree = next(
        (found for usr in ("", "usr/") for found in sorted(unpacked.glob(f"{usr}lib/modules/*/kernel"))), None
    )
    if tree is None:
        raise CannotMakeGuest("The kernel package of this machine has no modules where they are looked for.")
    base, version = tree.parents[3], tree.parent.name
    _run(base, str(busybox), "depmod", "-b", str(base), version)
    needs: dict[str, list[str]] = {}
    for line in (tree.parent / "modules.dep").read_text().splitlines():
        module, _, needed = line.partition(":")
        needs[module] = needed.split()
    by_name = {Path(module).name.partition(".")[0].replace("-", "_"): module for module in needs}
    order: dict[str, None] = {}

    def take(module: str) -> None:
        if module not in order:
            for needed in needs[module]:
                take(needed)
            order[module] = None

    for name in _MODULES:
        if name in by_name:
            take(by_name[name])
    return [tree.parent / module for module in order]


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise CannotMakeGuest(f"The kernel package of this machine has no {pattern}.")
    return found[-1]


def _run(folder: Path, *argv: str) -> str:
    """What a program prints. Raises `CannotMakeGuest` with its words when it fails or takes too long."""
    try:
        done = subprocess.run(
            argv, cwd=folder, capture_output=True, text=True, timeout=_DOWNLOAD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as expired:
        raise CannotMakeGuest(f"{argv[0]} took longer than {_DOWNLOAD_SECONDS} s.") from expired
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        raise CannotMakeGuest(f"{' '.join(argv[:3])} failed: {words[-1]}")
    return done.stdout


if __name__ == "__main__":
    asked = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(".cache/guest")
    try:
        print(make(asked.resolve()).kernel.parent)
    except CannotMakeGuest as reason:
        sys.exit(str(reason))
