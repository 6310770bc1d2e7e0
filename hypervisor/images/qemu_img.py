"""qemu-img, told every format and every file, in a sandbox: images come from anywhere.

What an image's header names beside itself is never opened: each layer is given in full, and where there is none below
that is said too. Whoever calls has looked at the headers before (see the readers beside this module); the sandbox
stands behind that: an account without privileges for root, no network, bounded memory, time and file size, and a
folder of its own.
"""

import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypervisor.errors import HypervisorError, NotSupported
from hypervisor.images.scratch import Scratch, reader

PACKAGE = "qemu-utils"
# What QEMU calls the formats that the readers name.
DRIVERS: Mapping[str, str] = {
    "raw": "raw", "qcow2": "qcow2", "vmdk": "vmdk", "vdi": "vdi", "vhdx": "vhdx", "vpc": "vpc",
}  # fmt: skip
_LAYERED = frozenset({"qcow2", "vmdk"})  # formats that may name a file below them
_MEMORY_BYTES = 2 * 2**30
_SLOWEST_BYTES = 2**20  # of an image, a second of processor time; a machine that is slower gives up
_TICK_SECONDS = 0.5
_LONGEST_WORDS = 600
_PROGRESS = re.compile(r"\((\d+(?:\.\d+)?)/100%\)")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class CannotConvert(HypervisorError):
    """qemu-img does not take it."""

    code = "cannot_convert"


@dataclass(frozen=True, slots=True)
class Layer:
    """A file of the scratch folder, and what it is."""

    file: str
    format: str


def convert(
    scratch: Scratch,
    layers: Sequence[Layer],
    target: Layer,
    *,
    capacity_bytes: int,
    watch: Callable[[float], None],
    options: Mapping[str, str] | None = None,
) -> None:
    """Write what `layers` (the top one first) show into the new file `target`.

    `watch` hears how far it is, from 0 to 1, twice a second; what it raises ends the conversion. Raises CannotConvert,
    NotSupported (the program is missing).
    """
    chosen = [f"{name}={value}" for name, value in (options or {}).items()]
    argv = [
        *("qemu-img", "convert", "-p", "-O", DRIVERS[target.format]),
        *(("-o", ",".join(chosen)) if chosen else ()),
        *(f"json:{json.dumps(_source(layers))}", f"./{target.file}"),
    ]
    # Compressed data may be larger than what it is of, and tables come on top.
    most_bytes = capacity_bytes + capacity_bytes // 8 + 64 * 2**20
    seconds = 600 + 4 * capacity_bytes // _SLOWEST_BYTES
    _run(_sandboxed(argv, most_bytes, seconds), scratch, watch)


def check_there() -> None:
    """Raises NotSupported, naming the package, where this machine has no qemu-img."""
    if shutil.which("qemu-img", path=_PATH) is None:
        raise NotSupported(
            f"The machine that runs ovirtlite's worker has no qemu-img. Install the package {PACKAGE} there."
        )


def _source(layers: Sequence[Layer]) -> dict[str, Any]:
    top, *below = layers
    said: dict[str, Any] = {
        "driver": DRIVERS[top.format],
        "file": {"driver": "file", "filename": top.file, "locking": "off"},
    }
    if below:
        said["backing"] = _source(below)
    elif top.format in _LAYERED:
        said["backing"] = None
    return said


def _sandboxed(argv: Sequence[str], most_bytes: int, seconds: int) -> list[str]:
    account = reader()
    become = ["setpriv", "--no-new-privs", "--pdeathsig", "KILL"]
    alone: list[str] = []
    if account is not None:
        alone = ["unshare", "--net", "--ipc", "--"]
        become += ["--reuid", str(account.uid), "--regid", str(account.gid), "--clear-groups"]
        become += ["--inh-caps=-all", "--bounding-set=-all"]
    limits = [
        *("prlimit", f"--as={_MEMORY_BYTES}", f"--cpu={seconds}", f"--fsize={most_bytes}"),
        *("--core=0", "--nofile=128", "--"),
    ]
    return [*alone, *become, "--", *limits, *argv]


def _run(argv: Sequence[str], scratch: Scratch, watch: Callable[[float], None]) -> None:
    check_there()
    # The folder is entered before the account is left: that account could not walk to it.
    process = subprocess.Popen(
        argv,
        cwd=scratch.folder,
        env={"PATH": _PATH, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        words = _follow(process, watch)
    except BaseException:
        _kill(process)
        raise
    if process.returncode:
        raise CannotConvert(_said(words, process.returncode))


def _follow(process: "subprocess.Popen[bytes]", watch: Callable[[float], None]) -> str:
    """Until it ends: tell how far it is, keep what else it says."""
    assert process.stdout is not None
    words, fraction, told = "", 0.0, 0.0
    with process.stdout as output, selectors.DefaultSelector() as ready:
        ready.register(output, selectors.EVENT_READ)
        while True:
            if ready.select(_TICK_SECONDS):
                data = os.read(output.fileno(), 65536)
                if not data:
                    break
                words += data.decode(errors="replace")
                if found := _PROGRESS.findall(words):
                    fraction = min(1.0, float(found[-1]) / 100)
                    words = _PROGRESS.sub("", words).replace("\r", "").lstrip()
                words = words[-4 * _LONGEST_WORDS :]
            if time.monotonic() - told >= _TICK_SECONDS:
                told = time.monotonic()
                watch(fraction)
    process.wait()
    return words


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        # Its own session: the id is the group's as well, and nothing else is in it.
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _said(words: str, code: int) -> str:
    plain = " ".join(words.split())[:_LONGEST_WORDS]
    if not plain and code < 0:
        plain = f"it was ended by the signal {signal.Signals(-code).name}, for it took more than it may"
    return f"qemu-img cannot convert it: {plain or f'it ended with {code}'}"
