"""The table that says what became of a migration."""

import itertools
from uuid import uuid4

import pytest

from domains.migration.verdict import Word, verdict, word
from hypervisor.states import DomainState
from jobs.kinds import Again, Failed, Succeeded, Unknown
from tests.unit.domains.says import seen


@pytest.mark.parametrize(("source", "destination"), list(itertools.product(Word, Word)))
def test_success_only_where_the_destination_has_it_and_the_source_does_not(
    source: Word, destination: Word
) -> None:
    found = verdict(source, destination, patient=True)
    gone = source in {Word.OFF, Word.ABSENT, Word.INCOMING}
    there = destination in {Word.RUNS, Word.PAUSED}
    assert isinstance(found, Succeeded) == (gone and there)


@pytest.mark.parametrize("destination", list(Word))
@pytest.mark.parametrize("patient", [True, False])
def test_a_silent_source_is_never_decided_about(destination: Word, patient: bool) -> None:
    assert isinstance(verdict(Word.SILENT, destination, patient=patient), Unknown)


@pytest.mark.parametrize("destination", list(Word))
def test_a_migration_under_way_is_followed(destination: Word) -> None:
    assert isinstance(verdict(Word.MOVING, destination, patient=True), Again)


@pytest.mark.parametrize("source", [Word.RUNS, Word.PAUSED])
def test_two_copies_are_told_and_nothing_is_stopped(source: Word) -> None:
    found = verdict(source, Word.RUNS, patient=True)
    assert isinstance(found, Failed)
    assert found.code == "two_copies"


def test_a_silent_destination_is_waited_for_a_while() -> None:
    assert isinstance(verdict(Word.RUNS, Word.SILENT, patient=True), Unknown)
    found = verdict(Word.RUNS, Word.SILENT, patient=False)
    assert isinstance(found, Failed)
    assert found.code == "migration_stayed"


def test_a_paused_copy_is_not_success_while_the_other_is_being_filled() -> None:
    assert isinstance(verdict(Word.PAUSED, Word.INCOMING, patient=False), Unknown)


def test_off_on_both_is_told() -> None:
    found = verdict(Word.ABSENT, Word.ABSENT, patient=True)
    assert isinstance(found, Failed)
    assert found.code == "migration_lost"


def test_a_domain_that_was_paused_arrives_paused() -> None:
    assert isinstance(verdict(Word.ABSENT, Word.PAUSED, patient=True, was_paused=True), Succeeded)
    assert isinstance(verdict(Word.PAUSED, Word.ABSENT, patient=True, was_paused=True), Failed)


def test_words() -> None:
    uuid = uuid4()
    assert word(None) is Word.ABSENT
    assert word(seen(uuid, DomainState.RUNNING)) is Word.RUNS
    assert word(seen(uuid, DomainState.PAUSED)) is Word.PAUSED
    assert word(seen(uuid, DomainState.PAUSED, incoming=True)) is Word.INCOMING
    assert word(seen(uuid, DomainState.SHUTOFF)) is Word.OFF
    assert word(seen(uuid, DomainState.RUNNING), moving=True) is Word.MOVING
