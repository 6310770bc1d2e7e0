"""Carrying out a creation: volumes, seed, definition, start. What fails half-way removes what it made, and says so."""

import json
import logging
import secrets as random
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction

from access import secrets
from access.actor import Actor
from domains import disguised
from domains.creation import cloudinit, names, seeds
from domains.creation.storage import Made
from domains.creation.wish import of_plain
from domains.models import Domain
from domains.quotas.holding import pass_on, release
from domains.tags import hang
from hosts import looking, nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import Kind, NewVolume, VolumeSeen
from hypervisor.node import Node
from hypervisor.states import ACTIVE
from hypervisor.xml.creation import at_paths, with_vnc_password
from jobs import claims
from jobs.batches import Part, open_part, register_batch
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed
from jobs.kinds import Again, Failed, JobKind, Succeeded, Unknown, Verdict, WasCancelled, register
from jobs.models import Job
from live.notices import tell

logger = logging.getLogger(__name__)
BATCH_KIND = "domain.create-many"
_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)
Fill = Callable[[Made, int], None]


def register_kinds() -> None:
    register(
        JobKind(
            names.KIND,
            create,
            recover,
            queue="long",
            deadline_seconds=6 * 3600,
            cancellable=True,
            ended=release,
            makes=True,
        )
    )
    register(JobKind(seeds.KIND, seeds.forget, seeds.recover, queue="lifecycle", deadline_seconds=300))
    register_batch(BATCH_KIND, _open_one, makes=True)


def _open_one(parent: Job, part: Part, by: Actor) -> Job:
    """What was held for it with the parent is held on with the child."""
    job = open_part(parent, part, by)
    pass_on(job, part.object[1])
    return job


def create(carrying: Carrying) -> dict[str, Any]:
    """Make it, or finish what an earlier attempt defined."""
    return make(carrying, _left_empty)


def make(carrying: Carrying, fill: Fill) -> dict[str, Any]:
    """The same, where each new volume gets its content by `fill` (its number with it) before the domain is defined."""
    job = carrying.job
    host = host_of(job)
    with nodes.pooled(host) as node:
        if carrying.first or not node.has(Kind.DOMAIN, job.object_id):
            _make(carrying, node, fill)
        elif job.option("start") and node.domain(job.object_id).state not in ACTIVE:
            carrying.touching("starting")
            node.start(job.object_id)
    return _settled(job, host)


def recover(job: Job) -> Verdict:
    """Defined: whoever is next finishes it. Not defined: take back what was made, for nobody knows how far it came."""
    host = host_of(job)
    with nodes.pooled(host) as node:
        if node.has(Kind.DOMAIN, job.object_id):
            if job.option("start") and node.domain(job.object_id).state not in ACTIVE:
                return Again()
            return Succeeded(_settled(job, host))
        if not job.option("began"):
            return Again()
        try:
            removed, left = _unmake(node, job, made_by(job))
        except (errors.OperationInvalid, errors.Busy) as busy:
            return Unknown(f"The node still works at it: {busy.detail}")
    _look_at_pools(job, host)
    claims.note(job, sealed="")
    if job.cancel_requested_at is not None:
        return WasCancelled()
    return Failed("interrupted", f"The worker died while it made the domain. {_said(removed, left)}")


def host_of(job: Job) -> Host:
    host = Host.objects.filter(pk=job.host_id).first() if job.host_id else None
    if host is None:
        raise JobFailed("not_found_on_node", f"The host {job.host_name} is no longer there.")
    return host


def made_by(job: Job) -> list[Made]:
    """All volumes that the job makes, the seed last."""
    return [of_plain(one) for one in (*job.option("made", ()), job.option("seed")) if one]


def _left_empty(made: Made, number: int) -> None:
    """A new disk, which its guest fills."""


def _make(carrying: Carrying, node: Node, fill: Fill) -> None:
    job = carrying.job
    if node.has(Kind.DOMAIN, job.object_id):
        raise JobFailed("name_taken", "There is a domain with this UUID already. Nothing was made.")
    _refuse_taken(node, made_by(job))
    if not job.option("may_host_paths"):
        _refuse_disguised(node, job)
    claims.note(job, began=True)
    made: list[Made] = []
    try:
        xml = _volumes(carrying, node, made, fill)
        _go_on(carrying, 80, "defining it")
        node.define(xml)
        if job.option("autostart"):
            node.set_autostart(job.object_id, True)
        if job.option("start"):
            _go_on(carrying, 90, "starting it")
            node.start(job.object_id)
    except (errors.HypervisorError, JobFailed, JobCancelled) as failure:
        if isinstance(failure, _NOBODY_KNOWS):
            raise  # the node is asked what came of it once it answers
        removed, left = _unmake(node, job, made)
        _look_at_pools(job, host_of(job))
        claims.note(job, sealed="")
        if isinstance(failure, JobCancelled) and not left:
            raise
        code = "cancelled" if isinstance(failure, JobCancelled) else failure.code
        raise JobFailed(code, f"{failure} {_said(removed, left)}".strip()) from failure


