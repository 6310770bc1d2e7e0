"""A host as the API shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from access.actor import Actor
from hosts import authority
from hosts.api.reached import reached_by
from hosts.host_keys import CHANGED
from hosts.models import ANSWERS, Host
from hypervisor.states import ACTIVE
from jobs.api.present import open_jobs
from live.figures import latest

COLUMNS = (
    "id", "name", "uri", "migration_uri", "state", "error_code", "error_detail", "cluster_id", "cluster__name",
    "driver",
    "hostname", "libvirt_version", "hypervisor_version", "arch", "cpu_model", "cpus", "memory_bytes", "host_key",
    "shown_host_key", "own_key", "certificate_expires_at", "certificate_renews_at",
    "seen_at", "credentials", "created_at", "updated_at", "version",
)  # fmt: skip
ACTIONS = ("edit", "refresh", "delete")
# Nodewatch says every few seconds that a host answers. Silence for so long means that no nodewatch watches it.
STALE_AFTER = timedelta(seconds=30)


@dataclass(frozen=True)
class Page:
    """What a page of hosts needs beside its rows: four look-ups, however many hosts."""

    actor: Actor
    jobs: dict[UUID, dict[str, Any]]
    counts: dict[UUID, tuple[int, int]]
    figures: dict[UUID, dict[str, Any]]
    now: datetime

    @classmethod
    def of(cls, rows: Sequence[dict[str, Any]], actor: Actor) -> "Page":
        ids = [row["id"] for row in rows]
        counted = (
            Host.objects.filter(pk__in=ids)
            .order_by()
            .values_list("pk")
            .annotate(
                total=Count("domains", filter=Q(domains__gone_at=None)),
                running=Count(
                    "domains", filter=Q(domains__gone_at=None, domains__state__in=[str(s) for s in ACTIVE])
                ),
            )
        )
        counts = {pk: (total, running) for pk, total, running in counted}
        return cls(actor, open_jobs(ids), counts, latest("host", ids), timezone.now())


def stale(state: str, seen_at: datetime | None, now: datetime) -> bool:
    """Whether what is known of the host's objects is only what was last seen."""
    return state not in ANSWERS or seen_at is None or now - seen_at > STALE_AFTER


def present(row: dict[str, Any], page: Page) -> dict[str, Any]:
    """One row of `COLUMNS`."""
    total, running = page.counts.get(row["id"], (0, 0))
    figures = page.figures.get(row["id"], {})
    paths = {"host": row["id"], "cluster": row["cluster_id"]}
    return {
        "id": row["id"],
        "name": row["name"],
        "uri": row["uri"],
        "migration_uri": row["migration_uri"],
        "state": row["state"],
        "error": {"code": row["error_code"], "detail": row["error_detail"]} if row["error_code"] else None,
        "cluster": {"id": row["cluster_id"], "name": row["cluster__name"]} if row["cluster_id"] else None,
        "driver": row["driver"],
        "hostname": row["hostname"],
        "libvirt_version": row["libvirt_version"],
        "hypervisor_version": row["hypervisor_version"],
        "arch": row["arch"],
        "cpu_model": row["cpu_model"],
        "cpus": row["cpus"],
        "cpu_percent": figures.get("cpu_percent"),
        "memory_bytes": row["memory_bytes"],
        "memory_used_bytes": figures.get("memory_used_bytes"),
        "domains": {"total": total, "running": running},
        "seen_at": row["seen_at"],
        "stale": stale(row["state"], row["seen_at"], page.now),
        "has_credentials": bool(row["credentials"]),
        "reached_by": _reached_by(row),
        "certificate": _certificate(row),
        "host_key": {"confirmed": False, **row["host_key"]} if row["host_key"] else None,
        "shown_host_key": row["shown_host_key"],
        "job": page.jobs.get(row["id"]),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "version": row["version"],
        "actions": _actions(row, page, paths),
    }


def _reached_by(row: dict[str, Any]) -> str:
    certified = row["certificate_expires_at"] is not None
    return reached_by(row["uri"], own_key=row["own_key"], certified=certified)


def _certificate(row: dict[str, Any]) -> dict[str, Any] | None:
    if _reached_by(row) != "own_certificate":
        return None
    return {
        "subject": f"CN={authority.name_for(row['id'])}",
        "expires_at": row["certificate_expires_at"],
        "renews_at": row["certificate_renews_at"],
    }


def _actions(row: dict[str, Any], page: Page, paths: dict[str, UUID | None]) -> list[str]:
    allowed = [action for action in ACTIONS if page.actor.scope(f"host.{action}").covers(paths)]
    if "edit" in allowed:
        allowed += ["rotate-key"] if row["own_key"] else []
        allowed += ["renew-certificate"] if _reached_by(row) == "own_certificate" else []
        # A changed certificate is nothing to confirm: it is set up anew.
        over_ssh = _reached_by(row) in {"ssh", "own_key"}
        allowed += ["confirm-host-key"] if row["error_code"] in CHANGED and over_ssh else []
    return allowed
