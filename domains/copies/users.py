"""Who stands on a volume: domains, templates, what waits in the recycle bin, and volumes that are layers over it.

Computed from what is recorded; before something is really removed, the node is asked as well.
"""

import os.path
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from access.actor import Actor
from domains.copies.disks import Places
from domains.models import Definition, DeletedDomain, Domain, Snapshot, Template, TemplateVersion
from hosts.models import Host
from hypervisor.errors import InvalidXML
from hypervisor.xml.sources import DiskUse, disk_uses
from jobs.models import OPEN, Job
from storage.models import Volume
from storage.pools.peers import SHARED, Peers
from storage.volumes.users import at_work

__all__ = [
    "SHARED",
    "VolumeUser",
    "clones_on",
    "reserve",
    "told",
    "told_names",
    "users_of",
    "visible",
    "worded",
]
_PLAIN = re.compile(r"[A-Za-z0-9._-]+")  # what no document ever writes in another way
_DEEPEST = 32
_NAMED = 10
_EXCHANGES = ("domain.export", "domain.import")
_MAKING = ("domain.create", "domain.edit", *_EXCHANGES)
_DISKS_OF_A_HOST = 7203  # what PostgreSQL calls the lock
_SEEN_BY: dict[str, tuple[Any, str]] = {
    "domain": (Domain, "domain.read"),
    "template": (Template, "template.read"),
    "deleted_domain": (DeletedDomain, "domain.read"),
    "volume": (Volume, "pool.read"),
    "job": (Job, "job.read"),
}


@dataclass(frozen=True, slots=True, order=True)
class VolumeUser:
    """Whoever would lose something with the volume. `kind`: domain, template, deleted_domain, volume or job."""

    kind: str
    name: str
    id: UUID

    def __str__(self) -> str:
        words = {
            "template": "template ",
            "deleted_domain": "the deleted domain ",
            "volume": "volume ",
            "job": "the job ",
        }
        return f"{words.get(self.kind, '')}{self.name}"


def reserve(host: Host) -> None:
    """Until this transaction ends, nobody else decides who has which disk and name on the host: wishes come at once."""
    if connection.vendor != "postgresql":
        return  # SQLite has one writer at a time anyway
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_DISKS_OF_A_HOST, host.pk.int % 2**31])


def users_of(
    host: Host,
    paths: Iterable[str],
    *,
    besides: UUID | None = None,
    template: UUID | None = None,
    entry: UUID | None = None,
) -> dict[str, list[VolumeUser]]:
    """Who stands on each of these paths of a host, directly or over layers; only paths with users are in it.

    Left out: the domain `besides`, the template `template`, the entry `entry` of the recycle bin.
    """
    found: dict[str, set[VolumeUser]] = {}
    peers = Peers([host.pk])
    making = being_made(peers.hosts)
    for path in {path for path in paths if path}:
        standing: set[VolumeUser] = set()
        for hosts, same in _places(peers, host, path):
            over = _layers(hosts, same)
            standing |= {VolumeUser("volume", volume.name, volume.pk) for volume in over}
            standing |= {
                user for user, at, wanted in making if at in hosts and same in wanted and user.id != besides
            }
            for one in (same, *(volume.path for volume in over)):
                standing |= _domains(hosts, one, besides)
                standing |= _kept(hosts, one, template, entry, besides)
        # A layer that is nobody's but the domain's own (its snapshots) is named all the same: it would be lost.
        if standing:
            found[path] = standing
    return {path: worded(standing) for path, standing in found.items()}


def clones_on(host: Host, paths: Sequence[str], *, besides: UUID | None = None) -> list[VolumeUser]:
    """Domains and templates whose disks are layers over one of these paths: what a write there would break."""
    peers = Peers([host.pk])
    found: set[VolumeUser] = set()
    for path in {path for path in paths if path}:
        for hosts, same in _places(peers, host, path):
            for volume in _layers(hosts, same):
                found |= _domains(hosts, volume.path, besides)
                found |= _kept(hosts, volume.path, None, None, besides)
    return sorted(found)


def _places(peers: Peers, host: Host, path: str) -> list[tuple[list[UUID], str]]:
    """The hosts that see it, by the path under which they do."""
    by_path: dict[str, list[UUID]] = {}
    for there, same in peers.of(host.pk, path):
        by_path.setdefault(same, []).append(there)
    return [(hosts, same) for same, hosts in by_path.items()]


def told(users: Iterable[VolumeUser], by: Actor) -> tuple[str, list[VolumeUser]]:
    """How to speak to `by` of them: a phrase that names whom they may see alone, and those."""
    users = list(users)
    seen = visible(users, by)
    shown = [user for user in users if user.id in seen]
    words = [str(user) for user in shown[:_NAMED]]
    if len(shown) > _NAMED:
        words.append(f"{len(shown) - _NAMED} more")
    if len(shown) < len(users):
        words.append("others" if shown else "another object")
    return ", ".join(words), shown


def visible(users: Iterable[VolumeUser], by: Actor) -> set[UUID]:
    """Those of them whom `by` may know of: a query a kind."""
    users = list(users)
    return {
        row
        for kind, (model, permission) in _SEEN_BY.items()
        for row in model._default_manager.permitted(by, permission)
        .filter(pk__in={user.id for user in users if user.kind == kind})
        .values_list("pk", flat=True)
    }


