"""What people wish of the library: put in, change, take out, copy to where it is needed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Conflict, NotPermitted, NotThere, Stale
from hosts.errors import HostSilent
from jobs.models import Job
from live.notices import tell
from storage.models import Image, ImageCopy, Volume
from storage.services.wishes import check_running, find_pool, find_volume
from storage.uploads.services import check_name
from storage.volumes import decided
from storage.volumes.decided import Decided
from storage.volumes.errors import NoRoom
from storage.volumes.pool_types import FILES, WRITABLE
from storage.volumes.standing import check_readable

ADD, COPY = "image.add", "image.copy"


class NameTaken(Conflict):
    """Another image has the name."""

    code = "name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is an image {name} already.", errors={"name": ["is taken"]})


def visible(by: Actor) -> "QuerySet[Image]":
    """Images of which the person sees a copy; all of them, where they keep the library everywhere."""
    if by.scope("image.manage").everywhere:
        return Image.objects.all()
    seen = ImageCopy.objects.permitted(by, "pool.read").values("image_id")
    own = Q(created_by=by.user) if by.user is not None else Q()
    return Image.objects.filter(Q(pk__in=seen) | own)


def manageable(by: Actor) -> "QuerySet[Image]":
    """Those that the person may change: every copy is where they may; or all, where they may everywhere."""
    if by.scope("image.manage").everywhere:
        return Image.objects.all()
    reached = ImageCopy.objects.permitted(by, "image.manage").values("pk")
    elsewhere = ImageCopy.objects.exclude(pk__in=reached).values("image_id")
    here = ImageCopy.objects.filter(pk__in=reached).values("image_id")
    return Image.objects.filter(pk__in=here).exclude(pk__in=elsewhere)


def find(uuid: UUID, by: Actor) -> Image:
    """Raises NotThere."""
    image = visible(by).filter(pk=uuid).first()
    if image is None:
        raise NotThere
    return image


def find_to_change(uuid: UUID, by: Actor) -> Image:
    """Raises NotThere, NotPermitted."""
    image = find(uuid, by)
    if not manageable(by).filter(pk=uuid).exists():
        raise NotPermitted("You may see this image, but you lack image.manage where all of its copies are.")
    return image


def add(volume_id: UUID, given: Mapping[str, str], *, by: Actor) -> Job:
    """Have a volume looked at and put into the library. Raises NotThere, NotPermitted, Busy, Invalid, NameTaken."""
    return decided.wish(lambda: decide_add(volume_id, given, by=by, lock=True), by)


def plan_add(volume_id: UUID, given: Mapping[str, str], *, by: Actor) -> Mapping[str, Any]:
    """What putting it in would meet. Raises NotThere, NotPermitted, Invalid."""
    return decided.plan(lambda: decide_add(volume_id, given, by=by))


def decide_add(volume_id: UUID, given: Mapping[str, str], *, by: Actor, lock: bool = False) -> Decided:
    """Raises what is against it."""
    volume = find_volume(volume_id, "image.manage", by, lock=lock)
    check_running(volume.pool)
    copy = ImageCopy.objects.select_related("image").filter(volume=volume).first()
    if copy is not None:
        raise Conflict(f"{volume.name} is in the library already, as {copy.image.name}.", code="in_library")
    below, _ = check_readable(volume, by)
    if below or volume.backing:
        raise Conflict(
            f"{volume.name} is a layer over another file: copy it into one that stands alone first.",
            code="operation_invalid",
        )
    name = given.get("name", "")
    if name and Image.objects.filter(name=name).exists():
        raise NameTaken(name)
    return Decided(
        ADD,
        volume,
        ("volume", volume.pk, volume.name),
        {"pool": str(volume.pool_id), "volume": str(volume.pk), "given": dict(given)},
        told={"image": name or volume.name},
    )


def edit(uuid: UUID, changes: Mapping[str, str], *, by: Actor, version: int | None = None) -> Image:
    """Another name, system or description. Raises NotThere, NotPermitted, Stale, NameTaken."""
    with transaction.atomic():
        image = find_to_change(uuid, by)
        if version is not None and version != image.version:
            raise Stale("The image changed since you read it.")
        try:
            with transaction.atomic():
                Image.objects.filter(pk=uuid).update(
                    **changes, version=F("version") + 1, updated_at=timezone.now()
                )
        except IntegrityError:
            raise NameTaken(changes.get("name", "")) from None
        told = audit.changed({name: getattr(image, name) for name in changes}, changes)
        audit.record(by, "image.edit", "image", uuid, image.name, changes=told)
        tell("updated", "image", uuid, image.version + 1)
    image.refresh_from_db()
    return image


def remove(uuid: UUID, *, by: Actor) -> None:
    """Take it out; its volumes stay where they are. Raises NotThere, NotPermitted."""
    with transaction.atomic():
        image = find_to_change(uuid, by)
        audit.record(by, "image.delete", "image", uuid, image.name)
        tell("deleted", "image", uuid, image.version + 1)
        image.delete()


def copy(uuid: UUID, pool_id: UUID, *, by: Actor) -> Job:
    """Have a copy made in another pool. Raises NotThere, NotPermitted, HostSilent, PoolForbids, Conflict, NameTaken."""
    return decided.wish(lambda: decide_copy(uuid, pool_id, by=by, lock=True), by)


def plan_copy(uuid: UUID, pool_id: UUID, *, by: Actor) -> Mapping[str, Any]:
    """What copying it would meet. Raises NotThere, NotPermitted, Invalid."""
    return decided.plan(lambda: decide_copy(uuid, pool_id, by=by))


def decide_copy(uuid: UUID, pool_id: UUID, *, by: Actor, lock: bool = False) -> Decided:
    """Raises what is against it."""
    image = find(uuid, by)
    pool = find_pool(pool_id, "image.manage", by, lock=lock)
    check_running(pool)
    if image.copies.filter(volume__pool=pool).exists():
        raise Conflict(f"{image.name} is in {pool.name} already.", code="in_library")
    if pool.type not in WRITABLE or (pool.type not in FILES and image.format not in {"raw", "iso"}):
        raise Conflict(
            f"{pool.name} is of type {pool.type}, which takes no {image.format} files.", code="not_supported"
        )
    source = source_of(image, by)
    check_name(pool, source.name)
    if source.allocation_bytes > pool.available_bytes:
        raise NoRoom(pool, source.allocation_bytes)
    return Decided(
        COPY,
        pool,
        ("volume", uuid4(), source.name),
        {
            "pool": str(pool.pk),
            "pool_uuid": str(pool.uuid),
            "name": source.name,
            "image": str(image.pk),
            "source": str(source.pk),
        },
        told={"image": image.name, "from": source.pool.host.name},
        changes=((pool.name, None, source.name),),
    )


def source_of(image: Image, by: Actor) -> Volume:
    """A copy that can be read now, by whom it may be read. Raises Conflict."""
    copies = ImageCopy.objects.permitted(by, "pool.read").filter(image=image)
    readable = Volume.objects.select_related("pool__host").filter(pk__in=copies.values("volume_id"))
    silent = None
    for volume in readable.order_by("created_at"):
        if volume.pool.host.answers and volume.pool.state == "running":
            return volume
        silent = silent or volume.pool.host
    if silent is not None and not silent.answers:
        raise HostSilent(silent)
    raise Conflict(f"No copy of {image.name} can be read now.", code="no_copy")
