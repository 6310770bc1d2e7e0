"""Writing what the nodes say of networks. Only nodewatch calls this."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hosts.models import Host
from hosts.rows import update_rows
from hypervisor.data import NetworkSeen
from live.notices import Notice, tell_all
from networks.models import Network

_COLUMNS = ("name", "active", "persistent", "autostart", "bridge", "forward", "addresses")


@transaction.atomic
def record_networks(host_id: UUID, seen: Sequence[NetworkSeen], *, complete: bool) -> None:
    """Write what one host says of some networks, or of all that it has (`complete`): then what is missing is gone."""
    host = Host.objects.filter(pk=host_id).first()
    if host is None:
        return
    within = {kind: uuid for kind, uuid in host.within.items() if uuid is not None}
    rows = {
        row["uuid"]: row
        for row in Network.objects.filter(host_id=host_id).values("pk", "uuid", "version", *_COLUMNS)
    }
    now, notices, made, changed = timezone.now(), [], [], []
    for network in seen:
        columns = {
            **{name: getattr(network, name) for name in _COLUMNS},
            "addresses": list(network.addresses),
        }
        row = rows.pop(network.uuid, None)
        if row is None:
            new = Network(host_id=host_id, uuid=network.uuid, **columns)
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
        within = {kind: held for kind, held in network.host.within.items() if held is not None}
        tell_all([Notice("deleted", "network", network.pk, network.version + 1, within)])
        network.delete()
