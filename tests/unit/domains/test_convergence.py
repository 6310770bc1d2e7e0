"""Both ends of a migration speak in any order; the row must end where the domain is, as the same run."""

import itertools
from collections.abc import Callable
from uuid import UUID

import pytest

from domains.inventory import record, vanished
from domains.models import Claim, Domain
from hosts.models import Host
from hypervisor.data import Change
from hypervisor.states import DomainState
from tests.unit.domains.says import seen

pytestmark = pytest.mark.django_db
Step = Callable[[UUID, Host, Host], object]

SOURCE: list[Step] = [
    lambda uuid, a, b: record(
        a.pk, [seen(uuid, DomainState.PAUSED, id=1, reason="migration")], complete=False
    ),
    lambda uuid, a, b: record(a.pk, [seen(uuid, DomainState.SHUTOFF, change=Change.LEFT)], complete=False),
    lambda uuid, a, b: vanished(a.pk, uuid, left=True),
]
DESTINATION: list[Step] = [
    lambda uuid, a, b: record(b.pk, [seen(uuid, DomainState.PAUSED, id=7, incoming=True)], complete=False),
    lambda uuid, a, b: record(
        b.pk, [seen(uuid, DomainState.RUNNING, id=7, change=Change.ARRIVED)], complete=False
    ),
]


def interleavings() -> list[list[Step]]:
    """Every order in which two nodes can be heard, each keeping its own order."""
    places = itertools.combinations(range(len(SOURCE) + len(DESTINATION)), len(DESTINATION))
    found = []
    for taken in places:
        source, destination = iter(SOURCE), iter(DESTINATION)
        found.append([next(destination) if at in taken else next(source) for at in range(5)])
    return found


@pytest.mark.parametrize("order", range(len(interleavings())))
def test_every_order_of_both_ends_converges(order: int, two_hosts: tuple[Host, Host], uuid: UUID) -> None:
    source, destination = two_hosts
    record(source.pk, [seen(uuid, DomainState.RUNNING, id=1)], complete=True)
    run = Domain.objects.get(pk=uuid).run
    for step in interleavings()[order]:
        step(uuid, source, destination)
        assert Domain.objects.filter(pk=uuid, gone_at=None).exists(), "it is never gone in between"
    domain = Domain.objects.get(pk=uuid)
    assert (domain.host_id, domain.state) == (destination.pk, "running")
    assert domain.run == run, "a migration is the same run"
    assert not Claim.objects.exists()


@pytest.mark.parametrize("order", list(itertools.permutations(range(5))))
def test_even_words_out_of_order_converge_with_the_next_resync(
    order: tuple[int, ...], two_hosts: tuple[Host, Host], uuid: UUID
) -> None:
    source, destination = two_hosts
    record(source.pk, [seen(uuid, DomainState.RUNNING, id=1)], complete=True)
    steps = [*SOURCE, *DESTINATION]
    for at in order:
        steps[at](uuid, source, destination)
    record(source.pk, [], complete=True)
    record(destination.pk, [seen(uuid, DomainState.RUNNING, id=7)], complete=True)
    domain = Domain.objects.get(pk=uuid)
    assert (domain.host_id, domain.state, domain.gone_at) == (destination.pk, "running", None)
    assert not Claim.objects.exists()


def test_a_failed_migration_stays_where_it_was(two_hosts: tuple[Host, Host], uuid: UUID) -> None:
    source, destination = two_hosts
    record(source.pk, [seen(uuid, DomainState.RUNNING, id=1)], complete=True)
    record(destination.pk, [seen(uuid, DomainState.PAUSED, id=7, incoming=True)], complete=False)
    vanished(destination.pk, uuid)
    record(source.pk, [seen(uuid, DomainState.RUNNING, id=1)], complete=False)
    domain = Domain.objects.get(pk=uuid)
    assert (domain.host_id, domain.state) == (source.pk, "running")
    assert not Claim.objects.exists()


def test_two_active_copies_are_a_conflict_that_people_see(two_hosts: tuple[Host, Host], uuid: UUID) -> None:
    source, destination = two_hosts
    record(source.pk, [seen(uuid, DomainState.RUNNING, id=1)], complete=True)
    record(destination.pk, [seen(uuid, DomainState.RUNNING, id=7)], complete=True)
    domain = Domain.objects.get(pk=uuid)
    assert domain.host_id == source.pk, "a word without arrival takes nothing from a running domain"
    claim = Claim.objects.get()
    assert (claim.domain_id, claim.host_id, claim.state) == (uuid, destination.pk, "running")


def test_the_other_copy_takes_the_row_when_the_first_is_gone(
    two_hosts: tuple[Host, Host], uuid: UUID
) -> None:
    source, destination = two_hosts
    record(source.pk, [seen(uuid, DomainState.RUNNING, id=1)], complete=True)
    record(destination.pk, [seen(uuid, DomainState.SHUTOFF)], complete=True)
    vanished(source.pk, uuid)
    domain = Domain.objects.get(pk=uuid)
    assert (domain.host_id, domain.state, domain.gone_at) == (destination.pk, "shutoff", None)
    assert not Claim.objects.exists()
