"""Carrying out what is wished of the library: looking at volumes, and copying them from node to node."""

import hashlib
from typing import Any

from django.db import transaction

from hosts import nodes
from hosts.models import Host
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, JobKind, register
from storage import owners
from storage.content import lines, making
from storage.content.filling import Filling
from storage.content.giving import Reading
from storage.content.verifying import Moved, look_into, sum_of
from storage.library.adding import add_copy, add_volume
from storage.library.services import ADD, COPY
from storage.models import Image, Pool, Volume
from storage.volumes.carrying import host_of, look_at

_DEADLINE_SECONDS = 24 * 3600.0


def register_kinds() -> None:
    register(JobKind(ADD, add, lambda job: Again(), queue="long", deadline_seconds=3600.0))
    register(
        JobKind(
            COPY, copy, making.recover, queue="long", deadline_seconds=_DEADLINE_SECONDS, cancellable=True
        )
    )


def add(carrying: Carrying) -> dict[str, Any]:
    """See what the volume is, and note it."""
    job = carrying.job
    volume = Volume.objects.select_related("pool__host").filter(pk=job.option("volume")).first()
    if volume is None:
        raise JobFailed("not_found", "The volume is no longer there.")
    carrying.progress(10, "looking at the content")
    with nodes.pooled(volume.pool.host) as node:
        size = node.content_size(volume.pool.uuid, volume.name)
    found = look_into(volume.pool.host, volume.pool, volume.name, size=size, format="")
    given = job.option("given")
    with transaction.atomic():
        image = add_volume(
            volume,
            found,
            by=job.requested_by,
            name=given.get("name", ""),
            os=given.get("os", ""),
            description=given.get("description", ""),
        )
        owners.everybodys(volume)
    return {"image": image, "format": found.format}


def copy(carrying: Carrying) -> dict[str, Any]:
    """From the node that has it to the one that shall, through this worker; read back there and compared."""
    job, host = carrying.job, host_of(carrying.job)
    name = str(job.option("name"))
    pool = making.pool_of(job)
    image = Image.objects.filter(pk=job.option("image")).first()
    source = Volume.objects.select_related("pool__host").filter(pk=job.option("source")).first()
    if image is None or source is None:
        raise JobFailed("not_found", "The image or its copy was removed meanwhile.")
    making.begin_anew(carrying, host, pool, name)
    with making.nothing_left(carrying, host, pool, name):
        size, summed = _copy(carrying, source, host, pool, name)
        if image.sha256 and summed != image.sha256:
            raise JobFailed(
                "checksum", f"{source.name} on {source.pool.host.name} is not what the library says."
            )
        if sum_of(carrying, host, pool, name, size) != summed:
            raise JobFailed("checksum", "What arrived is not what was sent.")
    with nodes.pooled(host) as node:
        node.refresh_pool(pool.uuid)
    look_at(host, pool.uuid)
    with transaction.atomic():
        volume = Volume.objects.filter(pool=pool, name=name).first()
        Image.objects.filter(pk=image.pk, sha256="").update(sha256=summed)
        image = Image.objects.filter(pk=image.pk).first()
        if volume is not None and image is not None:
            add_copy(image, volume)
    return {
        "volume": {"id": str(volume.pk), "name": name} if volume is not None else None,
        "sha256": summed,
        "size_bytes": size,
    }


def _copy(carrying: Carrying, source: Volume, host: Host, pool: Pool, name: str) -> tuple[int, str]:
    """Size and SHA-256 of what was written."""
    digest, done = hashlib.sha256(), 0
    with lines.line(host) as node, lines.line(source.pool.host) as far:
        size = far.content_size(source.pool.uuid, source.name)
        making.make(carrying, node, pool, name, size)
    reading = Reading(source.pool.host, lines.take(source.pool.host), source.pool.uuid, source.name, 0, size)
    try:
        with lines.line(host) as node:
            filling = Filling(node, pool.uuid, name, offset=0, size=size)
            try:
                moved = Moved(carrying, "copying", size)
                while block := reading.read():
                    filling.write(block)
                    digest.update(block)
                    done += len(block)
                    moved.to(done)
                filling.finish()
            except BaseException:
                filling.abort()
                raise
    finally:
        reading.close()
    return size, digest.hexdigest()
