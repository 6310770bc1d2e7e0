"""A ticket opens one console once, soon, and Redis alone does not give one away."""

import hashlib
import json
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import redis

from domains.console import tickets
from domains.console.tickets import Ticket

TICKET = Ticket(
    domain_id=uuid4(),
    host_id=uuid4(),
    type="vnc",
    user_id=uuid4(),
    session_key="a-session-key-that-is-a-secret",
    token_id=None,
    address="192.0.2.1",
    view_only=True,
    run=uuid4(),
    libvirt_id=7,
)


@pytest.mark.parametrize(
    "ticket", [TICKET, replace(TICKET, session_key="", token_id=uuid4(), run=None, libvirt_id=None)]
)
def test_what_is_taken_is_what_was_issued(store: "redis.Redis", ticket: Ticket) -> None:
    issued = tickets.issue(store, ticket)
    assert tickets.take(store, issued.text) == ticket


def test_a_second_taker_gets_nothing(store: "redis.Redis") -> None:
    issued = tickets.issue(store, TICKET)
    assert tickets.take(store, issued.text) is not None
    assert tickets.take(store, issued.text) is None


def test_of_many_who_come_at_once_one_gets_in(store: "redis.Redis") -> None:
    issued = tickets.issue(store, TICKET)
    taken: list[Ticket | None] = []
    threads = [
        threading.Thread(target=lambda: taken.append(tickets.take(store, issued.text))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 16
    assert [ticket for ticket in taken if ticket is not None] == [TICKET]


def test_it_ends_by_itself(store: "redis.Redis") -> None:
    issued = tickets.issue(store, TICKET, seconds=1)
    time.sleep(1.1)
    assert tickets.take(store, issued.text) is None


def test_no_ticket_lives_longer_than_a_minute(store: "redis.Redis") -> None:
    issued = tickets.issue(store, TICKET, seconds=3600)
    (key,) = store.keys()
    assert 0 < store.ttl(key) <= 60
    assert (issued.expires_at - datetime.now(UTC)).total_seconds() <= 60


def test_redis_knows_neither_ticket_nor_session(store: "redis.Redis") -> None:
    issued = tickets.issue(store, TICKET)
    (key,) = store.keys()
    assert isinstance(key, bytes)
    value = store.get(key)
    assert isinstance(value, bytes)
    assert key.decode() == "console:ticket:" + hashlib.sha256(issued.text.encode()).hexdigest()
    assert issued.text.encode() not in value
    assert TICKET.session_key.encode() not in value
    assert len(issued.text) == 43  # 256 bits, in base64


@pytest.mark.parametrize("text", ["", "x", "é", "a" * 43, "a" * 100_000, "*", "console:ticket:*"])
def test_what_was_never_issued_opens_nothing(store: "redis.Redis", text: str) -> None:
    tickets.issue(store, TICKET)
    assert tickets.take(store, text) is None


@pytest.mark.parametrize("value", ["", "{}", "[]", "not json", json.dumps({"domain": "x"})])
def test_what_someone_else_wrote_there_opens_nothing(store: "redis.Redis", value: str) -> None:
    store.set("console:ticket:" + hashlib.sha256(b"forged").hexdigest(), value)
    assert tickets.take(store, "forged") is None


def test_a_session_that_is_not_sealed_by_us_opens_nothing(store: "redis.Redis") -> None:
    forged = json.loads(TICKET.pack()) | {"session": "in clear"}
    store.set("console:ticket:" + hashlib.sha256(b"forged").hexdigest(), json.dumps(forged))
    assert tickets.take(store, "forged") is None
