"""A client of `/ws/events/`, as an open page is one."""

import json
import time
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import connect

from tests.stack.person import Person


class OpenPage:
    """Hears notices from now on."""

    def __init__(self, person: Person) -> None:
        self._connecting = connect(
            f"ws://{person.address}/ws/events/",
            additional_headers={"Cookie": person.cookies, "Origin": person.origin},
        )

    def __enter__(self) -> Self:
        self._socket = self._connecting.__enter__()
        self.hello = json.loads(self._socket.recv(timeout=10))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connecting.__exit__(kind, error, trace)

    def hear(self, kind: str, id: str, *, within: float) -> dict[str, Any]:
        """The next notice of that object; fails after so many seconds."""
        deadline = time.monotonic() + within
        while True:
            notice: dict[str, Any] = json.loads(
                self._socket.recv(timeout=max(0.01, deadline - time.monotonic()))
            )
            if (notice["type"], notice.get("kind"), notice.get("id")) != ("heartbeat", None, None) and (
                notice.get("kind"),
                notice.get("id"),
            ) == (kind, id):
                return notice