def told_names(names: Iterable[str], host: Host, job: Job) -> list[str]:
    """Names that a node gave, for the words of a job: those of domains that who asked for it may see."""
    by = Actor.SYSTEM if job.requested_by is None else Actor(user=job.requested_by)
    wanted = list(dict.fromkeys(names))
    rows = Domain.objects.permitted(by, "domain.read").filter(host=host, gone_at=None, name__in=wanted)
    seen = set(rows.values_list("name", flat=True))
    shown = [name for name in wanted if name in seen or by.scope("domain.read").everywhere]
    return shown if len(shown) == len(wanted) else [*shown, "another object"]


def worded(standing: set[VolumeUser]) -> list[VolumeUser]:
    """Without the layers where those who use them are named: a person knows domains, not files."""
    others = [user for user in standing if user.kind != "volume"]
    return sorted(others or standing)


def _layers(hosts: list[UUID], path: str) -> list[Volume]:
    """Every volume above this one, layer over layer."""
    found: dict[UUID, Volume] = {}
    below = {path}
    for _ in range(_DEEPEST):
        above = Volume.objects.filter(pool__host_id__in=hosts, backing__in=below)
        fresh = [volume for volume in above if volume.pk not in found]
        if not fresh:
            break
        found.update((volume.pk, volume) for volume in fresh)
        below = {volume.path for volume in fresh if volume.path}
    return list(found.values())


def _domains(hosts: list[UUID], path: str, besides: UUID | None) -> set[VolumeUser]:
    return {
        VolumeUser("domain", definition.domain.name, definition.domain.pk)
        for definition in definitions_naming(hosts, path)
        if definition.pk != besides
        and any(
            _names(text, path, definition.domain.host)
            for text in (definition.live, definition.inactive)
            if text
        )
    }


def definitions_naming(hosts: Sequence[UUID], path: str) -> QuerySet[Definition]:
    """Those that may stand on the path: the database looks for a word of it."""
    definitions = Definition.objects.filter(domain__host_id__in=hosts, domain__gone_at=None)
    word = _word(path)
    if word:
        definitions = definitions.filter(Q(live__contains=word) | Q(inactive__contains=word))
    return definitions.select_related("domain__host")


def is_at(use: DiskUse, path: str, host: Host) -> bool:
    """Whether a disk is the volume at that path itself, and no layer over it."""
    if use.type == "volume":
        return Places(host).path("volume", use.source) == path
    return use.source == path


def being_made(hosts: Iterable[UUID]) -> list[tuple[VolumeUser, UUID | None, set[str]]]:
    """Domains that are just being made or changed, on which host, with the volumes that they will stand on; and
    jobs that are at work on volumes.
    """
    hosts = list(hosts)
    jobs = Job.objects.filter(kind__in=_MAKING, host_id__in=hosts, state__in=OPEN)
    domains = [
        (VolumeUser("domain", job.object_name, job.object_id), job.host_id, _to_be_used(job)) for job in jobs
    ]
    return domains + [
        (VolumeUser("job", f"{job.kind} of {job.object_name}", job.pk), job.host_id, paths)
        for job, paths in at_work(hosts)
    ]


def _to_be_used(job: Job) -> set[str]:
    found = {made.get(below) for made in job.option("made", []) for below in ("source", "backing")}
    if job.kind in _EXCHANGES:
        found.add(job.option("path"))  # the appliance that is written or read
    if job.option("xml"):
        found |= {use.source for use in disk_uses(job.option("xml")) if use.own}
    for edit in job.option("edits", []):
        source = edit["values"].get("source")
        if isinstance(source, dict):
            found |= {source.get("file"), source.get("device")}
    return {path for path in found if path}


def of_snapshots(hosts: Iterable[UUID]) -> list[tuple[VolumeUser, UUID, set[str]]]:
    """Domains with the files that their external snapshots keep, those of other branches too."""
    rows = Snapshot.objects.filter(external=True, domain__host_id__in=list(hosts), domain__gone_at=None)
    return [
        (
            VolumeUser("domain", name, id),
            host,
            {memory, *(disk.get(word, "") for disk in disks for word in ("source", "before"))} - {""},
        )
        for id, name, host, memory, disks in rows.values_list(
            "domain_id", "domain__name", "domain__host_id", "memory_file", "disks"
        )
    ]


def _kept(
    hosts: list[UUID], path: str, template: UUID | None, entry: UUID | None, besides: UUID | None
) -> set[VolumeUser]:
    versions = TemplateVersion.objects.filter(template__host_id__in=hosts).select_related("template")
    found = {
        VolumeUser("template", version.template.name, version.template.pk)
        for version in versions
        if version.template.pk != template and any(disk["path"] == path for disk in version.disks)
    }
    found |= {
        user
        for user, host, files in of_snapshots(hosts)
        if user.id != besides and host in hosts and path in files
    }
    entries = DeletedDomain.objects.filter(host_id__in=hosts).select_related("host")
    return found | {
        VolumeUser("deleted_domain", deleted.name, deleted.pk)
        for deleted in entries
        if deleted.pk != entry
        and (
            any(volume["path"] == path for volume in deleted.volumes)
            or _names(deleted.xml, path, deleted.host)
        )
    }


def _names(xml: str, path: str, host: Host) -> bool:
    """Whether the definition stands on that path."""
    try:
        uses = disk_uses(xml)
    except InvalidXML:
        return path in xml  # better one user too many than a disk lost
    if any(use.source == path or path in use.below for use in uses):
        return True
    by_name = [use for use in uses if use.type == "volume"]
    return bool(by_name) and any(Places(host).path("volume", use.source) == path for use in by_name)


def _word(path: str) -> str:
    """A part of the path that stands in every definition which names it, for the database to look for."""
    return max(_PLAIN.findall(os.path.basename(path)), key=len, default="")
