"""Runs the embedded hypervisor in the foreground until it is asked to stop."""

import contextlib
import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from ovirtlite.embedded import daemon, firstguest, guest
from ovirtlite.embedded.place import Account, CannotPlace, Place
from ovirtlite.settings.home import Home

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class _AskedToStop(BaseException):
    """Raised out of whatever this process is waiting for."""


def main() -> int:
    """The exit code: 0 after being asked to stop, 1 when it cannot start or libvirtd ended by itself."""
    home = Home.from_env()
    place = Place.of(home.path)
    _take_signals()
    try:
        if shutil.which("libvirtd") is None:
            raise CannotPlace(
                "There is no libvirtd here. Install libvirt-daemon, or set OVIRTLITE_EMBEDDED=0."
            )
        account = Account.of_this_process()
        with _only_one(place):
            place.make(account)
            daemon.configure(place)
            if not firstguest.was_made(place):
                _make_first_guest(home, place, account)
            place.give(account)
            return _serve(place, account)
    except CannotPlace as reason:
        print(reason, file=sys.stderr)
        return 1
    except _AskedToStop:
        return 0


def _serve(place: Place, account: Account) -> int:
    running = daemon.start(place, account)
    try:
        code = running.wait()
    except _AskedToStop:
        for number in _STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # the stop is under way; a second wish adds nothing
        daemon.stop(place, running)
        return 0
    # Its guests go on. Who starts us again gets a libvirtd that finds them.
    print(f"{daemon.last_words(place)}\nlibvirtd ended by itself with code {code}.", file=sys.stderr)
    return 1


def _make_first_guest(home: Home, place: Place, account: Account) -> None:
    """Without a guest it is still a hypervisor: what fails here is told and no more. The next start tries again."""
    shared = home.project / ".cache" / "guest"
    with contextlib.suppress(OSError):
        shared.mkdir(parents=True, exist_ok=True)
    try:
        made = guest.make(shared if os.access(shared, os.W_OK) else home.path / "guest")
        firstguest.make(place, account, made)
    except guest.CannotMakeGuest as reason:
        print(f"There is no demo guest: {reason}", file=sys.stderr)


def _take_signals() -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        raise _AskedToStop

    for number in _STOP_SIGNALS:
        signal.signal(number, stop)


@contextlib.contextmanager
def _only_one(place: Place) -> Iterator[None]:
    place.lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with Path(place.lock).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise CannotPlace(f"The embedded hypervisor of {place.home} is already running.") from taken
        yield


if __name__ == "__main__":
    sys.exit(main())
