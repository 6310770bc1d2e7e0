"""The opener: the gateway's one process that knows database, Redis and nodes (`python -m domains.console.opener FD`).

On FD the gateway's children hand in their end of a lifeline each. A thread a console takes the ticket, reaches the
node, hands the connected socket back, and then holds on to the lifeline: it asks every few seconds whether the person
may still be there, and cleans up when the relay is gone.
"""

import os
import signal
import socket
import sys
import threading

import django

from domains.console import channel


def main(control_fd: int) -> None:
    """Serve until the gateway is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is the gateway's to answer
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ovirtlite.settings")
    django.setup()
    # Late: models exist from here on.
    from django.conf import settings

    from domains.console.serving import Places, serve

    control = socket.socket(fileno=control_fd)
    places = Places()
    channel.send(control, {"listen": settings.CONSOLE_LISTEN, "origins": settings.ORIGINS})
    while (message := channel.receive(control)) is not None:
        for fd in message.files:
            lifeline = socket.socket(fileno=fd)
            threading.Thread(target=serve, args=(lifeline, places), name="console", daemon=True).start()


if __name__ == "__main__":
    main(int(sys.argv[1]))
