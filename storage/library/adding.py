"""Putting a volume whose content is known into the library."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hypervisor.xml.osinfo_media import MediumLabels, Recognised, recognise_medium, recognise_name
from live.notices import tell
from storage.content.verifying import Found
from storage.models import Image, ImageCopy, Volume

if TYPE_CHECKING:
    from access.models import User

_LONGEST = 255


def add_volume(
    volume: Volume,
    found: Found,
    *,
    by: "User | None",
    sha256: str = "",
    name: str = "",
    os: str = "",
    description: str = "",
    source_url: str = "",
) -> dict[str, str]:
    """An image for it, or one copy more of the one with the same sum; says which."""
    known = recognised(volume.name, found)
    with transaction.atomic():
        image = Image.objects.filter(sha256=sha256).first() if sha256 else None
        if image is None:
            image = Image.objects.create(
                name=free_name(name or volume.name),
                description=description,
                kind={"iso": "iso", "ova": "appliance"}.get(found.format, "disk"),
                format=found.format,
                os=os or known.os,
                arch=known.arch,
                label=found.label[:_LONGEST],
                size_bytes=volume.capacity_bytes
                if found.format in {"raw", "iso"}
                else volume.allocation_bytes,
                capacity_bytes=found.capacity_bytes,
                sha256=sha256,
                source_url=source_url[:2000],
                created_by=by,
            )
            tell("created", "image", image.pk, image.version, within(volume))
        add_copy(image, volume)
    return {"id": str(image.pk), "name": image.name}


def add_copy(image: Image, volume: Volume) -> None:
    """Note that the volume holds the image. A volume that held another one holds it no more."""
    ImageCopy.objects.update_or_create(volume=volume, defaults={"image": image, "created_at": timezone.now()})
    Image.objects.filter(pk=image.pk).update(version=image.version + 1, updated_at=timezone.now())
    tell("updated", "image", image.pk, image.version + 1, within(volume))


def within(volume: Volume) -> dict[str, UUID | None]:
    """What holds a copy, for whoever may hear of its image."""
    return {"pool": volume.pool_id, **volume.pool.host.within}


def recognised(name: str, found: Found) -> Recognised:
    """Which operating system it is of, as far as the database of systems tells."""
    by_name = recognise_name(name)
    if found.format != "iso":
        return by_name
    by_label = recognise_medium(MediumLabels.read(found.head))
    return Recognised(by_label.os or by_name.os, by_label.arch or by_name.arch)


def free_name(wanted: str) -> str:
    """The name, with a number where another image has it."""
    name, number = wanted[:_LONGEST], 1
    while Image.objects.filter(name=name).exists():
        number += 1
        ending = f" ({number})"
        name = wanted[: _LONGEST - len(ending)] + ending
    return name
