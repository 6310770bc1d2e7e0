"""Entries of the audit log as others read them: one JSON object a line, in the order of the chain."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from access.models import AuditEntry

COLUMNS = (
    "id", "sequence", "at", "actor_id", "actor_name", "token_id", "token_name", "session_id", "address", "action",
    "object_kind", "object_id", "object_name", "result", "detail", "changes", "digest",
)  # fmt: skip
_AT_ONCE = 500


def presented(row: dict[str, Any]) -> dict[str, Any]:
    """One entry as the API tells it."""
    return {
        "id": row["id"],
        "sequence": row["sequence"],
        "at": row["at"],
        "actor": {"id": row["actor_id"], "name": row["actor_name"]},
        "token": {"id": row["token_id"], "name": row["token_name"]} if row["token_name"] else None,
        "session": row["session_id"],
        "address": row["address"],
        "action": row["action"],
        "object": {"kind": row["object_kind"], "id": row["object_id"], "name": row["object_name"]},
        "result": row["result"],
        "detail": row["detail"],
        "changes": row["changes"],
        "digest": row["digest"],
    }


def in_order(entries: "QuerySet[AuditEntry]", after: int = 0) -> Iterator[list[dict[str, Any]]]:
    """Those that have a place beyond `after`, some hundreds a query: no transaction stays open meanwhile."""
    while rows := list(entries.filter(sequence__gt=after).order_by("sequence").values(*COLUMNS)[:_AT_ONCE]):
        yield rows
        after = rows[-1]["sequence"]


def line(row: dict[str, Any]) -> str:
    """One entry in one line: JSON escapes whatever would begin another."""
    said = presented(row) | {"at": row["at"].isoformat().replace("+00:00", "Z")}
    return json.dumps(said, default=str, ensure_ascii=True, separators=(",", ":"))


def lines(entries: "QuerySet[AuditEntry]") -> Iterator[bytes]:
    """The export, some hundred lines at a time."""
    for rows in in_order(entries):
        yield "".join(f"{line(row)}\n" for row in rows).encode("ascii")
