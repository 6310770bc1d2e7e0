"""Writing what the nodes say of domains. Only nodewatch calls this.

One UUID has one row, whose `host` is where the domain is. Words of other hosts about it are kept as claims.
What the row says is a function of each host's *last* word, so every order in which the two ends of a migration
speak ends in the same place:

- an active domain on another host takes the row when the row's own host no longer runs it, or when libvirt says
  that it arrived there by migration;
- any other word of another host is a claim (a migration's paused copy, or a conflict);
- when the row's host loses the domain, the best claim takes the row; with no claim the row is gone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from domains.history import transition
from domains.models import Claim, Domain
from domains.quotas.arriving import give_to_askers
from domains.quotas.leaving import let_all_go
from hosts.models import Host
from hosts.rows import update_rows
from hypervisor.data import Change, DomainSeen
from hypervisor.states import ACTIVE, DomainState
from jobs.models import OPEN, Job
from live.models import Event
from live.notices import Notice, tell_all

OBSERVED = (
    "name",
    "state",
    "reason",
    "libvirt_id",
    "persistent",
    "autostart",
    "has_managed_save",
    "vcpus",
    "memory_bytes",
    "max_memory_bytes",
)
SIZES = ("vcpus", "memory_bytes", "max_memory_bytes")
WRITTEN = (*OBSERVED, "host_id", "run", "gone_at")


@dataclass
class Recorded:
    """What became of an inventory: whose XML should be read (new, started, moved), how many rows were written."""

    read_xml: set[UUID] = field(default_factory=set)
    written: int = 0


@dataclass
class _Batch:
    host: Host
    first: bool
    made: list[Domain] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    claimed: list[Claim] = field(default_factory=list)
    unclaimed: list[UUID] = field(default_factory=list)
    read_xml: set[UUID] = field(default_factory=set)
    appeared: set[UUID] = field(default_factory=set)
    lost: set[UUID] = field(default_factory=set)


@transaction.atomic
def record(host_id: UUID, seen: Sequence[DomainSeen], *, complete: bool, first: bool = False) -> Recorded:
    """Write what one host says of some domains, or of all that it has (`complete`): then what is missing is gone.

    `first`: the host's first inventory, whose domains are no news to anybody.
    """
    host = Host.objects.filter(pk=host_id).first()
    if host is None:
        return Recorded()
    uuids = [domain.uuid for domain in seen]
    rows = _rows(uuids, host_id if complete else None)
    claims = _claims(host_id, None if complete else uuids)
    batch = _Batch(host, first)
    for domain in seen:
        _merge(batch, rows.get(domain.uuid), claims.get(domain.uuid), domain)
    if complete:
        here = set(uuids)
        for uuid, row in rows.items():
            if uuid not in here and row["host_id"] == host_id and row["gone_at"] is None:
                _lose(batch, row)
        batch.unclaimed += [claim.domain_id for uuid, claim in claims.items() if uuid not in here]
    return _write(batch)


@transaction.atomic
def vanished(host_id: UUID, uuid: UUID, *, left: bool = False) -> Recorded:
    """The host has no such domain any more. `left`: by migration; then the new host will speak for it."""
    host = Host.objects.filter(pk=host_id).first()
    if host is None:
        return Recorded()
    batch = _Batch(host, first=False)
    batch.unclaimed.append(uuid)
    row = _rows([uuid], None).get(uuid)
    if row is not None and row["host_id"] == host_id and row["gone_at"] is None:
        _lose(batch, row, left=left)
    return _write(batch)


def _merge(batch: _Batch, row: dict[str, Any] | None, claim: Claim | None, seen: DomainSeen) -> None:
    columns = _columns(row, seen)
    if row is None:
        if not seen.incoming:
            _make(batch, seen.uuid, columns)
        return
    gone = row["gone_at"] is not None
    if row["host_id"] == batch.host.pk and not gone:
        if seen.change is Change.LEFT and seen.state not in ACTIVE:
            _lose(batch, row, left=True)
        else:
            _update(batch, row, columns)
        return
    if gone and seen.incoming:
        return
    active = seen.state in ACTIVE and not seen.incoming
    row_runs = DomainState(row["state"]) in ACTIVE
    if gone or (active and (not row_runs or seen.change is Change.ARRIVED)):
        if claim is not None:
            batch.unclaimed.append(seen.uuid)
        _update(batch, row, columns)
        return
    if claim is None and not seen.incoming and not _migrating(seen.uuid):
        batch.events.append(
            _event(
                batch, "domain.conflict", row["pk"], row["name"], f"also {seen.state} on {batch.host.name}"
            )
        )
    if claim is None or claim.seen != columns or claim.incoming != seen.incoming:
        batch.claimed.append(
            Claim(
                domain_id=seen.uuid,
                host_id=batch.host.pk,
                state=str(seen.state),
                incoming=seen.incoming,
                seen=columns,
                seen_at=timezone.now(),
            )
        )
        _notice(batch, "updated", row["pk"], row["version"], row["host_id"])


def _columns(row: dict[str, Any] | None, seen: DomainSeen) -> dict[str, Any]:
    """What is to be written. What a driver's bulk call leaves out stays as it is known."""
    columns = {
        **{name: getattr(seen, name) for name in OBSERVED if name not in {"libvirt_id", "state"}},
        "state": str(seen.state),
        "libvirt_id": seen.id,
    }
    for name in SIZES:
        if columns[name] is None:  # the XML fills what is not known yet
            columns[name] = row[name] if row is not None else 0
    if columns["reason"] is None:  # it holds as long as the state does
        columns["reason"] = row["reason"] if row is not None and row["state"] == columns["state"] else ""
    return columns


