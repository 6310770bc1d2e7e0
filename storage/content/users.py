"""Uploads under way and the library, as those who stand on volumes."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q

from access.actor import Actor
from jobs.models import OPEN, Job
from storage.models import ImageCopy, Upload, Volume
from storage.users import ByHost, Told, register_bulk


def register_users() -> None:
    register_bulk(_of_library)
    register_bulk(_of_uploads)


def _of_library(paths: ByHost, by: Actor) -> Mapping[tuple[UUID, str], Told]:
    copies = ImageCopy.objects.filter(_at(paths, "volume__")).values_list(
        "volume__pool__host_id", "volume__path", "image_id", "image__name", "pk"
    )
    rows = list(copies)
    seen = set(
        ImageCopy.objects.permitted(by, "pool.read")
        .filter(pk__in=[row[4] for row in rows])
        .values_list("pk", flat=True)
    )
    return {
        (host, path): Told(f"the image {name} of the library", (("image", image, name),))
        if pk in seen
        else Told("an image of the library", hidden=1)
        for host, path, image, name, pk in rows
    }


def _of_uploads(paths: ByHost, by: Actor) -> Mapping[tuple[UUID, str], Told]:
    """Of what they made: a volume that was there before belongs to whom it belonged."""
    volumes = {
        pk: (host, path)
        for pk, host, path in Volume.objects.filter(
            _at(paths, ""), pk__in=Upload.objects.filter(made=True).values("volume_id")
        ).values_list("pk", "pool__host_id", "path")
    }
    uploads = Upload.objects.filter(
        volume_id__in=list(volumes), pk__in=Job.objects.filter(state__in=OPEN).values("pk")
    )
    seen = set(uploads.permitted(by, "pool.read").values_list("pk", flat=True))
    return {
        volumes[volume]: Told("an upload under way", (("upload", pk, name),))
        if pk in seen
        else Told("an upload under way", hidden=1)
        for pk, volume, name in uploads.values_list("pk", "volume_id", "volume_name")
        if volume is not None
    }


def _at(paths: ByHost, prefix: str) -> Q:
    wanted = Q(pk__in=())
    for host, of_host in paths.items():
        if of_host:
            wanted |= Q(**{f"{prefix}pool__host_id": host, f"{prefix}path__in": list(of_host)})
    return wanted
