"""What lists and pages of volumes show beside the rows: who stands on them, and their chains."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from access.actor import Actor
from hosts.models import Host
from storage.models import Pool, Volume
from storage.users import Told, users_of_many
from storage.volumes.standing import chain_of

_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Layer:
    """One file of a chain, as far as its reader may see it."""

    path: str
    format: str
    id: UUID | None = None
    name: str | None = None
    pool_id: UUID | None = None
    pool_name: str | None = None


def users_of_rows(rows: Iterable[Mapping[str, Any]], by: Actor) -> dict[UUID, Told]:
    """Who stands on the volumes of these rows (`id`, `path`, `pool__host_id`), by id."""
    rows = [row for row in rows if row["path"]]
    paths: dict[UUID, list[str]] = {}
    for row in rows:
        paths.setdefault(row["pool__host_id"], []).append(row["path"])
    hosts = Host.objects.filter(pk__in=paths)
    found = users_of_many({host: paths[host.pk] for host in hosts}, by) if paths else {}
    told = {row["id"]: found.get((row["pool__host_id"], row["path"])) for row in rows}
    return {id: users for id, users in told.items() if users is not None}


def unused(volumes: "QuerySet[Volume]") -> list[UUID]:
    """Those of them that nothing stands on, whoever may know of it; folders are none."""
    rows = list(volumes.exclude(type="dir").values("id", "path", "pool__host_id"))
    used = users_of_rows(rows, Actor.SYSTEM)
    return [row["id"] for row in rows if row["id"] not in used]


def around(volume_id: UUID, by: Actor) -> tuple[list[Layer], list[Layer]]:
    """What the volume stands on, the nearest first, and what stands on it."""
    volume = Volume.objects.select_related("pool").get(pk=volume_id)
    below, outside = chain_of(volume)
    above = layers_over(volume)
    seen = set(
        Volume.objects.permitted(by, "pool.read")
        .filter(pk__in=[one.pk for one in (*below, *above)])
        .values_list("pk", flat=True)
    )
    pools = {one.pool_id for one in (*below, *above) if one.pk in seen}
    named = set(Pool.objects.permitted(by, "pool.read").filter(pk__in=pools).values_list("pk", flat=True))
    chain = [_shown(one, named) if one.pk in seen else Layer(one.path, one.format) for one in below]
    if outside:
        last = below[-1] if below else volume
        chain.append(Layer(outside, last.backing_format))
    return chain, [_shown(one, named) for one in above if one.pk in seen]


def layers_over(volume: Volume) -> list[Volume]:
    """Every volume of its host that is a layer over it, layer over layer."""
    found: dict[UUID, Volume] = {}
    below = {volume.path} if volume.path else set()
    for _ in range(_DEEPEST):
        above = Volume.objects.select_related("pool").filter(
            pool__host_id=volume.pool.host_id, backing__in=below
        )
        fresh = [one for one in above if one.pk not in found]
        if not fresh:
            break
        found.update((one.pk, one) for one in fresh)
        below = {one.path for one in fresh if one.path}
    return list(found.values())


def _shown(volume: Volume, named: "set[UUID]") -> Layer:
    pool = volume.pool.name if volume.pool_id in named else ""
    return Layer(volume.path, volume.format, volume.pk, volume.name, volume.pool_id, pool)
