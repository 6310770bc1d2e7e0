"""A domain whose disks others stand on at present: whatever it wrote would break them, so it stays off."""

from collections.abc import Sequence

from access.actor import Actor
from domains.copies.disks import Places
from domains.copies.errors import InUse
from domains.copies.users import clones_on, told
from domains.models import Definition, Domain
from jobs.errors import Busy
from storage.models import Volume
from storage.volumes.users import at_work


def refuse_base(domain: Domain, by: Actor) -> None:
    """Raises InUse, naming those who stand on a disk that this domain would write to."""
    disks = Definition.objects.filter(pk=domain.pk).values_list("disks", flat=True).first() or []
    places: Places | None = None
    paths = []
    for disk in disks:
        if disk["readonly"] or not disk["source"]:
            continue
        if disk["type"] == "volume":
            places = places or Places(domain.host)
            paths.append(places.path(disk["type"], disk["source"]))
        else:
            paths.append(disk["source"])
    refuse_worked_on(domain, [path for path in paths if path])
    if not paths or not Volume.objects.filter(backing__in=[path for path in paths if path]).exists():
        return
    standing = clones_on(domain.host, paths, besides=domain.pk)
    if standing:
        raise InUse(
            f"{domain.name} cannot be started: what it writes would break its linked clones. Its disk",
            told(standing, by),
        )


def refuse_worked_on(domain: Domain, paths: Sequence[str]) -> None:
    """Raises Busy: a job copies, resizes or replaces one of these volumes."""
    for job, of_job in at_work([domain.host_id]):
        if of_job & set(paths):
            raise Busy(job)