def _volumes(carrying: Carrying, node: Node, there: list[Made], fill: Fill) -> str:
    """Make all volumes, noting in `there` what is; give the definition with what was not to be kept before."""
    job = carrying.job
    secret = json.loads(secrets.unseal(job.option("sealed"))) if job.option("sealed") else {}
    wishes = [of_plain(one) for one in job.option("made", ())]
    paths: dict[str, str] = {}
    for number, made in enumerate(wishes):
        what = f"copying {made.source} to {made.name}" if made.source else f"making the volume {made.name}"
        _go_on(carrying, 5 + 65 * number // len(wishes), what)
        seen = _volume(node, made, there)
        if made.path and seen.path != made.path:
            paths[made.path] = seen.path
        fill(made, number)
    if job.option("seed"):
        _go_on(carrying, 70, "writing the seed of cloud-init")
        made = of_plain(job.option("seed"))
        content = cloudinit.seed(secret["cloud_init"], job.object_id, job.object_name)
        there.append(made)
        node.create_volume(made.pool_uuid, NewVolume(made.name, len(content), "raw", private=True))
        node.upload_volume(made.pool_uuid, made.name, content)
    xml = at_paths(secret.get("xml") or job.option("xml"), paths)
    if job.option("locked_screen"):
        return with_vnc_password(xml, random.token_urlsafe(6))
    return with_vnc_password(xml, secret["vnc_password"]) if "vnc_password" in secret else xml


def _volume(node: Node, made: Made, there: list[Made]) -> VolumeSeen:
    new = NewVolume(
        made.name, made.capacity_bytes, made.format, backing=made.backing, backing_format=made.backing_format
    )
    there.append(made)
    try:
        if made.source:
            return node.clone_volume(made.pool_uuid, new, made.source)
        return node.create_volume(made.pool_uuid, new)
    except errors.OperationInvalid:
        there.pop()  # refused: one of that name came to be meanwhile, and it is not ours
        raise


def _go_on(carrying: Carrying, percent: int, step: str) -> None:
    """Between two steps is where a cancel counts."""
    if carrying.cancel_requested():
        raise JobCancelled
    carrying.progress(percent, step)
    carrying.touched = True


def _refuse_taken(node: Node, wishes: list[Made]) -> None:
    """What is there already is not ours: then nothing is made, and nothing removed."""
    for pool in {made.pool_uuid for made in wishes}:
        node.refresh_pool(pool)
    for made in wishes:
        if _there(node, made):
            raise JobFailed("name_taken", f"There is a volume {made.name} already. Nothing was made.")


def _refuse_disguised(node: Node, job: Job) -> None:
    """Before anything is made of it: its disks, what copies are made of, and what layers are to stand on."""
    made = made_by(job)
    secret = json.loads(secrets.unseal(job.option("sealed"))) if job.option("sealed") else {}
    bases = [disguised.Image(one.backing, one.backing_format or "raw") for one in made if one.backing]
    copied = [disguised.Image(one.source) for one in made if one.source]
    disguised.refuse_images_of(
        node,
        host_of(job),
        secret.get("xml") or job.option("xml"),
        made={one.path for one in made},
        sources=[*bases, *copied],
    )


def _there(node: Node, made: Made) -> bool:
    try:
        node.volume(made.pool_uuid, made.name)
    except errors.NotFound:
        return False
    return True


def _unmake(node: Node, job: Job, volumes: list[Made]) -> tuple[list[str], list[str]]:
    """In reverse: off, undefined, its volumes removed. Gives what was removed, and what could not be."""
    removed, left = [], []
    if node.has(Kind.DOMAIN, job.object_id):
        if node.domain(job.object_id).state in ACTIVE:
            node.destroy(job.object_id)
        node.undefine(job.object_id)
        removed.append("its definition")
    for made in reversed(volumes):
        try:
            node.delete_volume(made.pool_uuid, made.name)
        except errors.NotFound:
            continue
        except _NOBODY_KNOWS:
            raise
        except errors.HypervisorError as error:
            logger.warning("the volume %s is left: %s", made.name, error)
            left.append(made.name)
        else:
            removed.append(made.name)
    return removed, left


def _said(removed: list[str], left: list[str]) -> str:
    """What became of what was made, for the person."""
    said = f"What it had made was removed: {', '.join(removed)}." if removed else "Nothing was left behind."
    if left:
        said = f"{said if removed else ''} These volumes could not be removed: {', '.join(left)}.".strip()
    return said


def _settled(job: Job, host: Host) -> dict[str, Any]:
    """Wait until it can be seen; then hang on it what only we know. Its secrets are not needed any more."""
    _look_at_pools(job, host)
    looking.look(host.pk, "domain", job.object_id)
    with transaction.atomic():
        row = Domain.objects.filter(pk=job.object_id, gone_at=None).first()
        if row is not None:
            wished(row, protected=bool(job.option("protected")), tags=job.option("tags", ()))
        if job.option("seed"):
            seeds.keep(job, host)
        claims.note(job, sealed="")
    return {"domain": str(job.object_id), "name": job.object_name}


def wished(row: Domain, *, protected: bool, tags: "tuple[str, ...] | list[str]") -> None:
    """Write what people want of a domain that is just there."""
    hang(row, tags)
    if protected:
        Domain.objects.filter(pk=row.pk).update(protected=True, version=row.version + 1)
    if protected or tags:
        tell("updated", "domain", row.pk, row.version + 1, {"domain": row.pk, **row.host.within})


def _look_at_pools(job: Job, host: Host) -> None:
    for pool in {made.pool_uuid for made in made_by(job)}:
        looking.look(host.pk, "pool", UUID(str(pool)))
