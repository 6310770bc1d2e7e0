"""What a volume stands on, and who stands on it, for decisions about it."""

from uuid import UUID

from access.actor import Actor
from access.errors import Conflict
from hosts.models import Host
from storage.models import Volume
from storage.services.wishes import check_free
from storage.users import DomainDisk, InUse, Told, disks_of, users_of
from storage.volumes.errors import VolumeForbids

_DEEPEST = 32  # layers


def chain_of(volume: Volume) -> tuple[list[Volume], str]:
    """The volumes below it, the nearest first; and the path of what comes next and is in no pool that is known."""
    found: list[Volume] = []
    seen = {volume.path}
    while volume.backing:
        if volume.backing in seen or len(found) >= _DEEPEST:
            return found, volume.backing
        seen.add(volume.backing)
        below = (
            Volume.objects.select_related("pool")
            .filter(pool__host_id=volume.pool.host_id, path=volume.backing)
            .first()
        )
        if below is None:
            return found, volume.backing
        found.append(below)
        volume = below
    return found, ""


def check_chain(volume: Volume, by: Actor) -> list[Volume]:
    """The volumes below, all of which `by` may see: whoever has a copy or a layer reads them too. Raises Conflict."""
    below, outside = chain_of(volume)
    host = volume.pool.host
    if outside and not by.scope("domain.host_paths").covers({"host": host.pk, "cluster": host.cluster_id}):
        raise Conflict(
            f"{volume.name} is a layer over {outside}, which is in no pool; that needs the permission "
            "domain.host_paths.",
            code="outside",
        )
    seen = Volume.objects.permitted(by, "pool.read").filter(pk__in=[one.pk for one in below])
    if seen.count() < len(below):
        raise Conflict(f"{volume.name} is a layer over a volume that you may not see.", code="outside")
    return below


def disks_on(volume: Volume) -> list[DomainDisk]:
    """The disks of domains that are this volume."""
    return disks_of(volume.pool.host, volume.path)


def users_on(volume: Volume, by: Actor) -> Told | None:
    """Who stands on it, over layers too."""
    return users_of(volume.pool.host, [volume.path], by).get(volume.path)


def check_unused(volume: Volume, by: Actor) -> None:
    """Raises InUse."""
    told = users_on(volume, by)
    if told is not None:
        raise InUse(volume.name, told)


def check_honest(volume: Volume, disks: list[DomainDisk]) -> None:
    """A guest can write the head of another format into its raw disk, naming any file of the host. Raises Conflict."""
    for disk in disks:
        if disk.format == "raw" and volume.format not in {"", "raw", "iso", "unknown"}:
            raise VolumeForbids(
                f"A domain has {volume.name} as a raw disk, and its content claims to be {volume.format}.",
                code="disguised",
            )


def check_readable(volume: Volume, by: Actor) -> tuple[list[Volume], list[DomainDisk]]:
    """Its content stands still and may be read whole: gives what it stands on, and whose disk it is.

    Raises Busy, InUse, Conflict.
    """
    check_free("volume", volume.pk)
    disks = disks_on(volume)
    for disk in disks:
        check_free("domain", disk.domain)
    check_honest(volume, disks)
    if any(disk.active and disk.written for disk in disks):
        told = users_on(volume, by) or Told("a running domain", (), 1)
        raise InUse(f"{volume.name} is written to at this moment: it", told)
    if volume.encryption:
        raise VolumeForbids(f"{volume.name} is encrypted, so the host cannot copy it.", code="encrypted")
    if volume.type == "dir":
        raise VolumeForbids(f"{volume.name} is a folder.")
    return check_chain(volume, by), disks


def only_domain(volume: Volume, by: Actor) -> DomainDisk | None:
    """The one domain that has it, or None when nobody does. Raises InUse when others stand on it, or one unseen."""
    told = users_on(volume, by)
    if told is None:
        return None
    disks = disks_on(volume)
    named = {id for kind, id, _ in told.users if kind == "domain"}
    alone = told.count == 1 and len({disk.domain for disk in disks}) == 1
    if alone and disks[0].domain in named and disks[0].host == volume.pool.host_id:
        check_free("domain", disks[0].domain)
        return disks[0]
    raise InUse(volume.name, told)


def on_host(host: Host, id: UUID, by: Actor) -> Volume | None:
    """A volume of the host that the person may see."""
    volumes = Volume.objects.permitted(by, "pool.read").select_related("pool__host")
    return volumes.filter(pk=id, pool__host=host).first()
