"""libvirt's event loop: one daemon thread a process. It drives keepalive too, so it runs before any connection."""

import logging
import os
import threading
import time

import libvirt

logger = logging.getLogger(__name__)
_starting = threading.Lock()
_started_in: int | None = None


def start_events() -> None:
    """Start the loop if it does not run yet.

    Raises RuntimeError in a child of a process whose loop runs: the two would share its pipes. Fork first, then open.
    """
    global _started_in
    with _starting:
        if _started_in == os.getpid():
            return
        if _started_in is not None:
            raise RuntimeError("libvirt's event loop was started before this process was forked")
        # libvirt would print every error to stderr; they all become exceptions.
        libvirt.registerErrorHandler(_ignore, None)
        libvirt.virEventRegisterDefaultImpl()
        threading.Thread(target=_run, name="libvirt events", daemon=True).start()
        _started_in = os.getpid()


def _run() -> None:
    while True:
        try:
            libvirt.virEventRunDefaultImpl()
        except libvirt.libvirtError:
            logger.exception("libvirt's event loop failed once")
            time.sleep(0.1)


def _ignore(context: object, error: object) -> None:
    """libvirt calls this for each error, besides raising it."""
