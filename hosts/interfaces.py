"""Writing what the nodes say of their own interfaces. Only nodewatch calls this."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hosts.inventory import told
from hosts.models import Host, HostInterface
from hypervisor.networking import NodeInterfaceSeen

_COLUMNS = ("type", "mac", "active", "link", "speed_mbits", "addresses", "ports", "tag", "on")


@transaction.atomic
def record_interfaces(host_id: UUID, seen: Sequence[NodeInterfaceSeen]) -> None:
    """Write all that a host has; what is missing is gone.

    Browsers hear of it as news of the host, whose version stays: nobody's edit of the host collides with a cable.
    """
    if not Host.objects.filter(pk=host_id).exists():
        return
    rows = {row.name: row for row in HostInterface.objects.filter(host_id=host_id)}
    changed = False
    for one in seen:
        columns = {
            **{name: getattr(one, name) for name in _COLUMNS},
            "addresses": list(one.addresses),
            "ports": list(one.ports),
        }
        row = rows.pop(one.name, None)
        if row is not None and all(getattr(row, name) == value for name, value in columns.items()):
            continue
        changed = True
        HostInterface.objects.update_or_create(
            host_id=host_id, name=one.name, defaults={**columns, "updated_at": timezone.now()}
        )
    if rows:
        HostInterface.objects.filter(pk__in=[row.pk for row in rows.values()]).delete()
    if changed or rows:
        told(host_id)
