"""Replies of views that take a request's body as it comes, or give content as it is taken.

The body of such a request is never read before the view has answered: it is not in memory, nor in a file. What serves
HTTP (ovirtlite.api.serving) knows these replies; a view that refuses gives an ordinary one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.http import HttpResponse

_ADDRESS = re.compile(r"/api/v1/(?:(uploads)|volumes)/[^/]+/content/?")


def takes_content(method: str, path: str) -> bool:
    """Whether the body of such a request is content, of any length."""
    match = _ADDRESS.fullmatch(path)
    return match is not None and method == ("PATCH" if match[1] else "PUT")


def whole_address(path: str) -> str:
    """With the slash at its end. To one with a slash `curl -T` adds the file's name, so people leave it away."""
    return path if path.endswith("/") or not _ADDRESS.fullmatch(path) else f"{path}/"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a request whose body was taken is answered. `body` is sent as JSON."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


class Receiver(Protocol):
    """Takes the body of one request. Called in threads, one call after the other; raises what views raise."""

    def begin(self) -> None:
        """Before the first byte is read."""
        ...

    def take(self, blocks: Sequence[bytes]) -> None:
        """The next bytes, as they came. Blocks while the node takes no more, and so does the client then."""
        ...

    def end(self, *, whole: bool) -> Ended:
        """After the last: the body came to its end, or else (not `whole`) the client is gone."""
        ...

    def drop(self) -> None:
        """In place of `end`, after an error or where nobody ever began. Raises nothing."""
        ...


class TakesContent(HttpResponse):
    """Take the body; what `end` says is the answer, with the headers of this reply."""

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(status=204)
        self.receiver = receiver

    def close(self) -> None:
        self.receiver.drop()
        super().close()


class Giver(Protocol):
    """Gives content. Called in threads, one call after the other."""

    def read(self) -> bytes:
        """The next bytes, b"" after the last. Raises HypervisorError."""
        ...

    def close(self) -> None:
        """At the end or before. Raises nothing."""
        ...


class GivesContent(HttpResponse):
    """Content as fast as the client takes it, with the headers of this reply."""

    def __init__(self, giver: Giver, *, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(status=status, headers=dict(headers), content_type="application/octet-stream")
        self.giver = giver

    def close(self) -> None:
        self.giver.close()
        super().close()
