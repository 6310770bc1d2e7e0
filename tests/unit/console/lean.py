"""A gateway without an opener of its own: `python -m tests.unit.console.lean CONTROL LISTENER ORIGIN`."""

import gc
import logging
import multiprocessing
import os
import socket
import subprocess
import sys


def main(control: int, listener: int, origin: str) -> None:
    """Serve until ended; the caller answers at the other end of `control`."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    logging.basicConfig(level=logging.DEBUG)
    from domains.console.gateway import Door, Gateway

    multiprocessing.set_start_method("fork")
    with subprocess.Popen(
        ["cat"], stdin=subprocess.PIPE
    ) as opener:  # ends with this process, whatever ends it
        door = Door(frozenset({origin}), socket.socket(fileno=control))
        gc.collect()
        gc.freeze()
        Gateway(socket.socket(fileno=listener), door, opener).start_server()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
