"""`python -m ovirtlite.nodewatch`: any number of these share the hosts of one installation."""

import os
import signal
from types import FrameType

import django


def main() -> None:
    """Watch until SIGTERM or SIGINT; then hand the hosts back at once."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ovirtlite.settings")
    django.setup()
    from ovirtlite.nodewatch.process import Nodewatch

    watching = Nodewatch()

    def stop(signum: int, frame: FrameType | None) -> None:
        watching.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    watching.run()


if __name__ == "__main__":
    main()
