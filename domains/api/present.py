"""A domain as the API shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from access.actor import Actor
from domains.models import Backup, Claim, Schedule, Tag
from domains.schedules.services import of_domain
from hosts.api.present import stale
from hosts.models import ANSWERS
from hypervisor.states import ACTIVE, ALLOWED_FROM, DomainAction, DomainState
from jobs.api.present import open_jobs

COLUMNS = (
    "id", "name", "title", "state", "reason", "owner_id", "owner__username",
    "host_id", "host__name", "host__state", "host__seen_at", "host__driver",
    "host__cluster_id", "host__cluster__name", "vcpus", "memory_bytes", "max_memory_bytes", "persistent", "autostart",
    "has_managed_save", "has_pending", "protected", "os_type", "arch", "machine", "domain_type",
    "firmware", "consoles", "addresses", "created_at", "updated_at",
    "version",
)  # fmt: skip
DETAIL_COLUMNS = (
    *COLUMNS, "description", "definition__disks", "definition__interfaces",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """What a page of domains needs beside its rows: three queries, however many domains."""

    actor: Actor
    jobs: dict[UUID, dict[str, Any]]
    conflicts: dict[UUID, dict[str, Any]]
    tags: dict[UUID, list[str]]
    now: datetime
    last_backup: dict[str, Any] | None = None
    schedules: int = 0

    @classmethod
    def of(cls, rows: Sequence[dict[str, Any]], actor: Actor) -> "Page":
        ids = [row["id"] for row in rows]
        jobs = open_jobs(ids)
        claims = Claim.objects.filter(domain_id__in=ids, incoming=False).order_by("seen_at")
        conflicts = {
            row["domain_id"]: {
                "host": {"id": row["host_id"], "name": row["host__name"]},
                "state": row["state"],
            }
            for row in claims.values("domain_id", "host_id", "host__name", "state")
            if jobs.get(row["domain_id"], {}).get("kind") != "domain.migrate"
        }
        tags: dict[UUID, list[str]] = {}
        for domain_id, name in Tag.objects.filter(domain_id__in=ids).values_list("domain_id", "name"):
            tags.setdefault(domain_id, []).append(name)
        page = cls(actor, jobs, conflicts, tags, timezone.now())
        return replace(page, **_backed_up(ids[0])) if rows and "description" in rows[0] else page


def _backed_up(domain_id: UUID) -> dict[str, Any]:
    """Of one domain: its last restore point, and how many schedules it is part of."""
    last = Backup.objects.filter(domain_id=domain_id, state=Backup.State.COMPLETE).order_by("-created_at")
    return {
        "last_backup": last.values("id", "created_at").first(),
        "schedules": Schedule.objects.filter(of_domain(domain_id)).count(),
    }


def present(row: dict[str, Any], page: Page) -> dict[str, Any]:
    """One row of `COLUMNS` or `DETAIL_COLUMNS`."""
    shown = {
        "id": row["id"],
        "name": row["name"],
        "title": row["title"],
        "state": row["state"],
        "reason": row["reason"],
        "stale": stale(row["host__state"], row["host__seen_at"], page.now),
        "seen_at": row["host__seen_at"],
        "host": {"id": row["host_id"], "name": row["host__name"]},
        "owner": {"id": row["owner_id"], "name": row["owner__username"]} if row["owner_id"] else None,
        "cluster": {"id": row["host__cluster_id"], "name": row["host__cluster__name"]}
        if row["host__cluster_id"]
        else None,
        "driver": row["host__driver"],
        "vcpus": row["vcpus"],
        "memory_bytes": row["memory_bytes"],
        "max_memory_bytes": row["max_memory_bytes"],
        "persistent": row["persistent"],
        "autostart": row["autostart"],
        "has_managed_save": row["has_managed_save"],
        "has_pending": row["has_pending"],
        "protected": row["protected"],
        "tags": page.tags.get(row["id"], []),
        "os_type": row["os_type"],
        "arch": row["arch"],
        "machine": row["machine"],
        "domain_type": row["domain_type"],
        "firmware": row["firmware"],
        "consoles": row["consoles"],
        # What a guest had while it ran is nobody's any more.
        "addresses": row["addresses"].split() if DomainState(row["state"]) in ACTIVE else [],
        "job": page.jobs.get(row["id"]),
        "conflict": page.conflicts.get(row["id"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "version": row["version"],
        "actions": actions(row, page),
    }
    if "description" in row:
        shown["description"] = row["description"]
        shown["disks"] = row["definition__disks"] or []
        shown["interfaces"] = row["definition__interfaces"] or []
        shown["last_backup"] = page.last_backup
        shown["schedules"] = page.schedules
    return shown


def actions(row: dict[str, Any], page: Page) -> list[str]:
    """What its reader may ask of it now: by state, by permission, by what is under way, by whether its host answers."""
    state = DomainState(row["state"])
    paths = {"domain": row["id"], "host": row["host_id"], "cluster": row["host__cluster_id"]}
    free = row["id"] not in page.jobs and row["host__state"] in ANSWERS
    found = []
    for action, states in ALLOWED_FROM.items():
        if state not in states or not page.actor.scope(f"domain.{action}").covers(paths):
            continue
        if action is DomainAction.CONSOLE:
            possible = bool(row["consoles"]) and row["host__state"] in ANSWERS
        elif action is DomainAction.RESTORE:
            possible = free and row["has_managed_save"]
        elif action is DomainAction.SAVE:
            possible = free and row["persistent"]
        elif action is DomainAction.UNDEFINE:
            possible = free and row["persistent"] and not row["protected"]
        else:
            possible = free
        if possible:
            found.append(str(action))
    if page.actor.scope("domain.read_xml").covers(paths):
        found.append("read_xml")
    return found
