"""Names of new domains: those that neither libvirt nor a file system chokes on, and patterns for several."""

import re
from uuid import UUID

from domains.creation.complaints import Complaints
from domains.models import Domain
from domains.names import fault
from hosts.models import Host
from jobs.models import OPEN, Job

_ODD = re.compile(r"[^\w.+-]+", re.ASCII)
_NUMBER = "{n}"
KIND = "domain.create"
_MAKING = (KIND, "domain.import", "domain.restore-backup")


def names_for(pattern: str, count: int) -> list[str]:
    """`web-{n}` or `web` for several: web-1, web-2 …"""
    if count == 1 and _NUMBER not in pattern:
        return [pattern]
    if _NUMBER not in pattern:
        pattern = f"{pattern}-{_NUMBER}"
    return [pattern.replace(_NUMBER, str(number)) for number in range(1, count + 1)]


def check(name: str, host: Host, complaints: Complaints, *, besides: UUID | None = None) -> None:
    """Complains about what cannot be a name, and about one that is taken on that host (by another than `besides`)."""
    problem = fault(name)
    if problem:
        complaints.add("name", problem)
    elif Domain.objects.filter(host=host, name=name, gone_at=None).exists():
        complaints.add("name", f"There is a domain {name} on {host.name} already.")
    elif any(one != besides for one in _being_made(name, host)):
        complaints.add("name", f"A domain {name} is being made on {host.name} at this moment.")


def _being_made(name: str, host: Host) -> list[UUID]:
    making = Job.objects.filter(kind__in=_MAKING, host_id=host.pk, object_name=name, state__in=OPEN)
    return list(making.values_list("object_id", flat=True))


def file_stem(name: str) -> str:
    """What its volumes are called by: characters that every kind of pool takes."""
    return _ODD.sub("_", name).lstrip(".-_") or "disk"
