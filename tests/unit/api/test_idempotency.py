"""Idempotency-Key: a repeat gets the first reply, racing repeats included, and a refusal keeps no key."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from access.api import idempotency
from access.models import Group, KeptReply, User
from tests.unit.access.people import client_of, person

GROUPS, TOKENS = "/api/v1/groups/", "/api/v1/tokens/"


def _post(client: APIClient, body: dict[str, Any], key: str = "k1", path: str = GROUPS) -> Any:
    return client.post(path, body, format="json", HTTP_IDEMPOTENCY_KEY=key)


@pytest.mark.django_db
def test_a_repeat_gets_the_same_reply(client: APIClient) -> None:
    first = _post(client, {"name": "team"})
    again = _post(client, {"name": "team"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert (again["Location"], again["Content-Type"]) == (first["Location"], "application/json")
    assert again["Idempotent-Replayed"] == "true"
    assert Group.objects.count() == 1


@pytest.mark.django_db
def test_another_body_or_path_is_a_conflict(client: APIClient) -> None:
    _post(client, {"name": "team"})
    for reply in (_post(client, {"name": "crew"}), _post(client, {"name": "team"}, path=TOKENS)):
        assert (reply.status_code, reply.json()["code"]) == (409, "idempotency_mismatch")
    assert Group.objects.count() == 1


@pytest.mark.django_db
def test_keys_are_of_one_user(client: APIClient) -> None:
    _post(client, {"name": "team"})
    other = client_of(person("otto", "administrator"))
    assert _post(other, {"name": "crew"}).status_code == 201


@pytest.mark.django_db
def test_a_refusal_keeps_no_key_and_leaves_its_audit_row(client: APIClient) -> None:
    assert _post(client, {}).status_code == 400
    assert not KeptReply.objects.exists()
    assert _post(client, {"name": "team"}).status_code == 201


@pytest.mark.django_db
def test_a_fault_of_ours_undoes_all(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("no power")

    with monkeypatch.context() as broken:
        broken.setattr("access.api.people.GroupViewSet.reply", fail)
        assert _post(client, {"name": "team"}).status_code == 500
    assert not Group.objects.exists()
    assert not KeptReply.objects.exists()
    assert _post(client, {"name": "team"}).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 201, "ключ", "a\tb"])
def test_a_key_is_a_short_word(client: APIClient, key: str) -> None:
    reply = _post(client, {"name": "team"}, key.encode().decode("latin-1"))
    assert (reply.status_code, list(reply.json()["errors"])) == (400, ["Idempotency-Key"])


@pytest.mark.django_db
def test_a_kept_reply_hides_the_token_in_it(client: APIClient) -> None:
    text = _post(client, {"name": "ci"}, path=TOKENS).json()["token"]
    assert text not in KeptReply.objects.get().sealed_body
    assert _post(client, {"name": "ci"}, path=TOKENS).json()["token"] == text


@pytest.mark.django_db
def test_a_key_is_free_again_after_a_day(client: APIClient) -> None:
    _post(client, {"name": "team"})
    KeptReply.objects.update(at=timezone.now() - idempotency.KEPT_FOR)
    assert _post(client, {"name": "crew"}).status_code == 201
    KeptReply.objects.update(at=timezone.now() - idempotency.KEPT_FOR)
    assert idempotency.prune() == 1


def _at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Runs them in threads that start together; returns what they return."""
    results: list[Any] = [None] * len(calls)
    together = threading.Barrier(len(calls))

    def run(index: int) -> None:
        try:
            together.wait(10)
            results[index] = calls[index]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.django_db(transaction=True)
def test_racing_repeats_do_it_once() -> None:
    admin = person("ada", "administrator")
    assert User.objects.count() == 1
    clients = [client_of(admin) for _ in range(6)]
    replies = _at_once([partial(_post, one, {"name": "team"}) for one in clients])
    assert [reply.status_code for reply in replies] == [201] * 6
    assert len({reply.content for reply in replies}) == 1
    assert sum("Idempotent-Replayed" not in reply for reply in replies) == 1
    assert Group.objects.count() == 1
