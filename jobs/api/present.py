"""A job as the API shows it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from jobs.kinds import kind_named
from jobs.models import BATCH, OPEN, Job

COUNTS = ("total", "succeeded", "failed", "cancelled")

COLUMNS = (
    "id", "kind", "state", "progress", "step", "transfer", "object_kind", "object_id", "object_name", "host_id",
    "host_name", "requested_by_id", "requested_by_name", "created_at", "started_at", "finished_at", "updated_at",
    "error_code", "error_detail", "result", "cancel_requested_at", "version", "parent_id",
)  # fmt: skip


def present(row: dict[str, Any]) -> dict[str, Any]:
    """One row of `COLUMNS`."""
    is_open = row["state"] in OPEN
    return {
        "id": row["id"],
        "kind": row["kind"],
        "state": row["state"],
        "progress": row["progress"],
        "step": row["step"],
        "transfer": row["transfer"],
        "object": {"kind": row["object_kind"], "id": row["object_id"], "name": row["object_name"]},
        "host": {"id": row["host_id"], "name": row["host_name"]} if row["host_id"] else None,
        "requested_by": {"id": row["requested_by_id"], "name": row["requested_by_name"]}
        if row["requested_by_name"]
        else None,
        "created_at": row["created_at"],
        "started_at": row["started_at"],
        "finished_at": row["finished_at"],
        "updated_at": row["updated_at"],
        "error": {"code": row["error_code"], "detail": row["error_detail"]} if row["error_code"] else None,
        "result": row["result"],
        "parent": row["parent_id"],
        "children": {name: row["result"][name] for name in COUNTS}
        if row["object_kind"] == BATCH and row["result"]
        else None,
        "cancellable": is_open
        and row["cancel_requested_at"] is None
        and (row["state"] == "queued" or kind_named(row["kind"]).cancellable),
        "version": row["version"],
    }


def present_job(job: Job) -> dict[str, Any]:
    """The same, of an object in hand."""
    return present({name: getattr(job, name) for name in COLUMNS})


def open_jobs(object_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """What is being done to these objects now, in short, by object: one query."""
    rows = Job.objects.filter(object_id__in=list(object_ids), state__in=OPEN).order_by()
    return {
        row["object_id"]: {name: row[name] for name in ("id", "kind", "state", "progress", "step")}
        for row in rows.values("object_id", "id", "kind", "state", "progress", "step")
    }


def open_jobs_by_id(ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """These jobs in short, as far as they are open: one query."""
    rows = Job.objects.filter(pk__in=list(ids), state__in=OPEN).order_by()
    return {row["id"]: dict(row) for row in rows.values("id", "kind", "state", "progress", "step")}
