"""Every PATCH and PUT that there is leaves an entry in the audit log that says what was, and what is."""

from typing import Any

import pytest
from django.db import transaction

from access.models import AuditEntry, Role
from domains.models import Definition
from tests.unit.access.people import client_of, person
from tests.unit.permissions.rules import Route
from tests.unit.permissions.table import TABLE
from tests.unit.permissions.world import World, own

pytestmark = pytest.mark.django_db

CHANGES = sorted(
    route
    for route in TABLE
    if route[0] in {"patch", "put"} and not route[1].endswith("content/")  # bytes; their jobs are told of
)


def _bodies(world: World) -> dict[Route, Any]:
    """What must be said instead of world.py's, so that anything changes."""
    domain, definition = world.domain, Definition.objects.get(pk=world.domain.pk)
    xml = (definition.inactive or "").replace("<os>", f"<uuid>{domain.pk}</uuid><title>x</title><os>")
    rule = "<rule action='drop' direction='in'><all/></rule>"
    return {
        ("patch", "me/"): {"name": "x"},
        ("patch", "grants/<uuid:pk>/"): {"role": str(Role.objects.get(name="viewer").pk)},
        ("patch", "pools/<uuid:pk>/"): {"autostart": not world.pool.autostart},
        ("put", "domains/<uuid:pk>/xml/"): {"xml": xml},
        ("put", "network-filters/<uuid:pk>/"): {"xml": f"<filter>{rule}</filter>"},
    }


def test_each_says_what_was_and_what_is(world: World) -> None:
    wrong = {}
    user = person("changer", "administrator")
    client = client_of(user)
    own(world, user)
    bodies = world.bodies | _bodies(world)
    for route in CHANGES:
        method, path = route
        with transaction.atomic():
            there = set(AuditEntry.objects.values_list("pk", flat=True))
            reply = getattr(client, method)(world.url(path), bodies.get(route, {}), format="json")
            made = AuditEntry.objects.exclude(pk__in=there)
            told = [entry.changes for entry in made if entry.result == "accepted"]
            if reply.status_code >= 300 or not any(told):
                wrong[route] = (reply.status_code, reply.content, told)
            transaction.set_rollback(True)
    assert not wrong, "\n".join(f"{route}: {what}" for route, what in wrong.items())
