"""A network as the API shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from access.actor import Actor
from jobs.api.present import open_jobs
from networks import users
from networks.api.spec_shapes import shown_spec
from networks.cluster_networks import references
from networks.users import Told

COLUMNS = (
    "id", "uuid", "name", "host_id", "host__name", "host__cluster_id", "active", "persistent", "autostart", "bridge",
    "forward", "addresses", "detail", "pending", "updated_at", "version",
)  # fmt: skip
_SHOWN = (
    "id", "uuid", "name", "active", "persistent", "autostart", "bridge", "forward", "addresses", "pending",
    "updated_at", "version",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """What a page of networks needs beside its rows, in a constant number of queries."""

    actor: Actor
    jobs: Mapping[UUID, dict[str, Any]]
    users: Mapping[tuple[UUID, str], Told]
    clusters: Mapping[tuple[UUID, str], dict[str, Any]]

    @classmethod
    def of(cls, rows: Sequence[dict[str, Any]], actor: Actor) -> "Page":
        used = users.of_networks([(row["host_id"], row["name"], row["bridge"]) for row in rows], actor)
        named = {(row["host__cluster_id"], row["name"]) for row in rows if row["host__cluster_id"]}
        return cls(actor, open_jobs([row["id"] for row in rows]), used, references(named, actor))


def present(row: dict[str, Any], page: Page, *, with_users: bool) -> dict[str, Any]:
    """One row of `COLUMNS`."""
    told = page.users.get((row["host_id"], row["name"]), Told())
    shown = {
        **{name: row[name] for name in _SHOWN},
        "host": {"id": row["host_id"], "name": row["host__name"]},
        "spec": shown_spec(row["detail"]),
        "interfaces": told.interfaces,
        "cluster_network": page.clusters.get((row["host__cluster_id"], row["name"])),
        "job": page.jobs.get(row["id"]),
        "actions": _actions(row, page.actor),
    }
    return shown | {"domains": shown_users(told)} if with_users else shown


def shown_users(told: Told) -> dict[str, Any]:
    return {
        "users": [
            {name: getattr(user, name) for name in ("id", "name", "state", "mac", "target")}
            for user in told.users
        ],
        "others": told.others,
    }


def _actions(row: Mapping[str, Any], actor: Actor) -> list[str]:
    paths = {"network": row["id"], "host": row["host_id"], "cluster": row["host__cluster_id"]}
    possible = {
        "edit": row["persistent"],
        "start": not row["active"],
        "stop": row["active"],
        "delete": True,
    }
    return [verb for verb, can in possible.items() if can and actor.scope(f"network.{verb}").covers(paths)]
