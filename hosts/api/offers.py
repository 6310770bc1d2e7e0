"""The local hypervisors that the add-host dialog offers."""

from dataclasses import asdict
from typing import Any

from hosts.models import Host
from hypervisor.libvirt import offered


def offers() -> list[dict[str, Any]]:
    """What this machine itself has, and what of it is enrolled. Opens only sockets of this machine, with deadlines."""
    enrolled = set(Host.objects.values_list("uri", flat=True))
    return [{**asdict(offer), "enrolled": offer.uri in enrolled} for offer in offered()]
