"""What storage holds that nothing uses, and what names a file or volume that is not there."""

import os.path
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from access.actor import Actor
from access.errors import NotPermitted, NotThere
from domains.models import Backup, Definition, DeletedDomain, Domain, Template, TemplateVersion
from hosts.models import ANSWERS, Host
from storage.models import Pool, Volume
from storage.volumes.listing import unused
from storage.volumes.pool_types import FILES, WRITABLE

MOST = 1000  # of each, in one report
# Partitions, LUNs and the like are the host's own, whether a domain has them or not.
_OURS = WRITABLE - {"disk"}


@dataclass(frozen=True, slots=True)
class Dangling:
    """Something that names what is not there. `object`: (kind, id, name); `path` as it is named."""

    object: tuple[str, UUID, str]
    host: UUID
    path: str
    pool: tuple[UUID, str] | None
    reason: str


@dataclass(slots=True)
class Report:
    """Both halves; the totals count also what is beyond the first `MOST`."""

    orphans: list[dict[str, Any]] = field(default_factory=list)
    orphans_count: int = 0
    orphans_bytes: int = 0
    dangling: list[Dangling] = field(default_factory=list)
    dangling_count: int = 0
    hosts: dict[UUID, str] = field(default_factory=dict)


def report(*, by: Actor, host_id: UUID | None = None) -> Report:
    """Of one host, or of all, as far as `by` may see. A number of queries that does not grow with what there is.

    Only pools count that run on a host that answers: of others nobody knows. Raises NotPermitted, NotThere.
    """
    if not by.may("pool.read"):
        raise NotPermitted("This needs the permission pool.read.")
    if host_id is not None and not _sees(host_id, by):
        raise NotThere("There is no such host.")
    pools = Pool.objects.permitted(by, "pool.read").filter(state="running", host__state__in=ANSWERS)
    if host_id is not None:
        pools = pools.filter(host_id=host_id)
    found = Report(hosts=dict(Host.objects.filter(pk__in=pools.values("host_id")).values_list("pk", "name")))
    _add_orphans(found, pools)
    _add_dangling(found, pools, by)
    return found


def _sees(host_id: UUID, by: Actor) -> bool:
    return (
        Host.objects.permitted(by, "host.read").filter(pk=host_id).exists()
        or Pool.objects.permitted(by, "pool.read").filter(host_id=host_id).exists()
    )


def _add_orphans(found: Report, pools: "QuerySet[Pool]") -> None:
    volumes = Volume.objects.filter(pool__in=pools.filter(type__in=_OURS).values("pk"))
    free = volumes.filter(pk__in=unused(volumes)).order_by("-allocation_bytes", "pk")
    rows: list[Any] = list(
        free.values(
            "id", "name", "path", "format", "capacity_bytes", "allocation_bytes", "pool_id", "pool__name",
            "pool__host_id", "updated_at",
        )
    )  # fmt: skip
    named = _named_anywhere({(row["pool__host_id"], row["path"]) for row in rows if row["path"]})
    orphans = [row for row in rows if (row["pool__host_id"], row["path"]) not in named]
    found.orphans = orphans[:MOST]
    found.orphans_count = len(orphans)
    found.orphans_bytes = sum(row["allocation_bytes"] for row in orphans)


