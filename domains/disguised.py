"""Disks that a change newly reads as images, looked at on their node: a guest may have written what they claim to be.

What is recorded of a volume is as old as the last look at its pool, and the word of whoever wrote into it.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from access.actor import Actor
from domains.copies.disks import Places
from domains.models import Definition, DeletedDomain, Domain, Revision
from hosts.models import Host
from hypervisor.data import VolumeSeen
from hypervisor.errors import InvalidXML, NotFound
from hypervisor.node import Node
from hypervisor.xml.sources import DiskUse, disk_uses
from jobs.errors import JobFailed
from storage.models import Pool

PLAIN = frozenset({"", "raw", "iso", "unknown", "none"})  # read as they are, without a word of their own
_DEEPEST = 32  # layers
_SAFE = re.compile(r"[A-Za-z0-9_.-]+")  # written by libvirt as they are


@dataclass(frozen=True, slots=True)
class Image:
    """A volume that is read as an image: by its path, or as `pool/name`. `format` "" is what the node finds in it."""

    source: str
    format: str = ""


def may_name_paths(by: Actor, host: Host, domain: Domain | None = None) -> bool:
    """Whether the one who asks may let a definition name any file of the host anyway: kept in the job's options."""
    at = {"domain": domain.pk if domain is not None else None, **host.within}
    return by.scope("domain.host_paths").covers(at)


def refuse_newly_read(node: Node, host: Host, before: str, after: str, *, made: str = "") -> None:
    """Raises JobFailed where `after` reads an image that `before` did not, and it leads out of the pools.

    `made`: the path of a volume that the change made itself, so that no guest has written there.
    """
    places = Places(host)
    new = set(_images(places, after)) - set(_images(places, before))
    refuse(node, host, {image for image in new if image.source != made})


def refuse_images_of(
    node: Node, host: Host, xml: str, *, made: Collection[str], sources: Iterable[Image]
) -> None:
    """Raises JobFailed for a new domain: its disks, without those that are `made`, and what those are made of."""
    images = {image for image in _images(Places(host), xml) if image.source not in made}
    refuse(node, host, images | {image for image in sources if image.source not in made})


def refuse(node: Node, host: Host, images: Iterable[Image]) -> None:
    """Raises JobFailed with the code `disguised_image`. Looks at the node afresh: a guest may have written since."""
    for image in sorted(images, key=lambda one: (one.source, one.format)):
        if image.format and image.format in PLAIN:
            continue
        seen = _fresh(node, host, image.source)
        if seen is None:
            raise _refusal(f"{image.source} is in no pool of {host.name} that answers")
        if not image.format and seen.format in PLAIN:
            continue
        if reader := _was_raw(host, seen.path, image.source):
            raise _refusal(
                f"{seen.path} was a raw disk of {reader}, whose guest wrote what it claims to be now"
            )
        if outside := _outside(node, host, seen):
            raise _refusal(f"{seen.path} stands on {outside}, which is in no pool of {host.name}")


def _refusal(why: str) -> JobFailed:
    return JobFailed(
        "disguised_image",
        f"{why}. Read it as raw, take another volume, or let somebody do this who has the permission "
        "domain.host_paths. Nothing was changed.",
    )


def _images(places: Places, xml: str) -> Iterator[Image]:
    """What a definition reads as images, by path where that is known: a name and a path of one volume are the same."""
    for use in disk_uses(xml) if xml else ():
        if not use.source or not use.local or use.format == "raw":
            continue
        yield Image(places.path(use.type, use.source) or use.source, use.format)
        for below in use.below:
            yield Image(below if below.startswith("/") else places.path("volume", below) or below)


def _fresh(node: Node, host: Host, source: str) -> VolumeSeen | None:
    """The volume as it is now; None for what is none. Ceph's paths begin with no slash."""
    try:
        pool, seen = node.volume_at(source)
        node.refresh_pool(pool)
        return node.volume(pool, seen.name)
    except NotFound:
        pool_name, _, name = source.partition("/")
    known = Pool.objects.filter(host=host, name=pool_name).first() if name else None
    if known is None:
        return None
    try:
        node.refresh_pool(known.uuid)
        return node.volume(known.uuid, name)
    except NotFound:
        return None


def _outside(node: Node, host: Host, seen: VolumeSeen) -> str:
    """What is no volume, of all that it is a layer over; or the lowest layer that was looked at, of too many."""
    for _ in range(_DEEPEST):
        if not seen.backing:
            return ""
        below = _fresh(node, host, seen.backing) if seen.backing.startswith("/") else None
        if below is None:
            return seen.backing
        seen = below
    return seen.path


def _was_raw(host: Host, path: str, source: str) -> str:
    """The name of a domain whose guest ever wrote it as a raw disk, by any definition that is known; "" for none."""
    word = max(_SAFE.findall(path.rpartition("/")[2]), key=len, default="")
    places = Places(host)
    known = (
        *Definition.objects.filter(domain__host=host, inactive__contains=word).values_list(
            "domain__name", "inactive"
        ),
        *Definition.objects.filter(domain__host=host, live__contains=word).values_list(
            "domain__name", "live"
        ),
        *Revision.objects.filter(domain__host=host, xml__contains=word).values_list("domain__name", "xml"),
        *DeletedDomain.objects.filter(host=host, xml__contains=word).values_list("name", "xml"),
    )
    for name, xml in known:
        try:
            uses = disk_uses(xml or "")
        except InvalidXML:
            continue
        for use in uses:
            named = {use.source, places.path(use.type, use.source)}
            if use.format == "raw" and _written(use) and (path in named or source in named):
                return name
    return ""


def _written(use: DiskUse) -> bool:
    return not use.readonly and use.device != "cdrom"
