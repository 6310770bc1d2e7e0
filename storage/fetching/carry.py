"""Fetching: from an address straight into a new volume, looked at before the first byte is written."""

import hashlib
from typing import Any

from django.conf import settings

from access import secrets
from hosts import nodes
from hosts.models import Host
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import JobKind, register
from storage import owners
from storage.content import lines, making
from storage.content.filling import Filling
from storage.content.inspecting import HEAD_BYTES, fault_of_head
from storage.content.verifying import Moved, look_into
from storage.fetching import guard
from storage.fetching.reading import Answer, answer
from storage.fetching.services import KIND
from storage.library.adding import add_volume
from storage.models import Pool, Volume
from storage.volumes.carrying import host_of, look_at

_DEADLINE_SECONDS = 24 * 3600.0


def register_kinds() -> None:
    register(
        JobKind(
            KIND,
            run,
            making.recover,
            queue="long",
            deadline_seconds=_DEADLINE_SECONDS,
            cancellable=True,
            ended=owners.ended,
        )
    )


def run(carrying: Carrying) -> dict[str, Any]:
    """Fetch it. Whatever fails, nothing of it stays."""
    job, host = carrying.job, host_of(carrying.job)
    pool = making.pool_of(job)
    name = str(job.option("name"))
    making.begin_anew(carrying, host, pool, name)
    allowed = guard.networks(settings.FETCH_ALLOW)
    carrying.progress(0, f"asking {job.option('shown_url')}"[:200])
    with answer(secrets.unseal(job.option("sealed_url")), allowed) as content:
        _check_room(content, pool)
        with making.nothing_left(carrying, host, pool, name):
            summed = _fill(carrying, host, pool, name, content)
            if (declared := job.option("sha256")) and summed != declared:
                raise JobFailed("checksum", f"Its SHA-256 is {summed}, and {declared} was declared.")
            found = look_into(host, pool, name, size=content.size, format=job.option("format"))
    with nodes.pooled(host) as node:
        node.refresh_pool(pool.uuid)
    look_at(host, pool.uuid)
    volume = Volume.objects.filter(pool=pool, name=name).first()
    result: dict[str, Any] = {
        "volume": {"id": str(volume.pk), "name": name} if volume is not None else None,
        "format": found.format,
        "sha256": summed,
        "size_bytes": content.size,
    }
    if job.option("library") and volume is not None:
        result["image"] = add_volume(
            volume, found, sha256=summed, by=job.requested_by, source_url=job.option("shown_url")
        )
    return result


def _check_room(content: Answer, pool: Pool) -> None:
    if content.size > pool.available_bytes:
        raise JobFailed(
            "no_capacity", f"It has {content.size} bytes, and {pool.name} has {pool.available_bytes} left."
        )


def _fill(carrying: Carrying, host: Host, pool: Pool, name: str, content: Answer) -> str:
    """Write it into a new volume; gives its SHA-256. Raises JobFailed, JobCancelled, HypervisorError."""
    digest, done = hashlib.sha256(), 0
    moved = Moved(carrying, "fetching", content.size)
    held = bytearray()
    with lines.line(host) as node:
        filling = Filling(node, pool.uuid, name, offset=0, size=content.size)
        try:
            for piece in content.pieces:
                done += len(piece)
                if done > content.size:
                    raise JobFailed("fetch_failed", "More came than was announced.")
                digest.update(piece)
                block = piece
                if held or not filling.offset:
                    held += piece
                    if len(held) < min(HEAD_BYTES, content.size):
                        continue
                    block = bytes(held)
                    held.clear()
                    if problem := fault_of_head(block[:HEAD_BYTES], content.size, carrying.option("format")):
                        raise JobFailed("content_refused", problem)
                    making.make(carrying, node, pool, name, content.size)
                filling.write(block)
                moved.to(done)
            if done < content.size:
                raise JobFailed("fetch_failed", f"It broke off after {done} of {content.size} bytes.")
            filling.finish()
        except BaseException:
            filling.abort()
            raise
    return digest.hexdigest()
