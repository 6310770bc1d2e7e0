"""A domain whose disks linked clones stand on: whatever it wrote would break them, so it stays off."""

from access.actor import Actor
from domains.copies.disks import Places
from domains.copies.errors import InUse
from domains.copies.users import clones_on, told
from domains.models import Definition, Domain
from storage.models import Volume


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
    if not paths or not Volume.objects.filter(backing__in=[path for path in paths if path]).exists():
        return
    standing = clones_on(domain.host, paths, besides=domain.pk)
    if standing:
        raise InUse(
            f"{domain.name} cannot be started: what it writes would break its linked clones. Its disk",
            told(standing, by),
        )
