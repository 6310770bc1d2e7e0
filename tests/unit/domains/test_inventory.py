"""What an inventory writes, and what it leaves alone."""

from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from domains.inventory import record, vanished
from domains.models import Domain
from hosts.models import Host
from hypervisor.data import DomainSeen
from hypervisor.states import DomainState
from live.models import Event
from tests.unit.domains.says import seen

pytestmark = pytest.mark.django_db


def test_the_first_inventory_is_no_news(two_hosts: tuple[Host, Host]) -> None:
    record(two_hosts[0].pk, [seen(uuid4()) for _ in range(3)], complete=True, first=True)
    assert Domain.objects.count() == 3
    assert not Event.objects.exists()


def test_an_unchanged_inventory_writes_nothing(two_hosts: tuple[Host, Host], running: DomainSeen) -> None:
    host = two_hosts[0]
    record(host.pk, [running], complete=True)
    before = Domain.objects.get(pk=running.uuid)
    assert record(host.pk, [running], complete=True).written == 0
    after = Domain.objects.get(pk=running.uuid)
    assert (after.version, after.run, after.updated_at) == (before.version, before.run, before.updated_at)


def test_only_a_complete_list_makes_what_is_missing_gone(
    two_hosts: tuple[Host, Host], running: DomainSeen
) -> None:
    host = two_hosts[0]
    record(host.pk, [running], complete=True)
    record(host.pk, [], complete=False)
    assert Domain.objects.get(pk=running.uuid).gone_at is None
    record(host.pk, [], complete=True)
    assert Domain.objects.get(pk=running.uuid).gone_at is not None


def test_what_is_gone_comes_back_under_its_id(two_hosts: tuple[Host, Host], uuid: UUID) -> None:
    host = two_hosts[0]
    record(host.pk, [seen(uuid)], complete=True)
    vanished(host.pk, uuid)
    gone = Domain.objects.get(pk=uuid)
    record(host.pk, [seen(uuid)], complete=False)
    back = Domain.objects.get(pk=uuid)
    assert back.gone_at is None
    assert back.version > gone.version


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (DomainState.SHUTOFF, DomainState.RUNNING, "domain.started"),
        (DomainState.RUNNING, DomainState.SHUTOFF, "domain.stopped"),
        (DomainState.RUNNING, DomainState.PAUSED, "domain.suspended"),
        (DomainState.PAUSED, DomainState.RUNNING, "domain.resumed"),
        (DomainState.RUNNING, DomainState.CRASHED, "domain.crashed"),
    ],
)
def test_a_change_of_state_is_an_event(
    before: DomainState, after: DomainState, kind: str, two_hosts: tuple[Host, Host], uuid: UUID
) -> None:
    host = two_hosts[0]
    record(host.pk, [seen(uuid, before)], complete=True, first=True)
    record(host.pk, [seen(uuid, after)], complete=False)
    assert [event.kind for event in Event.objects.all()] == [kind]


def test_each_start_is_a_run_of_its_own(two_hosts: tuple[Host, Host], uuid: UUID) -> None:
    host = two_hosts[0]
    runs = []
    for number in (1, 2):
        record(host.pk, [seen(uuid, DomainState.RUNNING, id=number)], complete=False)
        runs.append(Domain.objects.get(pk=uuid).run)
    record(host.pk, [seen(uuid, DomainState.SHUTOFF)], complete=False)
    assert Domain.objects.get(pk=uuid).run is None
    assert None not in runs
    assert len(set(runs)) == 2


def test_queries_do_not_grow_with_the_domains(two_hosts: tuple[Host, Host]) -> None:
    host = two_hosts[0]
    domains = [seen(uuid4(), DomainState.RUNNING) for _ in range(200)]
    with CaptureQueriesContext(connection) as first:
        record(host.pk, domains, complete=True, first=True)
    changed = [seen(domain.uuid, DomainState.SHUTOFF) for domain in domains]
    with CaptureQueriesContext(connection) as again:
        record(host.pk, changed, complete=True)
    # New rows go in as many inserts as SQLite's bound on parameters makes of them; changed ones in one statement.
    assert len(first) <= 8 + len(domains) / 30
    assert len([query for query in again if query["sql"].startswith("UPDATE")]) <= 1
    assert len(again) <= 8 + len(domains) / 30
