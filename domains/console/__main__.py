"""`python -m domains.console`: the gateway's process. It stays lean: what knows Django is its child, the opener."""

import gc
import logging
import multiprocessing
import os
import socket
import subprocess
import sys

from domains.console import channel

logger = logging.getLogger("domains.console")


def main() -> int:
    """Listen until told to stop; the exit status tells the supervisor whether that was meant."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    logging.getLogger("websocket").setLevel(logging.ERROR)
    # One process a connection needs no threads for arithmetic; numpy would start some in each.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from domains.console.gateway import Door, Gateway

    multiprocessing.set_start_method("fork")
    ours, theirs = channel.pair()
    opener = subprocess.Popen(
        [sys.executable, "-m", "domains.console.opener", str(theirs.fileno())], pass_fds=[theirs.fileno()]
    )
    theirs.close()
    try:
        hello = channel.receive(ours)
        if hello is None:
            logger.error("the opener did not start")
            return 1
        with _listen(hello.said["listen"]) as listener:
            logger.info("consoles at %s", hello.said["listen"])
            gc.collect()
            gc.freeze()  # the children share these pages; collecting would copy them
            Gateway(listener, Door(frozenset(hello.said["origins"]), ours), opener).start_server()
        return 0 if opener.poll() is None else 1
    except OSError as error:
        logger.error("cannot listen: %s", error)
        return 1
    finally:
        opener.terminate()
        opener.wait()


def _listen(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family, backlog=128)


if __name__ == "__main__":
    sys.exit(main())
