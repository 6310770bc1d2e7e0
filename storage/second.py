"""What a wish takes beside its own object: a pool to make a volume in, a volume to read or to give to a domain.

One rule for all of them. Each function answers "" where `by` may, else what they lack, in words. Who is asked about a
volume or pool may see it already; who may not is told that there is none, by whoever looks for it.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from access.actor import Actor
from storage.models import ImageCopy, Pool, Volume


def paths_of(pool: Pool) -> dict[str, UUID | None]:
    """As `Scope.covers` takes it."""
    return {"pool": pool.pk, "host": pool.host_id, "cluster": pool.host.cluster_id}


def lacks_making(pool: Pool, by: Actor) -> str:
    """Of a new volume in this pool."""
    return "" if by.scope("volume.create").covers(paths_of(pool)) else _lacking("volume.create", pool)


def lacks_reading(volume: Volume, by: Actor) -> str:
    """Of reading its content into another: a copy, a layer over it. What is in the library is there for that."""
    if by.scope("volume.download").covers(paths_of(volume.pool)) or in_library(volume):
        return ""
    return _lacking("volume.download", volume.pool)


def lacks_attaching(volume: Volume, by: Actor, *, read_only: bool) -> str:
    """Of giving it to a domain; a medium of the library that is only read is everybody's who sees it."""
    if by.scope("volume.attach").covers(paths_of(volume.pool)) or (read_only and in_library(volume)):
        return ""
    return _lacking("volume.attach", volume.pool)


def in_library(volume: Volume) -> bool:
    return ImageCopy.objects.filter(volume=volume).exists()


def attachable(by: Actor, volumes: Iterable[Volume]) -> Collection[UUID]:
    """Of these volumes, which may be seen, the ids of those that `by` may give to a domain in some way."""
    held = {one.pk: one for one in volumes}
    scope = by.scope("volume.attach")
    given = {pk for pk, one in held.items() if scope.covers(paths_of(one.pool))}
    rest = held.keys() - given
    media = ImageCopy.objects.filter(volume__in=rest).values_list("volume_id", flat=True) if rest else ()
    return given | set(media)


def _lacking(permission: str, pool: Pool) -> str:
    return f"This needs the permission {permission} on the pool {pool.name}."
