"""Secrets at rest: keys outside the database, that come and go while what they seal stays open."""

import json
import os
import stat
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import models
from pytest_django import Settings

from access import keys, resealing, secrets
from access.actor import Actor
from access.models import AuditEntry, KeptReply, SecondFactor
from access.secrets import Unsealable, key_of, resealed, seal, unseal
from access.verifying import verify
from hosts import nodes
from hosts.models import Host
from jobs.models import Job
from jobs.services import open_job
from tests.unit.access.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
_WORD = "a word of at least thirty-two characters: "


def _as_before(text: str) -> str:
    """As it was sealed when there were no keys but SECRET_KEY."""
    return secrets._fernet(settings.SECRET_KEY, secrets._ONCE).encrypt(text.encode()).decode()


def test_the_key_is_made_once_for_this_user_alone(home: Path) -> None:
    made: list[str] = []
    threads = [Thread(target=lambda: made.append(keys.ring().current.id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1
    assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o600
    assert sorted(file.name for file in home.iterdir()) == ["keys"]
    word = json.loads((home / "keys").read_text())["keys"][0]["key"]
    assert word not in repr(keys.ring())


def test_a_seal_names_its_key_and_hides_the_rest() -> None:
    sealed = seal("canary ü")
    assert sealed.startswith(f"seal:v2:{keys.ring().current.id}:")
    assert "canary" not in sealed
    assert unseal(sealed) == "canary ü"
    assert seal("canary ü") != sealed
    for damaged in (sealed[:-4], sealed.replace("seal:v2:", "seal:v2:0"), "seal:v2:", "", "gAAAA"):
        with pytest.raises(Unsealable):
            unseal(damaged)
        assert key_of(damaged) is None
        assert resealed(damaged) == damaged


def test_another_process_takes_the_new_key_and_keeps_the_old() -> None:
    before = seal("x")
    old = keys.ring().current
    made = keys.add_key()  # as another process does, between two looks of this one
    assert keys.ring().current == made
    assert key_of(seal("y")) == made.id
    assert unseal(before) == "x"
    assert key_of(resealed(before)) == made.id
    keys.drop_keys({old.id, made.id})
    with pytest.raises(Unsealable, match=old.id):
        unseal(before)
    assert keys.ring().current == made  # the one that seals is never dropped
    assert keys.ring().chaining(old.id) is not None  # but the audit log still verifies


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"keys": [], "audit": {}}', '{"keys": [{"key": 1}], "audit": {}}']
)
def test_keys_that_cannot_be_read_are_never_made_anew(home: Path, text: str) -> None:
    (home / "keys").write_text(text)
    with pytest.raises(keys.RingUnreadable):
        keys.ring()
    assert (home / "keys").read_text() == text


def test_keys_from_the_environment(settings: Settings, home: Path) -> None:
    settings.SECRETS_KEYS = ["short"]
    with pytest.raises(keys.RingUnreadable, match="32"):
        keys.ring()
    settings.SECRETS_KEYS = [f"{_WORD}1"]
    sealed, first = seal("x"), keys.ring().current
    settings.SECRETS_KEYS = [f"{_WORD}2", f"{_WORD}1"]
    assert unseal(sealed) == "x"
    assert key_of(seal("x")) == keys.ring().current.id != first.id
    settings.SECRETS_KEYS = [f"{_WORD}2", keys.retired_word(first)]
    with pytest.raises(Unsealable):
        unseal(sealed)
    assert keys.ring().chaining(first.id) == keys.derived(first.word, keys.CHAINING)
    assert not (home / "keys").exists()


def test_secret_key_may_change_and_no_longer_matters(settings: Settings) -> None:
    sealed, before = seal("x"), _as_before("y")
    settings.KEYS_FILE = None  # an installation whose environment names a secret key and no others
    derived = seal("z")
    settings.KEYS_FILE = settings.HOME.path / "keys"
    assert [unseal(each) for each in (sealed, before, derived)] == ["x", "y", "z"]
    assert key_of(before) == ""
    assert key_of(resealed(derived)) == keys.ring().current.id
    settings.SECRET_KEY = "another secret key, of another day, and long enough"
    assert unseal(sealed) == "x"
    for lost in (before, derived):
        with pytest.raises(Unsealable):
            unseal(lost)


def _sealed_everywhere() -> dict[str, Any]:
    """Something in each form that seals have: a column, text within JSON, of today and of before."""
    user = person("bob")
    host = Host.objects.create(name="n1", uri="test:///default", credentials=_as_before('{"password": "x"}'))
    nested = {
        "edits": [{"values": {"sealed_password": seal("vnc word"), "port": 1}}],
        "sealed": _as_before("seed"),
    }
    job = open_job("host.refresh", ("host", host.pk, "n1"), by=Actor(user=user), options=nested)
    factor = SecondFactor.objects.create(user=user, kind="totp", sealed_secret=seal("totp"))
    reply = KeptReply.objects.create(user=user, key="k", request_digest="", sealed_body=seal("body"))
    return {"host": host, "job": job, "factor": factor, "reply": reply}


def _age_keys(file: Path) -> None:
    said = json.loads(file.read_text())
    for key in said["keys"]:
        key["made_at"] -= 3600
    file.write_text(json.dumps(said))


def test_a_command_rotates_everything_that_is_sealed(home: Path, doorbell: object) -> None:
    rows = _sealed_everywhere()
    old = keys.ring().current.id
    assert set(resealing.keys_in_use()) == {old, ""}
    said = StringIO()
    call_command("rotate_secrets", stdout=said)
    new = keys.ring().current.id
    assert new != old
    assert set(resealing.keys_in_use()) == {new}
    for words in ("hosts.Host.credentials", "jobs.Job.options", "access.SecondFactor.sealed_secret",
                  "access.KeptReply.sealed_body"):  # fmt: skip
        assert f"Sealed anew: 1 in {words}." in said.getvalue()
    assert unseal(Host.objects.get().credentials) == '{"password": "x"}'
    job = Job.objects.get(pk=rows["job"].pk)
    assert unseal(job.options["edits"][0]["values"]["sealed_password"]) == "vnc word"
    assert unseal(job.options["sealed"]) == "seed"
    assert job.version == rows["job"].version
    entry = AuditEntry.objects.get(action="secrets.rotate")
    assert (entry.detail["key"], entry.detail["sealed_anew"]) == (new, 4)

    # What was sealed a moment ago, and is not written down yet, must still open.
    call_command("rotate_secrets", "--retire", stdout=said)
    assert "was replaced just now" in said.getvalue()
    _age_keys(home / "keys")
    call_command("rotate_secrets", "--retire", stdout=said)
    assert f"Dropped: {old}." in said.getvalue()
    assert [key.id for key in keys.ring().keys] == [new]
    assert unseal(SecondFactor.objects.get().sealed_secret) == "totp"
    assert "word" not in str(list(AuditEntry.objects.values())) + said.getvalue()
    assert verify().valid


def test_rotating_where_the_environment_has_the_keys(settings: Settings) -> None:
    settings.KEYS_FILE = None
    with pytest.raises(CommandError, match="OVIRTLITE_SECRETS_KEY"):
        call_command("rotate_secrets")
    host = Host.objects.create(name="n1", uri="test:///default", credentials=seal("x"))
    settings.SECRETS_KEYS = [f"{_WORD}1"]
    call_command("rotate_secrets", stdout=StringIO())
    first = keys.ring().current
    settings.SECRETS_KEYS = [f"{_WORD}2", f"{_WORD}1"]
    said = StringIO()
    call_command("rotate_secrets", "--retire", stdout=said)
    assert keys.retired_word(first) in said.getvalue()
    host.refresh_from_db()
    assert key_of(host.credentials) == keys.ring().current.id
    assert unseal(host.credentials) == "x"


def test_no_column_that_may_hold_a_seal_is_left_out() -> None:
    """By its name or by what seals it: each is among those that are looked through."""
    known = {str(column) for column in resealing.columns()}
    named = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if any(word in field.name for word in ("sealed", "credentials", "options"))
        and isinstance(field, models.TextField | models.CharField | models.JSONField)
    }
    assert named - known == set()
    assert {
        "hosts.Host.credentials",
        "hosts.Introduction.sealed",
        "domains.DeletedDomain.sealed",
    } <= known


def test_the_folder_of_keys_stays_private(home: Path) -> None:
    keys.ring()
    os.chmod(home / "keys", 0o600)
    keys.add_key()
    assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o600


def test_sealing_anew_is_no_reason_to_hang_up() -> None:
    host = Host(uri="test:///default", credentials=seal("x"))
    again = seal("x")
    assert host.credentials != again
    assert secrets.sameness(host.credentials) == secrets.sameness(again)
    assert secrets.sameness(seal("y")) != secrets.sameness(again)
    assert secrets.sameness("") == ""


def test_what_is_left_of_hosts_that_are_gone_is_removed(home: Path, settings: Settings) -> None:
    settings.NODES_DIR = home / "nodes"
    assert nodes.forget_gone() == 0
    host = Host.objects.create(name="n1", uri="qemu+ssh://n1.example/system")
    for name in (str(host.pk), str(uuid4()), "somebody's own"):
        (home / "nodes" / name).mkdir(parents=True)
        (home / "nodes" / name / "key").write_text("private")
    assert nodes.forget_gone() == 1
    assert {folder.name for folder in (home / "nodes").iterdir()} == {str(host.pk), "somebody's own"}