def _named_anywhere(places: set[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Those that some definition names beside its disks: a kernel, the file of UEFI variables."""
    by_host: dict[UUID, set[str]] = {}
    for host, path in places:
        by_host.setdefault(host, set()).add(path)
    named = set()
    texts = Definition.objects.filter(domain__host_id__in=by_host, domain__gone_at=None)
    for host, *documents in texts.values_list("domain__host_id", "live", "inactive").iterator(chunk_size=200):
        text = "\n".join(document for document in documents if document)
        found = {path for path in by_host[host] if any(one in text for one in _quoted(path))}
        named |= {(host, path) for path in found}
        by_host[host] -= found
    return named


def _quoted(path: str) -> tuple[str, ...]:
    return f"'{path}'", f'"{path}"', f">{path}<"


class _Known:
    """The running pools with what is in them, of the hosts of a report."""

    def __init__(self, pools: "QuerySet[Pool]") -> None:
        self._by_name: dict[tuple[UUID, str], Pool] = {}
        self._folders: dict[tuple[UUID, str], Pool] = {}
        for pool in pools:
            self._by_name[pool.host_id, pool.name] = pool
            if pool.target and pool.type in FILES:
                self._folders[pool.host_id, pool.target.rstrip("/")] = pool
        self._paths: set[tuple[UUID, str]] = set()
        self._names: set[tuple[UUID, str]] = set()
        volumes = Volume.objects.filter(pool__in=pools.values("pk"))
        for host, pool_id, name, path in volumes.values_list("pool__host_id", "pool_id", "name", "path"):
            self._paths.add((host, path))
            self._names.add((pool_id, name))

    def missing(self, host: UUID, path: str, type: str = "file") -> Pool | None:
        """The pool in which it should be and is not."""
        if type == "volume":
            name, _, volume = path.partition("/")
            pool = self._by_name.get((host, name))
            return pool if pool is not None and (pool.pk, volume) not in self._names else None
        if type not in {"file", "block"} or (host, path) in self._paths:
            return None
        return self._folders.get((host, os.path.dirname(path)))


def _add_dangling(found: Report, pools: "QuerySet[Pool]", by: Actor) -> None:
    known = _Known(pools)
    dangling = [
        Dangling(object, host, path, (pool.pk, pool.name), f"{why} {path}, which is not in {pool.name}.")
        for object, host, path, type, why in _references(list(found.hosts), by)
        if (pool := known.missing(host, path, type)) is not None
    ]
    dangling.sort(key=lambda one: (one.object[0], one.object[2], one.path))
    found.dangling = dangling[:MOST]
    found.dangling_count = len(dangling)


_Reference = tuple[tuple[str, UUID, str], UUID, str, str, str]  # who, host, path, type, words


def _references(hosts: list[UUID], by: Actor) -> Iterable[_Reference]:
    """All that names a file or volume, as far as `by` may see it."""
    domains = Domain.objects.permitted(by, "domain.read").filter(host_id__in=hosts, gone_at=None)
    definitions = Definition.objects.filter(pk__in=domains.values("pk"))
    for id, name, host, disks in definitions.values_list(
        "pk", "domain__name", "domain__host_id", "disks"
    ).iterator():
        for disk in disks:
            if disk.get("source"):
                words = f"Its disk {disk.get('target', '')} is"
                yield ("domain", id, name), host, disk["source"], disk.get("type", ""), words
    templates = Template.objects.permitted(by, "template.read").filter(host_id__in=hosts)
    versions = TemplateVersion.objects.filter(template_id__in=templates.values("pk"), ready_at__isnull=False)
    for id, name, host, number, disks in versions.values_list(
        "template_id", "template__name", "template__host_id", "number", "disks"
    ):
        for disk in disks:
            yield ("template", id, name), host, disk["path"], "file", f"Its version {number} is made from"
    bin = DeletedDomain.objects.permitted(by, "domain.read").filter(host_id__in=hosts)
    for id, name, host, volumes in bin.values_list("pk", "name", "host_id", "volumes"):
        for volume in volumes:
            yield ("deleted_domain", id, name), host, volume["path"], "file", "Its disk is"
    backups = Backup.objects.permitted(by, "domain.read").filter(
        host_id__in=hosts, state=Backup.State.COMPLETE
    )
    for id, name, host, disks in backups.values_list("pk", "domain_name", "host_id", "disks"):
        for disk in disks:
            yield ("backup", id, name), host, disk.get("path", ""), "file", "It is kept in"
    layers = Volume.objects.permitted(by, "pool.read").filter(pool__host_id__in=hosts).exclude(backing="")
    for id, name, host, backing in layers.values_list("pk", "name", "pool__host_id", "backing"):
        yield ("volume", id, name), host, backing, "file", "It is a layer over"
