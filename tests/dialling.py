"""Opening WebSockets as a page of some origin does."""

from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin


def dial(url: str, origin: str | None, **more: Any) -> ClientConnection:
    """A socket to be used in a `with`. Raises websockets' InvalidStatus when an HTTP error is the answer."""
    opened: ClientConnection = connect(
        url,
        origin=Origin(origin) if origin is not None else None,
        compression=None,
        proxy=None,
        max_size=None,
        **more,
    )
    return opened
