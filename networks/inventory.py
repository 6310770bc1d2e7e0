"""Writing what the nodes say of networks and filters. Only nodewatch calls this."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from hosts.models import Host
from hosts.rows import update_rows
from hypervisor.data import NetworkSeen
from hypervisor.networking import FilterSeen
from jobs.models import OPEN, Job
from live.notices import Notice, tell_all
from networks.models import Network, NetworkFilter

_COLUMNS = (
    "name", "active", "persistent", "autostart", "bridge", "forward", "addresses", "detail", "xml", "inactive_xml",
    "pending",
)  # fmt: skip
_LISTS = ("addresses", "pending")
_FILTER = ("name", "chain", "references", "rules", "xml")


@transaction.atomic
def record_networks(host_id: UUID, seen: Sequence[NetworkSeen], *, complete: bool) -> None:
    """Write what one host says of some networks, or of all that it has (`complete`): then what is missing is gone."""
    host = Host.objects.filter(pk=host_id).first()
    if host is None:
        return
    within = _within(host)
    rows = {
        row["uuid"]: row
        for row in Network.objects.filter(host_id=host_id).values("pk", "uuid", "version", *_COLUMNS)
    }
    now, notices, made, changed = timezone.now(), [], [], []
    for network in seen:
        columns = {
            **{name: getattr(network, name) for name in _COLUMNS},
            **{name: list(getattr(network, name)) for name in _LISTS},
        }
        row = rows.pop(network.uuid, None)
        if row is None:
            new = Network(id=_id_for(host_id, network.uuid), host_id=host_id, uuid=network.uuid, **columns)
            made.append(new)
            notices.append(Notice("created", "network", new.pk, 1, within))
        elif any(row[name] != value for name, value in columns.items()):
            changed.append({"pk": row["pk"], "updated_at": now, **columns})
            notices.append(Notice("updated", "network", row["pk"], row["version"] + 1, within))
    Network.objects.bulk_create(made)
    update_rows(Network, _COLUMNS, changed)
    if complete and rows:
        notices += [
            Notice("deleted", "network", row["pk"], row["version"] + 1, within) for row in rows.values()
        ]
        Network.objects.filter(pk__in=[row["pk"] for row in rows.values()]).delete()
    tell_all(notices)


@transaction.atomic
def network_vanished(host_id: UUID, uuid: UUID) -> None:
    """The host has no such network any more."""
    network = Network.objects.select_related("host").filter(host_id=host_id, uuid=uuid).first()
    if network is not None:
        tell_all([Notice("deleted", "network", network.pk, network.version + 1, _within(network.host))])
        network.delete()


@transaction.atomic
def record_filters(host_id: UUID, seen: Sequence[FilterSeen], there: Collection[UUID] | None = None) -> None:
    """Write what one host says of some filters. `there`: all that it has; then what is missing is gone."""
    host = Host.objects.filter(pk=host_id).first()
    if host is None:
        return
    within, now = _within(host), timezone.now()
    rows = {
        row["uuid"]: row
        for row in NetworkFilter.objects.filter(host_id=host_id).values("pk", "uuid", "version", *_FILTER)
    }
    notices, made, changed = [], [], []
    for one in seen:
        columns = {**{name: getattr(one, name) for name in _FILTER}, "references": list(one.references)}
        row = rows.get(one.uuid)
        if row is None:
            new = NetworkFilter(host_id=host_id, uuid=one.uuid, **columns)
            made.append(new)
            notices.append(Notice("created", "filter", new.pk, 1, within))
        elif any(row[name] != value for name, value in columns.items()):
            changed.append({"pk": row["pk"], "updated_at": now, **columns})
            notices.append(Notice("updated", "filter", row["pk"], row["version"] + 1, within))
    NetworkFilter.objects.bulk_create(made)
    update_rows(NetworkFilter, _FILTER, changed)
    if there is not None:
        gone = [row for uuid, row in rows.items() if uuid not in there]
        notices += [Notice("deleted", "filter", row["pk"], row["version"] + 1, within) for row in gone]
        if gone:
            NetworkFilter.objects.filter(pk__in=[row["pk"] for row in gone]).delete()
    tell_all(notices)


@transaction.atomic
def filter_vanished(host_id: UUID, uuid: UUID) -> None:
    """The host has no such filter any more."""
    row = NetworkFilter.objects.select_related("host").filter(host_id=host_id, uuid=uuid).first()
    if row is not None:
        tell_all([Notice("deleted", "filter", row.pk, row.version + 1, _within(row.host))])
        row.delete()


def _id_for(host_id: UUID, uuid: UUID) -> UUID:
    """That which the job promised which makes it just now; else a new one."""
    making = Job.objects.filter(
        kind="network.create", host_id=host_id, state__in=OPEN, options__uuid=str(uuid)
    ).first()
    if making is None or Network.objects.filter(pk=making.object_id).exists():
        return uuid4()
    return making.object_id


def _within(host: Host) -> dict[str, Any]:
    return {kind: uuid for kind, uuid in host.within.items() if uuid is not None}
