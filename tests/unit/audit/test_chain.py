"""The chain of the audit log: what is written stays, and whoever touches it is found out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, models, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from access import audit, chain, keys, pruning, witness
from access.models import AuditAnchor, AuditEntry, AuditReader
from access.querysets import AppendOnly
from access.verifying import verify
from tests.unit.audit.conftest import BY, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def _past_the_product() -> "models.QuerySet[AuditEntry]":
    """As somebody writes who has the database, and takes its triggers off."""
    return models.QuerySet(AuditEntry)


def _verdict() -> tuple[int | None, str]:
    found = verify()
    return found.broken_at, found.problem


def test_a_log_is_numbered_without_gaps_and_verifies() -> None:
    assert verify().valid
    write(3)
    write(2)
    assert list(AuditEntry.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2, 3, 4, 5]
    verdict = verify()
    assert (verdict.valid, verdict.checked, verdict.first, verdict.unsealed) == (True, 5, 1, 0)
    assert (verify(last=2).checked, verify(last=2).first) == (2, 4)


def test_an_entry_is_never_changed_or_deleted_by_the_product() -> None:
    write(1)
    entry = AuditEntry.objects.get()
    entries: Any = AuditEntry.objects
    for touch in (
        entry.save,
        entry.delete,
        entries.all().delete,
        lambda: entries.update(action="x"),
        lambda: entries.bulk_create([entry]),
        lambda: entries.bulk_update([entry], ["action"]),
    ):
        with pytest.raises(AppendOnly):
            touch()


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_auditentry SET result = 'refused' WHERE sequence = 1",
        "UPDATE access_auditentry SET sequence = 9 WHERE sequence = 1",
        "UPDATE access_auditentry SET digest = '' WHERE sequence = 1",
        "UPDATE access_auditentry SET actor_name = 'nobody', sequence = 2 WHERE sequence IS NULL",
        "UPDATE access_auditentry SET mac = '', sequence = 2 WHERE sequence IS NULL",
        "DELETE FROM access_auditentry WHERE sequence = 1",
        "DELETE FROM access_auditentry WHERE sequence IS NULL",
    ],
)
def test_the_database_refuses_it_too(statement: str) -> None:
    write(1)
    audit.record(BY, "user.edit", "user", None, "waits for its place")
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute(statement)
    assert chain.seal_all() == 1  # what the product does passes
    assert verify().checked == 2


def _change(**columns: Any) -> Callable[[], Any]:
    return lambda: _past_the_product().filter(sequence=3).update(**columns)


def _swap() -> None:
    rows = _past_the_product()
    third, fourth = (rows.get(sequence=number) for number in (3, 4))
    rows.filter(pk=third.pk).update(sequence=99)
    rows.filter(pk=fourth.pk).update(sequence=3, digest=third.digest)
    rows.filter(pk=third.pk).update(sequence=4, digest=fourth.digest)


def _remove() -> None:
    """The cleverest: who may write everything closes the gap, but has no key to make the digests anew."""
    _past_the_product().filter(sequence=3)._raw_delete("default")
    for number in (4, 5):
        _past_the_product().filter(sequence=number).update(sequence=number - 1)


@pytest.mark.parametrize(
    ("touch", "found"),
    [
        (_change(actor_name="somebody else"), (3, "changed")),
        (_change(at=timezone.now() - timedelta(days=1)), (3, "changed")),
        (_change(detail={"reason": "none"}), (3, "changed")),
        (_change(changes={"name": {"before": 1, "after": 2}}), (3, "changed")),
        (_change(mac=""), (3, "changed")),
        (_change(mac="ffffffffffff.00"), (3, "unknown_key")),
        (_change(digest=""), (3, "moved")),
        (_change(sequence=30), (3, "missing")),
        (lambda: _past_the_product().filter(sequence=3)._raw_delete("default"), (3, "missing")),
        (_swap, (3, "moved")),
        (_remove, (3, "moved")),
    ],
)
def test_whoever_touches_it_is_found_out(touch: Callable[[], Any], found: tuple[int, str]) -> None:
    write(5)
    touch()
    assert _verdict() == found


def test_an_entry_that_was_not_written_by_us_is_found_out() -> None:
    write(1)
    false = AuditEntry(actor_name="ada", action="user.delete", object_kind="user", result="accepted")
    _past_the_product().bulk_create([false])
    assert _verdict() == (2, "changed")  # sealed since, and yet not genuine


def test_an_end_that_was_cut_off_is_missed(
    home: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        write(3)
    assert verify().head_known
    assert witness.known() == chain.head()
    assert (home / "audit-head").stat().st_mode & 0o777 == 0o600
    _past_the_product().filter(sequence=3)._raw_delete("default")
    assert _verdict() == (3, "truncated")
    # Nor does writing on hide it.
    with django_capture_on_commit_callbacks(execute=True):
        write(2)
    assert _verdict() == (3, "moved")
    with pytest.raises(CommandError, match=r"Broken at 3 \(moved\)"):
        call_command("verify_audit")

    # A person put an older copy back, and says so.
    said = StringIO()
    with django_capture_on_commit_callbacks(execute=True):
        call_command("verify_audit", "--accept", stdout=said)
    assert "Valid: 5 entries" in said.getvalue()
    assert AuditEntry.objects.get(action="audit.accept").detail["seen"][0] == 3
    call_command("verify_audit", "--last", "2", stdout=said)
    with pytest.raises(CommandError):
        call_command("verify_audit", "--last", "0")


def test_who_writes_at_once_waits_for_nobody_and_all_is_sealed(transactional_db: None) -> None:
    crowd, each = 8, 10
    start = Barrier(crowd)

    def run(number: int) -> None:
        try:
            start.wait(10)
            for one in range(each):
                with transaction.atomic():
                    audit.record(BY, "user.edit", "user", None, f"{number}.{one}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(crowd) as threads:
        list(threads.map(run, range(crowd)))
    verdict = verify()
    assert (verdict.valid, verdict.checked) == (True, crowd * each)
    # What is rolled back leaves nothing, and no gap.
    with transaction.atomic():
        audit.record(BY, "user.edit", "user", None, "not done")
        transaction.set_rollback(True)
    audit.record(BY, "user.edit", "user", None, "done")
    assert AuditEntry.objects.get(object_name="done").sequence == crowd * each + 1


@pytest.mark.usefixtures("guarded")
def test_what_is_old_goes_and_the_rest_verifies(settings: Settings) -> None:
    assert pruning.prune() == 0  # by default all is kept
    settings.KEEP_AUDIT_DAYS = 30
    long_ago = timezone.now() - timedelta(days=31)
    for number in range(3):
        AuditEntry(
            at=long_ago, actor_name="ada", action="user.edit", object_kind="user", result="accepted",
            object_name=str(number),
        ).save()  # fmt: skip
    chain.seal_all()
    write(2)
    settings.AUDIT_SYSLOG = "udp://192.0.2.1"
    assert pruning.prune() == 0  # not sent yet
    AuditReader.objects.create(name="syslog", sequence=2)
    assert pruning.prune() == 2
    settings.AUDIT_SYSLOG = ""
    assert pruning.prune() == 1
    verdict = verify()
    assert (verdict.valid, verdict.first, verdict.checked) == (True, 4, 4)
    assert AuditEntry.objects.filter(action="audit.prune").count() == 2
    # Nobody moves the beginning but us.
    AuditAnchor.objects.update(sequence=4)
    assert _verdict() == (5, "missing")


def test_it_verifies_across_keys_that_came_and_went(home: Path) -> None:
    write(2)
    old = keys.ring().current
    keys.add_key()
    write(2)
    keys.drop_keys({old.id})
    assert keys.ring().key(old.id) is None
    assert verify().checked == 4
    (home / "keys").unlink()  # another installation's
    assert _verdict() == (1, "unknown_key")
