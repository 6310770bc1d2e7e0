"""A libvirtd of the tests' own: unprivileged, on a Unix socket, serving test:// and qemu:// to any process."""

import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

_START_WITHIN = 10.0
_STOP_WITHIN = 10.0
# Whatever TMPDIR says: a Unix socket's path holds 107 bytes, 84 of them an agent's below libvirt's own folder, and the
# daemon's user must reach it.
_PLACE = Path("/tmp")
_PREFIX = "lv-"
_USERS = ("libvirt-qemu", "nobody")  # whoever exists first; as root libvirtd would be the system's daemon


class PrivateDaemon:
    """One daemon with a folder of its own. Raises `RuntimeError`, with the daemon's words, when it cannot start.

    QEMU guests run under TCG or KVM as an ordinary user, without network drivers (session mode). `folder` is readable
    by the daemon: put node files and images there with `file`.
    """

    def __init__(
        self,
        settings: Mapping[str, str | int | list[str]] | None = None,
        *,
        listen: bool = False,
        files: Mapping[str, str] | None = None,
    ) -> None:
        """`settings` are lines for libvirtd.conf, where `{folder}` stands for the daemon's; `listen`: on TCP and TLS.

        `files`, by name and content, are in the folder before the daemon starts.
        """
        self._settings = settings or {}
        self._listen = listen
        self._files = files or {}
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owned: int | None = None

    @property
    def folder(self) -> Path:
        if self._folder is None:
            raise RuntimeError("this libvirtd was not started")
        return self._folder

    @property
    def socket(self) -> Path:
        return self.folder / "run" / "libvirt" / "libvirt-sock"

    @property
    def pid(self) -> int:
        """Of libvirtd itself, to stop, continue or kill it."""
        if self._process is None:
            raise RuntimeError("this libvirtd does not run")
        return self._process.pid

    def uri(self, driver: str = "qemu", path: str | Path = "") -> str:
        """How to open it. `path` defaults to /session for QEMU and to /default for the test driver."""
        where = str(path) or ("/default" if driver == "test" else "/session")
        return f"{driver}+unix://{where}?socket={quote(str(self.socket))}"

    def file(self, name: str, content: str | bytes) -> Path:
        """Write a file that the daemon and its guests may read and write."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self._give(path)
        return path

    def directory(self, name: str) -> Path:
        """Make a folder that the daemon may fill."""
        path = self.folder / name
        path.mkdir()
        self._give(path)
        return path

    def start(self) -> None:
        """Also clears away what tests that were killed have left: their guests outlive them."""
        for left in _PLACE.glob(f"{_PREFIX}*"):
            _reap(left)
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_PLACE))
        try:
            self._owned = _own(self._folder)
            for name in ("run", "etc", "etc/libvirt", "cache", "data"):
                (self._folder / name).mkdir()
            config = self._folder / "etc" / "libvirt"
            lines: dict[str, str | int | list[str]] = {
                "host_uuid": str(uuid.uuid4()),
                "auth_unix_rw": "none",
                "auth_unix_ro": "none",
                **self._settings,
            }
            (config / "libvirtd.conf").write_text(
                "".join(
                    f"{name} = {json.dumps(value.format(folder=self._folder) if isinstance(value, str) else value)}\n"
                    for name, value in lines.items()
                )
            )
            for name, content in self._files.items():
                (self._folder / name).write_text(content)
            # Without it each guest's log makes a virtlogd that nobody ends.
            (config / "qemu.conf").write_text('stdio_handler = "file"\n')
            for path in (self._folder, *self._folder.rglob("*")):
                self._give(path)
            self._launch()
        except BaseException:
            self.stop()
            raise

    def restart(self) -> None:
        """Begin anew after `kill` or a crash; guests that still run are found again."""
        self._end_daemon(signal.SIGTERM)
        self._launch()

    def kill(self) -> None:
        """As a crash: at once, and its guests run on."""
        self._end_daemon(signal.SIGKILL)

    def stop(self) -> None:
        """End the guests and the daemon and remove the folder. Does nothing when it never started."""
        if self._folder is None:
            return
        self._end_daemon(signal.SIGTERM)
        _end_guests(self._folder)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None
        if self._owned is not None:
            os.close(self._owned)
            self._owned = None

    def _launch(self) -> None:
        program = shutil.which("libvirtd", path=f"{os.environ['PATH']}:/usr/sbin")
        if program is None:
            raise RuntimeError("there is no libvirtd here: install Debian's package libvirt-daemon")
        user = _user()
        dropped: list[str] = []
        if user is not None:
            # The groups stay as the user has them (kvm), so that /dev/kvm is used where it works.
            dropped = ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--init-groups"]
        home = str(self.folder)
        with (self.folder / "libvirtd.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    "setpriv",
                    *dropped,
                    "--pdeathsig",
                    "TERM",
                    "--",
                    program,
                    *(["--listen"] if self._listen else []),
                ],
                cwd=home,
                env={
                    "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin",
                    "LC_ALL": "C",
                    "HOME": home,
                    "XDG_RUNTIME_DIR": f"{home}/run",
                    "XDG_CONFIG_HOME": f"{home}/etc",
                    "XDG_CACHE_HOME": f"{home}/cache",
                    "XDG_DATA_HOME": f"{home}/data",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait_until_it_answers(self._process)

    def _wait_until_it_answers(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + _START_WITHIN
        while True:
            with socket.socket(socket.AF_UNIX) as probe:
                if probe.connect_ex(str(self.socket)) == 0:
                    return
            if process.poll() is not None or time.monotonic() > deadline:
                words = (self.folder / "libvirtd.log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"the private libvirtd did not start:\n{words}")
            time.sleep(0.02)

    def _end_daemon(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        # A stopped process acts on nothing but SIGKILL.
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(how)
        try:
            self._process.wait(_STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    @staticmethod
    def _give(path: Path) -> None:
        user = _user()
        if user is not None:
            os.chown(path, user.pw_uid, user.pw_gid)


def _own(folder: Path) -> int:
    """Hold the folder's lock for as long as this process lives."""
    handle = os.open(folder / "owned", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def _reap(folder: Path) -> None:
    """Clear a daemon's folder away when nobody owns it any more; its libvirtd ended with its owner."""
    try:
        handle = os.open(folder / "owned", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return  # just being made, or another one's
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _end_guests(folder)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return  # in use
    finally:
        os.close(handle)


def _end_guests(folder: Path) -> None:
    """QEMU processes outlive their libvirtd. They are found by the daemon's folder in their command line."""
    mark = str(folder).encode()
    pids = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue  # it ended meanwhile
        if mark in command and b"qemu-system" in command.split(b"\0")[0]:
            pids.append(int(entry.name))
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while any(_lives(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)


def _user() -> pwd.struct_passwd | None:
    """Who the daemon runs as; None: as we are."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in _USERS:
        if name in known:
            return known[name]
    raise RuntimeError(f"none of the users {', '.join(_USERS)} exists here")


def _lives(pid: int) -> bool:
    """Neither gone nor a zombie that its new parent has not noticed yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def private_daemon() -> Iterator[PrivateDaemon]:
    """A daemon for as long as the block lasts."""
    daemon = PrivateDaemon()
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()
