"""What stands in the audit log: who, from where, what became of which field; never a secret."""

import json
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from access import audit, chain
from access.actor import Actor
from access.models import AuditEntry, Group, Role, Token, User
from access.services import failures
from hosts.models import Host
from jobs import claims
from jobs.models import Job, JobState
from jobs.services import open_job
from tests.unit.access.people import PASSWORD, person
from tests.unit.audit.conftest import BY

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
_CANARY = "canary-secret-word"


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, {"b": {"before": 2, "after": 3}}),
        ({}, {"a": None}, {}),
        ({"a": ["x"]}, {"a": ["x", "y"]}, {"a": {"before": ["x"], "after": ["x", "y"]}}),
        ({"password": "one"}, {"password": "two"}, {"password": {"before": None, "after": "changed"}}),
        ({}, {"devices/graphics[1]/passwd": "x"}, {"devices/graphics[1]/passwd": {"before": None, "after": "changed"}}),
        ({"must_change_password": False}, {"must_change_password": True},
         {"must_change_password": {"before": False, "after": True}}),
        ({"word": "a"}, {"word": "b"}, {"word": {"before": None, "after": "changed"}}),
    ],
)  # fmt: skip
def test_only_what_differs_and_no_secret(
    before: dict[str, Any], after: dict[str, Any], changes: dict[str, Any]
) -> None:
    assert audit.changed(before, after, secret={"word"}) == changes


def test_what_is_written_is_bounded_and_storable() -> None:
    deep: dict[str, Any] = {}
    for _ in range(40):
        deep = {"in": deep}
    entry = audit.record(
        BY, "x.y", "x", None, "n\x00\ud800" * 300, text="ü" * 5000, many=list(range(500)), deep=deep,
        ssh_password=_CANARY, inner={"private_key": _CANARY, "id": uuid4()},
    )  # fmt: skip
    entry.refresh_from_db()
    assert len(entry.object_name) == 255
    assert len(json.dumps(entry.detail)) < 12_000
    assert entry.detail["ssh_password"] == entry.detail["inner"]["private_key"] == "(secret)"
    assert _CANARY not in str(AuditEntry.objects.values())
    said = {name: getattr(entry, name) for name in chain.SAID}
    assert chain.is_genuine(said, entry.mac)


def test_an_entry_says_from_which_session(client: APIClient) -> None:
    browser = APIClient()
    person("bob", "administrator")
    assert browser.post(f"{V1}/auth/login/", {"username": "bob", "password": PASSWORD}).status_code == 200
    token = browser.cookies["csrftoken"].value
    assert browser.post(f"{V1}/groups/", {"name": "g"}, HTTP_X_CSRFTOKEN=token).status_code == 201
    (session,) = browser.get(f"{V1}/me/sessions/").json()
    shown = client.get(f"{V1}/audit/", {"session": session["id"]}).json()["results"]
    assert [entry["action"] for entry in shown] == ["group.create"]
    assert shown[0]["address"] == "127.0.0.1"


def _changes(action: str) -> dict[str, Any]:
    changes: dict[str, Any] = AuditEntry.objects.filter(action=action, result="accepted").latest("at").changes
    return changes


def test_every_edit_of_accounts_says_what_became_of_what(client: APIClient, admin: User) -> None:
    user, group = person("bob"), Group.objects.create(name="ops")
    role = Role.objects.create(name="own", permissions=["domain.read"])

    def edit(path: str, change: dict[str, Any]) -> None:
        reply = client.patch(f"{V1}/{path}/", change, format="json")
        assert reply.status_code == 200, reply.json()

    edit(f"users/{user.pk}", {"name": "Bob", "groups": [str(group.pk)], "password": f"{_CANARY} 1"})
    assert _changes("user.edit") == {
        "name": {"before": "", "after": "Bob"},
        "groups": {"before": [], "after": ["ops"]},
        "password": {"before": None, "after": "changed"},
    }
    edit(f"groups/{group.pk}", {"name": "dev", "users": []})
    assert _changes("group.edit") == {
        "name": {"before": "ops", "after": "dev"},
        "users": {"before": ["bob"], "after": []},
    }
    edit(f"roles/{role.pk}", {"permissions": ["domain.read", "domain.start"]})
    assert _changes("role.edit") == {
        "permissions": {"before": ["domain.read"], "after": ["domain.read", "domain.start"]}
    }
    grant = client.post(f"{V1}/grants/", {"user": str(user.pk), "role": str(role.pk)}, format="json").json()
    viewer = Role.objects.get(name="viewer")
    edit(f"grants/{grant['id']}", {"role": str(viewer.pk)})
    assert _changes("grant.edit") == {"role": {"before": "own", "after": "viewer"}}
    token = client.post(f"{V1}/tokens/", {"name": "ci"}, format="json").json()
    edit(f"tokens/{token['id']}", {"name": "cd"})
    assert _changes("token.edit") == {"name": {"before": "ci", "after": "cd"}}
    edit("me", {"name": "Ada"})
    assert _changes("user.edit") == {"name": {"before": "", "after": "Ada"}}
    stored = str(list(AuditEntry.objects.values()))
    for secret in (_CANARY, token["token"], Token.objects.get().digest):
        assert secret not in stored


def test_an_edit_of_a_host_says_so_and_not_its_credentials(client: APIClient, doorbell: object) -> None:
    host = Host.objects.create(name="n1", uri="qemu+ssh://root@n1.example/system")
    said = {"name": "n2", "credentials": {"ssh_private_key": f"-----BEGIN KEY-----{_CANARY}"}}
    reply = client.patch(f"{V1}/hosts/{host.pk}/", said, format="json")
    assert reply.status_code in {200, 202}, reply.json()
    changes = _changes("host.edit")
    assert changes["name"] == {"before": "n1", "after": "n2"}
    assert changes["credentials"] == {"before": None, "after": "changed"}
    assert _CANARY not in str(list(AuditEntry.objects.values())) + str(list(Job.objects.values()))


@pytest.mark.parametrize("end", [JobState.SUCCEEDED, JobState.FAILED])
def test_what_came_of_a_wish_is_there_too(admin: User, doorbell: object, end: JobState) -> None:
    host = Host.objects.create(name="n1", uri="test:///default")
    job = open_job("host.refresh", ("host", host.pk, "n1"), by=Actor(user=admin))
    claimed = claims.claim(job.pk, "w")
    assert claimed is not None
    assert claims.finish(claimed, end, code="unreachable" if end == "failed" else "")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.result, entry.actor_id, entry.object_id) == (
        "host.refresh",
        end,
        admin.pk,
        host.pk,
    )
    assert entry.detail == {"job": str(job.pk)} | ({"code": "unreachable"} if end == "failed" else {})


def test_strangers_do_not_fill_the_log(db: None) -> None:
    for number in range(30):
        failures.signing_in(f"guess {number}", by=Actor(address=f"192.0.2.{number}"))
        failures.locked_out(f"guess {number}", "192.0.2.1", "password")
    failures.signing_in("n\x00", by=BY)
    assert AuditEntry.objects.count() == failures.MOST_OF_STRANGERS
    assert "guess" not in str(AuditEntry.objects.values())
    assert AuditEntry.objects.filter(detail__no_more_for_now=True).count() == 1
    person("bob")
    failures.signing_in("BOB", by=BY)
    assert AuditEntry.objects.get(object_name="bob").address == BY.address
