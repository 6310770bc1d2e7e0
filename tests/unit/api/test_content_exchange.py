"""Bodies on their way to a receiver: in order, bounded, over silences, and with errors told."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from ovirtlite.api.content import HELD_BYTES, ContentExchange
from storage.content.replies import Ended, TakesContent

PART = 256 * 1024


class Receiver:
    """Writes down what it gets; `pause` seconds for each taking, `refuses` after so many bytes."""

    def __init__(self, pause: float = 0, refuses: int | None = None) -> None:
        self.got = bytearray()
        self.ended: bool | None = None
        self.dropped = False
        self._pause = pause
        self._refuses = refuses

    def begin(self) -> None:
        self.got.clear()

    def take(self, blocks: Sequence[bytes]) -> None:
        time.sleep(self._pause)
        for block in blocks:
            self.got += block
        if self._refuses is not None and len(self.got) >= self._refuses:
            raise ValueError("no more of this")

    def end(self, *, whole: bool) -> Ended:
        self.ended = whole
        return Ended(204, {"Upload-Offset": str(len(self.got))})

    def drop(self) -> None:
        self.dropped = True


class Client:
    """Sends `parts`; a number is a silence of so many seconds, None its end in the middle."""

    def __init__(self, receiver: Receiver, parts: Sequence[bytes | float | None]) -> None:
        self._receiver = receiver
        self._parts = list(parts)
        self.ahead = 0  # the most that was sent and not yet taken
        self._sent = 0
        self.answers: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        part = self._parts.pop(0)
        if isinstance(part, float):
            await asyncio.sleep(part)
            part = self._parts.pop(0)
        if part is None:
            return {"type": "http.disconnect"}
        assert isinstance(part, bytes)
        self._sent += len(part)
        self.ahead = max(self.ahead, self._sent - len(self._receiver.got))
        return {"type": "http.request", "body": part, "more_body": bool(self._parts)}

    async def send(self, message: Any) -> None:
        self.answers.append(message)


async def _sent(receiver: Receiver, parts: Sequence[bytes | float | None]) -> Client:
    client = Client(receiver, parts)
    await ContentExchange(threads=4).take(TakesContent(receiver), client.receive, client.send)
    return client


async def test_a_slow_receiver_gets_all_in_order_and_its_client_waits() -> None:
    parts = [bytes([number]) * PART for number in range(64)]
    receiver = Receiver(pause=0.005)
    client = await _sent(receiver, parts)
    assert bytes(receiver.got) == b"".join(parts)
    assert receiver.ended is True
    assert client.answers[0]["status"] == 204
    assert client.ahead <= 2 * HELD_BYTES + 2 * PART, "as much waits as is taken at once, and no more"


async def test_a_silence_ends_nothing() -> None:
    receiver = Receiver()
    await _sent(receiver, [b"one", 0.8, b"two", 0.8, b"three"])
    assert bytes(receiver.got) == b"onetwothree"
    assert receiver.ended is True


async def test_an_empty_body_is_whole() -> None:
    receiver = Receiver()
    await _sent(receiver, [b""])
    assert receiver.ended is True
    assert not receiver.got


async def test_what_came_before_the_client_left_is_kept() -> None:
    receiver = Receiver()
    client = await _sent(receiver, [b"one", None])
    assert (bytes(receiver.got), receiver.ended, client.answers) == (b"one", False, [])


async def test_a_refusal_ends_it_and_is_told() -> None:
    receiver = Receiver(refuses=PART)
    client = await _sent(receiver, [b"x" * PART] * 64)
    assert receiver.ended is None
    assert receiver.dropped
    assert client.answers[0]["status"] == 500
    assert len(receiver.got) < 32 * PART
