"""Wishes about volumes, asked for and carried out on a real node; and volumes that somebody made beside us."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import libvirt
from django.utils import timezone

from jobs.models import Job, JobState
from storage.models import Pool, Volume
from storage.volumes.decided import wish
from tests.node.site import Site


def asked(site: Site, decide: Any, *args: Any, **named: Any) -> Job:
    return wish(partial(decide, *args, by=site.by, **named), site.by)


def done(site: Site, decide: Any, *args: Any, **named: Any) -> dict[str, Any]:
    return site.done(asked(site, decide, *args, **named))


def row(site: Site, name: str) -> Volume:
    volume: Volume = Volume.objects.get(pool=site.pool, name=name)
    return volume


def qemu_img(site: Site, *words: str) -> None:
    subprocess.run(["qemu-img", *words], check=True, cwd=site.folder, capture_output=True)


def by_hand(site: Site, name: str, *options: str, size: str = "4M", words: tuple[str, ...] = ()) -> Volume:
    """A qcow2 that somebody made beside us."""
    chosen = [word for option in options for word in ("-o", option)]
    qemu_img(site, "create", "-q", "-f", "qcow2", *chosen, *words, name, size)
    shutil.chown(site.folder / name, site.folder.stat().st_uid, site.folder.stat().st_gid)
    site.node.refresh_pool(site.pool.uuid)
    site.look(site.host.pk, "pool", site.pool.uuid)
    return row(site, name)


def info(site: Site, name: str) -> dict[str, Any]:
    said = subprocess.run(
        ["qemu-img", "info", "-U", "--output=json", name], check=True, cwd=site.folder, capture_output=True
    )
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def interrupted(job: Job, **options: Any) -> Job:
    """As a worker leaves it that died, once it had come so far."""
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, attempt=1, lease_until=timezone.now(), options={**job.options, **options}
    )
    job.refresh_from_db()
    return job


@contextmanager
def full_pool(site: Site, folder: Path) -> Iterator[Pool]:
    connection = libvirt.open(site.host.uri)
    made = connection.storagePoolCreateXML(
        f"<pool type='dir'><name>{folder.name}</name><target><path>{folder}</path></target></pool>"
    )
    site.look_at_all()
    try:
        yield Pool.objects.get(name=folder.name)
    finally:
        made.destroy()
        connection.close()
