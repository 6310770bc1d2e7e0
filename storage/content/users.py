"""Uploads under way and the library, as those who stand on volumes."""

from collections.abc import Mapping
from uuid import UUID

from access.actor import Actor
from jobs.models import OPEN, Job
from storage.models import ImageCopy, Upload, Volume
from storage.pools.peers import Peers
from storage.users import ByHost, Told, register_bulk


def register_users() -> None:
    register_bulk(_of_library)
    register_bulk(_of_uploads)


def _of_library(paths: ByHost, by: Actor) -> Mapping[tuple[UUID, str], Told]:
    same, hosts = _places(paths)
    copies = ImageCopy.objects.filter(volume__pool__host_id__in=hosts)
    rows = [
        row
        for row in copies.values_list(
            "volume__pool__host_id", "volume__path", "image_id", "image__name", "pk"
        )
        if row[:2] in same
    ]
    seen = set(
        ImageCopy.objects.permitted(by, "pool.read")
        .filter(pk__in=[row[4] for row in rows])
        .values_list("pk", flat=True)
    )
    return {
        at: Told(f"the image {name} of the library", (("image", image, name),))
        if pk in seen
        else Told("an image of the library", hidden=1)
        for host, path, image, name, pk in rows
        for at in same[host, path]
    }


def _of_uploads(paths: ByHost, by: Actor) -> Mapping[tuple[UUID, str], Told]:
    """Of what they made: a volume that was there before belongs to whom it belonged."""
    same, hosts = _places(paths)
    uploads = Upload.objects.filter(
        made=True, pool__host_id__in=hosts, pk__in=Job.objects.filter(state__in=OPEN).values("pk")
    )
    volumes = {
        pk: (host, path)
        for pk, host, path in Volume.objects.filter(pk__in=uploads.values("volume_id")).values_list(
            "pk", "pool__host_id", "path"
        )
    }
    seen = set(uploads.permitted(by, "pool.read").values_list("pk", flat=True))
    return {
        at: Told("an upload under way", (("upload", pk, name),))
        if pk in seen
        else Told("an upload under way", hidden=1)
        for pk, volume, name in uploads.values_list("pk", "volume_id", "volume_name")
        if volume in volumes
        for at in same.get(volumes[volume], ())
    }


def _places(paths: ByHost) -> tuple[dict[tuple[UUID, str], set[tuple[UUID, str]]], set[UUID]]:
    """Each place that is one of these paths, on whatever host sees it, with those paths; and the hosts."""
    peers = Peers(paths)
    same: dict[tuple[UUID, str], set[tuple[UUID, str]]] = {}
    for host, of_host in paths.items():
        for path in of_host:
            for place in peers.of(host, path):
                same.setdefault(place, set()).add((host, path))
    return same, peers.hosts
