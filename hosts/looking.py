"""Asking nodewatch to look at one object now, and waiting until what it saw is in the database.

A job ends only after this, so that who sees `succeeded` and then reads the object sees what the job did.
"""

import json
import secrets
import time
from typing import Literal, cast
from uuid import UUID

import redis

from live.doorbell import client

CHANNEL = "nodewatch:look"
CHANGED = "nodewatch:hosts"
Answer = Literal["seen", "gone", "unreachable", "silent"]


def look(host_id: UUID, kind: str, uuid: UUID | None, *, timeout: float = 20.0) -> Answer:
    """Have the host's nodewatch look at one object (`uuid` None: at everything), within `timeout` seconds.

    `silent`: no nodewatch answered in time; what is true will be recorded when one is back.
    """
    reply = f"nodewatch:reply:{secrets.token_hex(8)}"
    question = json.dumps(
        {"host": str(host_id), "kind": kind, "uuid": str(uuid) if uuid else None, "reply": reply}
    )
    until = time.monotonic() + timeout
    while (left := until - time.monotonic()) > 0:
        try:
            client().publish(CHANNEL, question)
            answer = client().blpop([reply], timeout=min(2.0, max(0.1, left)))
        except redis.RedisError:
            time.sleep(min(0.5, max(0.0, left)))
            continue
        if answer:
            return cast("Answer", answer[1].decode() if isinstance(answer[1], bytes) else answer[1])
    return "silent"


def answer(reply: str, said: Answer) -> None:
    """Nodewatch's half. An answer that cannot be delivered is asked for again."""
    if not reply:
        return  # nobody waits for it
    with client().pipeline(transaction=False) as pipe:
        pipe.rpush(reply, said)
        pipe.expire(reply, 30)
        pipe.execute()


def hosts_changed() -> None:
    """Tell the nodewatch processes that a host came, went or has another address."""
    try:
        client().publish(CHANGED, "")
    except redis.RedisError:
        return  # they look by themselves every few seconds


def nudge(host_id: UUID, kind: str, uuid: UUID, *, every_seconds: int = 10) -> None:
    """Have the host's nodewatch look at one object soon, and wait for nothing. At most so often, whoever asks."""
    question = json.dumps({"host": str(host_id), "kind": kind, "uuid": str(uuid), "reply": ""})
    try:
        if client().set(f"nodewatch:nudged:{kind}:{uuid}", 1, nx=True, ex=every_seconds):
            client().publish(CHANNEL, question)
    except redis.RedisError:
        return  # it looks by itself now and then
