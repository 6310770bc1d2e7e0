"""The command that makes the first administrator: a generated password is printed once, a given one never."""

import io
import re

import pytest
from django.core.management import call_command

from access.models import User
from tests.unit.access.people import PASSWORD

pytestmark = pytest.mark.django_db


def _first_admin() -> str:
    out = io.StringIO()
    call_command("first_admin", stdout=out)
    return out.getvalue()


def test_a_generated_password_is_printed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OVIRTLITE_ADMIN_PASSWORD", raising=False)
    said = re.search(r"Sign in as admin with the password (\S{20}) ", _first_admin())
    assert said is not None
    assert User.objects.get(username="admin").check_password(said[1])
    assert _first_admin() == ""


def test_a_given_password_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVIRTLITE_ADMIN_PASSWORD", PASSWORD)
    assert PASSWORD not in _first_admin()
    assert User.objects.get(username="admin").check_password(PASSWORD)
