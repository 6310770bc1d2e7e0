"""Carrying out deletions: what is kept of a domain first, then its definition, then its disks; and the way back."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from access import secrets
from domains.copies.disks import Places, own_disks
from domains.copies.users import told_names, users_of
from domains.models import DeletedDomain, Domain, Tag
from domains.quotas.holding import release
from domains.quotas.leaving import entry_gone
from domains.tags import hang
from hosts import looking, nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import DomainSeen
from hypervisor.node import Node
from hypervisor.states import ACTIVE
from hypervisor.xml.clone import with_screen_locked
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, JobKind, Succeeded, Verdict, register
from jobs.models import Job
from storage.models import Pool

logger = logging.getLogger(__name__)
_TRY_AGAIN = timedelta(hours=1)
_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)


def register_kinds() -> None:
    register(JobKind("domain.undefine", undefine, recover_undefine, deadline_seconds=600))
    register(JobKind("domain.undelete", undelete, _again, deadline_seconds=300, ended=release))
    register(JobKind("domain.purge", purge, _again, deadline_seconds=600))


def undefine(carrying: Carrying) -> dict[str, Any]:
    """Keep what brings it back, remove the definition; when it is for good, the chosen disks too."""
    job = carrying.job
    host = _host(job)
    entry = DeletedDomain.objects.filter(pk=job.pk).first()
    with nodes.pooled(host) as node:
        there = _seen(node, job.object_id)
        if there is None and entry is None:
            raise JobFailed("not_found_on_node", f"{job.object_name} is no longer there.")
        if there is not None:
            if there.state in ACTIVE:
                raise JobFailed("operation_invalid", f"{job.object_name} is {there.state} again.")
            _refuse_users(node, job)
            entry = _keep(node, job, host, there)
            try:
                carrying.touching(f"removing the definition on {host.name}")
                node.undefine(job.object_id, keep_nvram=True)
            except errors.HypervisorError as refused:
                if not isinstance(refused, _NOBODY_KNOWS):
                    entry.delete()
                raise
        looking.look(host.pk, "domain", job.object_id)
        if entry is not None and job.option("permanent"):
            return _purge(carrying, node, entry)
    return {"deleted_domain": str(job.pk)}


def recover_undefine(job: Job) -> Verdict:
    """Gone, and nothing more to do: done. Else it is safe to go on."""
    host = _host(job)
    with nodes.pooled(host) as node:
        gone = _seen(node, job.object_id) is None
    kept = DeletedDomain.objects.filter(pk=job.pk).exists()
    if gone and (not kept or not job.option("permanent")):
        looking.look(host.pk, "domain", job.object_id)
        return Succeeded({"deleted_domain": str(job.pk)} if kept else None)
    return Again()


def purge(carrying: Carrying) -> dict[str, Any]:
    """Remove what is left of a deleted domain."""
    entry = _entry(carrying.job)
    if entry is None:
        return {}  # an earlier attempt did it
    with nodes.pooled(entry.host) as node:
        return _purge(carrying, node, entry)


def undelete(carrying: Carrying) -> dict[str, Any]:
    """Define it again, as it was; then what we keep of it."""
    job = carrying.job
    entry = _entry(job)
    if entry is None:
        if carrying.first:
            raise JobFailed("not_found", f"{job.object_name} is no longer in the recycle bin.")
        return {"domain": str(job.object_id)}
    host = entry.host
    with nodes.pooled(host) as node:
        there = _seen(node, entry.domain_id)
        if there is not None and carrying.first:
            raise JobFailed(
                "exists", f"A domain with the same UUID, {there.name}, is on {host.name} already."
            )
        if there is None:
            carrying.progress(20, "looking for its disks")
            _find_disks(node, entry)
            carrying.touching(f"defining it on {host.name}")
            node.define(secrets.unseal(entry.sealed) if entry.sealed else entry.xml)
        if entry.autostart:
            node.set_autostart(entry.domain_id, True)
    looking.look(host.pk, "domain", entry.domain_id)
    with transaction.atomic():
        row = Domain.objects.filter(pk=entry.domain_id).first()
        if row is not None:
            hang(row, entry.tags)
        entry.delete()
    return {"domain": str(job.object_id)}


def _again(job: Job) -> Verdict:
    return Again()  # each attempt begins with what it finds


def _keep(node: Node, job: Job, host: Host, there: DomainSeen) -> DeletedDomain:
    """All that brings it back, before anything is removed. A second attempt writes over what the first one kept."""
    whole = node.secret_definition(job.object_id)
    shown = with_screen_locked(whole)
    permanent = bool(job.option("permanent"))
    now = timezone.now()
    days = 0 if permanent else settings.KEEP_DELETED_DAYS
    entry, _ = DeletedDomain.objects.update_or_create(
        pk=job.pk,
        defaults={
            "domain_id": job.object_id,
            "name": there.name,
            "host": host,
            "xml": shown,
            "sealed": secrets.seal(whole),
            "volumes": job.option("volumes", []),
            "tags": list(Tag.objects.filter(domain_id=job.object_id).values_list("name", flat=True)),
            "autostart": there.autostart,
            "owner_id": Domain.objects.filter(pk=job.object_id).values_list("owner_id", flat=True).first(),
            "deleted_by": job.requested_by,
            "deleted_by_name": job.requested_by_name,
            "deleted_at": now,
            "purge_at": now + timedelta(days=days) if days else now + _TRY_AGAIN,
        },
    )
    return entry


def _refuse_users(node: Node, job: Job) -> None:
    """What is recorded was looked at when the job was opened; the node knows better."""
    paths = [volume["path"] for volume in job.option("volumes", [])]
    if not paths:
        return
    for path, users in node.volume_users(paths, besides=job.object_id).items():
        named = ", ".join(told_names(users, _host(job), job))
        raise JobFailed("in_use", f"{path} is used by {named} on the node. Nothing was deleted.")


def _purge(carrying: Carrying, node: Node, entry: DeletedDomain) -> dict[str, Any]:
    """Remove the chosen disks that nobody else uses by now, the UEFI variables, and the entry. Safe to repeat."""
    removed: list[str] = []
    kept: list[dict[str, Any]] = []
    paths = [volume["path"] for volume in entry.volumes]
    try:
        users = node.volume_users(paths) if paths else {}
        recorded = users_of(entry.host, paths, besides=entry.domain_id, entry=entry.pk)
        for number, volume in enumerate(list(entry.volumes)):
            path = volume["path"]
            others = sorted({*users.get(path, ()), *(str(user) for user in recorded.get(path, []))})
            if others:
                kept.append(
                    {
                        "target": volume["target"],
                        "path": path,
                        "users": told_names(others, entry.host, carrying.job),
                    }
                )
                continue
            carrying.progress(20 + 70 * number // len(paths), f"removing {volume['name']}")
            carrying.touched = True
            _remove_volume(node, entry.host, volume)
            removed.append(path)
            DeletedDomain.objects.filter(pk=entry.pk).update(
                volumes=[one for one in entry.volumes if one["path"] not in removed]
            )
        _remove_nvram(node, entry)
    except errors.HypervisorError as refused:
        DeletedDomain.objects.filter(pk=entry.pk).update(purge_at=timezone.now() + _TRY_AGAIN)
        if isinstance(refused, _NOBODY_KNOWS):
            raise
        raise JobFailed(
            refused.code,
            f"Not everything of {entry.name} could be removed; it stays in the recycle bin and is tried again "
            f"in an hour. {refused}",
        ) from refused
    _look_at_pools(entry.host, entry.volumes)
    with transaction.atomic():
        entry_gone(entry)
        entry.delete()
    return {"removed": removed, "kept": kept}


def _remove_volume(node: Node, host: Host, volume: dict[str, Any]) -> None:
    pool = Pool.objects.filter(pk=volume["pool"], host=host).first()
    if pool is None:
        raise errors.NotFound(f"The pool of {volume['path']} is not known any more.")
    try:
        node.delete_volume(pool.uuid, volume["name"])
    except errors.NotFound:
        # Gone already, or made behind the pool's back: only a fresh look tells.
        node.refresh_pool(pool.uuid)
        try:
            node.delete_volume(pool.uuid, volume["name"])
        except errors.NotFound:
            logger.info("%s was removed by somebody else", volume["path"])


def _remove_nvram(node: Node, entry: DeletedDomain) -> None:
    try:
        node.remove_nvram(entry.xml)
    except errors.OperationInvalid as back:
        logger.info("the UEFI variables of %s stay: %s", entry.name, back.detail)


def _find_disks(node: Node, entry: DeletedDomain) -> None:
    """Its disks must still be there: a domain without them would be no restored one."""
    disks = own_disks(Places(entry.host).disks(entry.xml))
    for pool in {disk.place.pool_uuid for disk in disks if disk.place is not None}:
        node.refresh_pool(pool)
    for disk in disks:
        if disk.place is None:
            continue
        try:
            node.volume(disk.place.pool_uuid, disk.place.name)
        except errors.NotFound:
            raise JobFailed(
                "disk_gone", f"The disk {disk.use.target} of {entry.name}, {disk.path}, is gone."
            ) from None


def _look_at_pools(host: Host, volumes: list[dict[str, Any]]) -> None:
    for pool in Pool.objects.filter(host=host, pk__in={volume["pool"] for volume in volumes}):
        looking.look(host.pk, "pool", pool.uuid)


def _seen(node: Node, uuid: UUID) -> DomainSeen | None:
    try:
        return node.domain(uuid)
    except errors.NotFound:
        return None


def _host(job: Job) -> Host:
    domain = Domain.objects.select_related("host").filter(pk=job.object_id, gone_at=None).first()
    host = domain.host if domain is not None else Host.objects.filter(pk=str(job.host_id)).first()
    if host is None:
        raise JobFailed("not_found", "The host was removed.")
    return host


def _entry(job: Job) -> DeletedDomain | None:
    return DeletedDomain.objects.select_related("host").filter(pk=job.option("entry")).first()
