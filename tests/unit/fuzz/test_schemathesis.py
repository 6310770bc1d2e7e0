"""Requests that schemathesis makes of the OpenAPI document, sent by people of three roles.

Nothing may be answered with a fault of ours, nor in a status, type or shape that the document does not tell of. A few
requests an operation here; `OVIRTLITE_FUZZ=200 pytest tests/unit/fuzz` asks far more (`make fuzz`).
"""

import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import hypothesis
import pytest
import schemathesis
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.middleware.csrf import CSRF_SECRET_LENGTH
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.errors import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from access.models import User
from access.sessions import SessionStore
from tests.unit.fuzz import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell"), pytest.mark.timeout(3600)]

EXAMPLES = int(os.environ.get("OVIRTLITE_FUZZ", "2"))
# Parts, so that they can run side by side.
PARTS = 2
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Content goes past Django (ADR 0022): tests/unit/storage/test_content_api.py and test_content_exchange.py ask for it.
_STREAMED = "/content/"
_SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def document() -> Any:
    """The document as the code makes it, for an application in this process."""
    generator: Any = SchemaGenerator  # it has no types
    made = schemathesis.openapi.from_dict(generator().get_schema(public=True))
    made.app = get_wsgi_application()
    return made


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Django would close the connection after each request, and with it the transaction of the test."""
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    yield
    signals.request_started.connect(close_old_connections)
    signals.request_finished.connect(close_old_connections)


@pytest.fixture
def ids(db: None) -> dict[str, list[UUID]]:
    return world.made()


@contextmanager
def _undone() -> Iterator[None]:
    """A block whose changes to the database are taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _operations(document: Any, part: int) -> Iterator[Any]:
    for number, result in enumerate(document.get_all_operations()):
        operation = result.ok()
        if number % PARTS == part and not operation.path.endswith(_STREAMED):
            yield operation


def _aim(case: Any, ids: Mapping[str, list[UUID]], at: random.Random) -> None:
    """Half of the generated ids become those of objects that are there; else nearly all would be told of nothing."""
    of = case.path.removeprefix("/api/v1/").partition("/")[0].removesuffix("s")
    for name in case.path_parameters or {}:
        if at.random() < 0.8:
            known = world.NAMES.get(name) if name != "id" else at.choice(ids[of]) if of in ids else None
            case.path_parameters[name] = case.path_parameters[name] if known is None else str(known)
    # The document tells of tokens and cookies, so they are made up as well; here a person has signed in.
    case.headers = {name: value for name, value in (case.headers or {}).items() if name != "Authorization"}
    case.cookies = {}
    # What `fields` leaves out is missing then, which no document can tell.
    case.query = {name: value for name, value in (case.query or {}).items() if name != "fields"}
    case.body = _with_ids(case.body, "", ids, at)


def _with_ids(value: Any, name: str, ids: Mapping[str, list[UUID]], at: random.Random) -> Any:
    match value:
        case dict():
            return {inner: _with_ids(one, inner, ids, at) for inner, one in value.items()}
        case list():
            return [_with_ids(one, name.removesuffix("s"), ids, at) for one in value]
        case str() if name in ids and at.random() < 0.5:
            return str(at.choice(ids[name]))
    return value


def _signed_in(user: User) -> dict[str, Any]:
    """What the browser sends along in which this person has just signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "access.sessions.AccountBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    proof = "a" * CSRF_SECRET_LENGTH
    return {
        "cookies": {settings.SESSION_COOKIE_NAME: session.session_key, settings.CSRF_COOKIE_NAME: proof},
        "headers": {"X-CSRFToken": proof},
    }


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("role", ["administrator", "operator", "viewer"])
def test_nothing_is_answered_that_the_document_does_not_tell_of(
    document: Any, ids: dict[str, list[UUID]], role: str, part: int
) -> None:
    asker = world.asker(role)
    wrong: dict[str, str] = {}
    statuses: Counter[int] = Counter()
    for operation in _operations(document, part):

        @_SETTINGS
        @hypothesis.given(case=operation.as_strategy(), seed=strategies.integers(0, 2**32))
        def send(case: Any, seed: int) -> None:
            _aim(case, ids, random.Random(seed))
            with _undone():
                response = case.call(**_signed_in(asker))
            statuses[response.status_code] += 1
            try:
                case.validate_response(response, checks=CHECKS)
            except FailureGroup as failed:
                wrong.setdefault(case.operation.label, str(failed))

        send()
    print(f"{role}: {statuses.total()} requests, {dict(sorted(statuses.items()))}")
    assert not wrong, "\n\n".join(f"{label}\n{what}" for label, what in wrong.items())
    assert statuses[200] > 20
    assert statuses.total() >= EXAMPLES * 100
