"""What a definition newly takes of its host beside itself: volumes as disks, networks and bridges to be connected to.

What the definition before had already may stay, whoever edits the rest: it was given to the domain once.
"""

from access.actor import Actor
from domains.copies.disks import Places
from hosts.models import Host
from hypervisor.xml.interface import plugged_into
from hypervisor.xml.sources import DiskUse, disk_uses
from networks.second import beyond
from storage.models import Volume
from storage.second import lacks_attaching

# A network is asked for by its name; these two lead to nothing of the host's.
_NOWHERE_ELSE = frozenset({"network", "user", "null"})


def not_given(before: str | None, after: str, host: Host, by: Actor, *, new: str = "") -> list[str]:
    """Why `by` may not give it the volumes that it newly has as disks, in words. `new`: one that the change makes.

    Raises InvalidXML.
    """
    had = {(use.source, _read_only(use)) for use in (disk_uses(before) if before else ())}
    writable = {source for source, read_only in had if not read_only}
    taken = [
        use
        for use in disk_uses(after)
        if use.source
        and use.local
        and use.source != new
        and use.source not in writable
        and (use.source, _read_only(use)) not in had
    ]
    if not taken:
        return []
    places = Places(host)
    volumes = {
        one.path: one
        for one in Volume.objects.permitted(by, "pool.read")
        .select_related("pool__host")
        .filter(pool__host=host, path__in=[_path(places, use) for use in taken])
    }
    found = []
    for use in taken:
        volume = volumes.get(
            _path(places, use)
        )  # what is no volume of theirs is a path of the host: see reaching
        if volume is not None and (lacking := lacks_attaching(volume, by, read_only=_read_only(use))):
            found.append(lacking)
    return list(dict.fromkeys(found))


def not_connected(before: str | None, after: str, host: Host, by: Actor) -> list[str]:
    """Why `by` may not connect it to what it is newly connected to, in words. Raises InvalidXML."""
    had, wanted = set(plugged_into(before) if before else ()), set(plugged_into(after))
    networks = {name for type, name in wanted - had if type == "network"}
    bridges = {name for type, name in wanted - had if type not in _NOWHERE_ELSE}
    return beyond(host, networks, bridges, by)


def _read_only(use: DiskUse) -> bool:
    return use.readonly or use.device == "cdrom"


def _path(places: Places, use: DiskUse) -> str:
    return places.path(use.type, use.source) or use.source
