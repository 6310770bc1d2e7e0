"""Tries that are sent at once are counted as many, and what is good once is taken by one."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pyotp
import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.utils import timezone

from access.errors import TooMany
from access.models import RecoveryCode, SecondFactor, User
from access.secrets import seal
from access.services import lock_out, second_factors
from access.services.second_factors import _digest
from access.sessions import SessionStore, take

pytestmark = pytest.mark.django_db(transaction=True)
_AT_ONCE = 8


def _how_many(succeed: Callable[[], bool], times: int) -> int:
    start = Barrier(_AT_ONCE)

    def run(_: int) -> int:
        try:
            start.wait(10)
            return sum(succeed() for _ in range(times))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(_AT_ONCE) as crowd:
        return sum(crowd.map(run, range(_AT_ONCE)))


def _allowed() -> bool:
    try:
        lock_out.count("vera", "192.0.2.1")
    except TooMany:
        return False
    return True


def test_what_is_sent_at_once() -> None:
    # Of 104 guesses the lock-out lets 10 through at most, and fewer where many wait for one another.
    assert 1 <= _how_many(_allowed, 13) <= 10

    user = User.objects.create(username="vera")
    secret = pyotp.random_base32(32)
    SecondFactor.objects.create(user=user, kind="totp", sealed_secret=seal(secret))
    code = pyotp.TOTP(secret).at(int(time.time()))
    assert _how_many(lambda: second_factors.take_code(user, code), 1) == 1

    paper = SecondFactor.objects.create(user=user, kind="recovery_codes")
    RecoveryCode.objects.create(factor=paper, digest=_digest("abcd-efgh"))
    assert _how_many(lambda: second_factors.take_recovery_code(user, "ABCD EFGH"), 1) == 1

    session = SessionStore()
    session["challenge"] = "once"
    session.create()
    assert Session.objects.get().expire_date > timezone.now()
    key = session.session_key
    assert _how_many(lambda: take(SessionStore(key), "challenge") == "once", 1) == 1