def _make(batch: _Batch, uuid: UUID, columns: dict[str, Any]) -> None:
    run = uuid4() if DomainState(columns["state"]) in ACTIVE else None
    batch.made.append(Domain(pk=uuid, host_id=batch.host.pk, run=run, **columns))
    _notice(batch, "created", uuid, 1, batch.host.pk)
    batch.read_xml.add(uuid)
    batch.appeared.add(uuid)
    if not batch.first:
        batch.events.append(_event(batch, "domain.defined", uuid, columns["name"], ""))


def _update(batch: _Batch, row: dict[str, Any], columns: dict[str, Any]) -> None:
    new = {**columns, "host_id": batch.host.pk, "gone_at": None}
    moved = row["host_id"] != new["host_id"] and row["gone_at"] is None
    new["run"] = _run(row, new, moved)
    if all(row[name] == new[name] for name in WRITTEN):
        return
    batch.changed.append({"pk": row["pk"], **new})
    if row["gone_at"] is not None:
        batch.appeared.add(row["pk"])
    _notice(
        batch,
        "updated" if row["gone_at"] is None else "created",
        row["pk"],
        row["version"] + 1,
        batch.host.pk,
    )
    if moved or row["state"] != new["state"] or row["name"] != new["name"] or row["gone_at"] is not None:
        batch.read_xml.add(row["pk"])
    for kind, detail in transition(row, new, moved=moved, host=batch.host.name):
        batch.events.append(_event(batch, kind, row["pk"], new["name"], detail))


def _run(row: dict[str, Any], new: dict[str, Any], moved: bool) -> UUID | None:
    """A run lasts from a start to its end, over migrations: their libvirt number differs, on one host it does not."""
    if DomainState(new["state"]) not in ACTIVE:
        return None
    was_active = row["gone_at"] is None and DomainState(row["state"]) in ACTIVE
    same = was_active and (moved or row["libvirt_id"] == new["libvirt_id"])
    kept: UUID | None = row["run"] if same else None
    return kept or uuid4()


