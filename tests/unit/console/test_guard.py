"""Open consoles end soon after their person may no longer use them, and only those."""

import threading
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError

from domains.console import guard
from domains.console.closing import Closing, Code
from domains.console.guard import Guard


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "ASKED_EVERY_SECONDS", 0.01)


class Console:
    """What a guard sees of one: a ticket, and how it was ended."""

    def __init__(self) -> None:
        self.ticket: Any = type("Ticket", (), {"domain_id": uuid4()})()
        self.ended = threading.Event()
        self.closings: list[Closing] = []

    def end(self, closing: Closing) -> None:
        self.closings.append(closing)
        self.ended.set()


def test_who_lost_it_is_told_once_and_who_has_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    lost, kept = Console(), Console()
    monkeypatch.setattr(
        guard, "refused", lambda tickets: ["gone" if one is lost.ticket else "" for one in tickets]
    )
    of_all = Guard()
    with ExitStack() as stack:
        for one in (lost, kept):
            stack.enter_context(of_all.over(one.ticket, one.end))
        assert lost.ended.wait(10)
        assert not kept.ended.wait(0.2)
    assert [closing.code for closing in lost.closings] == [Code.NO_LONGER_PERMITTED]


def test_a_database_that_is_away_is_forgiven_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    def away(tickets: Any) -> list[str]:
        nonlocal asked
        asked += 1
        raise DatabaseError("away")

    monkeypatch.setattr(guard, "refused", away)
    one = Console()
    with Guard().over(one.ticket, one.end):
        assert one.ended.wait(10)
    assert asked == guard.FORGIVEN_FAILURES + 1
    assert one.closings == [guard.LOST]
