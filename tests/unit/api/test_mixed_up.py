"""Requests side by side are answered to who sent them (CVE-2020-17376 was a mix-up of this kind)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from access.actor import Actor
from access.services import tokens
from ovirtlite.api.serving import OneHopHandler
from tests.node.asgi import Program
from tests.unit.access.people import person

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, EACH = 4, 40


def test_everybody_is_told_of_themselves() -> None:
    programs, server = {}, OneHopHandler()
    for number in range(PEOPLE):
        _, text = tokens.create(name="t", by=Actor(user=person(f"user{number}", "viewer")))
        programs[f"user{number}"] = Program(text, server)

    def ask(name: str) -> set[str]:
        return {programs[name].send("GET", "/api/v1/me/").json()["username"] for _ in range(EACH)}

    with ThreadPoolExecutor(PEOPLE) as threads:
        assert list(threads.map(ask, programs)) == [{name} for name in programs]