def _lose(batch: _Batch, row: dict[str, Any], *, left: bool = False) -> None:
    """The row's host no longer has it: the best claim takes the row, or it is gone."""
    claim = _best_claim(row["pk"])
    if claim is not None:
        new = {**claim.seen, "host_id": claim.host_id, "gone_at": None}
        new["run"] = _run(row, new, moved=True)
        batch.changed.append({"pk": row["pk"], **new})
        Claim.objects.filter(pk=claim.pk).delete()
        _notice(batch, "updated", row["pk"], row["version"] + 1, claim.host_id)
        return
    if left:
        return
    batch.changed.append(
        {**{name: row[name] for name in WRITTEN}, "pk": row["pk"], "gone_at": timezone.now(), "run": None,
         "state": str(DomainState.SHUTOFF), "libvirt_id": None}
    )  # fmt: skip
    batch.lost.add(row["pk"])
    _notice(batch, "deleted", row["pk"], row["version"] + 1, row["host_id"])
    batch.events.append(_event(batch, "domain.undefined", row["pk"], row["name"], ""))


def _write(batch: _Batch) -> Recorded:
    now = timezone.now()
    Domain.objects.bulk_create(batch.made, batch_size=500)
    update_rows(Domain, WRITTEN, ({**row, "updated_at": now} for row in batch.changed))
    if batch.unclaimed:
        Claim.objects.filter(host_id=batch.host.pk, domain_id__in=batch.unclaimed).delete()
    if batch.claimed:
        Claim.objects.bulk_create(
            batch.claimed,
            update_conflicts=True,
            unique_fields=["domain", "host"],
            update_fields=["state", "incoming", "seen", "seen_at"],
        )
    if batch.lost:
        let_all_go(batch.lost)
    if batch.appeared:
        give_to_askers(batch.appeared)
    Event.objects.bulk_create(batch.events)
    tell_all(batch.notices)
    return Recorded(batch.read_xml, len(batch.made) + len(batch.changed))


def _rows(uuids: Iterable[UUID], host_id: UUID | None) -> dict[UUID, dict[str, Any]]:
    """Rows by UUID, and all of one host's; locked in one order, so that two nodewatch processes never deadlock."""
    wanted = Domain.objects.filter(pk__in=list(uuids))
    if host_id is not None:
        wanted = wanted | Domain.objects.filter(host_id=host_id, gone_at=None)
    locked = wanted.order_by("pk").select_for_update(of=("self",)).values("pk", "version", *WRITTEN)
    return {row["pk"]: row for row in locked}


def _claims(host_id: UUID, uuids: Sequence[UUID] | None) -> dict[UUID, Claim]:
    claims = Claim.objects.filter(host_id=host_id)
    if uuids is not None:
        claims = claims.filter(domain_id__in=uuids)
    return {claim.domain_id: claim for claim in claims}


def _best_claim(uuid: UUID) -> Claim | None:
    """What runs before what is being filled before what is off."""
    claims = list(Claim.objects.filter(domain_id=uuid))
    return max(
        claims, key=lambda claim: (DomainState(claim.state) in ACTIVE, not claim.incoming), default=None
    )


def _migrating(uuid: UUID) -> bool:
    return Job.objects.filter(object_id=uuid, kind="domain.migrate", state__in=OPEN).exists()


def _notice(batch: _Batch, type: Any, uuid: UUID, version: int, host_id: UUID) -> None:
    within = {"host": host_id}
    if batch.host.cluster_id is not None:
        within["cluster"] = batch.host.cluster_id
    batch.notices.append(Notice(type, "domain", uuid, version, within))


def _event(batch: _Batch, kind: str, uuid: UUID, name: str, detail: str) -> Event:
    return Event(
        kind=kind,
        object_kind="domain",
        object_id=uuid,
        object_name=name,
        host_id=batch.host.pk,
        host_name=batch.host.name,
        cluster_id=batch.host.cluster_id,
        detail=detail,
    )
