"""Asking for new domains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit
from access.actor import Actor
from domains import tags
from domains.copies.users import reserve
from domains.creation import from_template, names, raw, wish
from domains.creation.complaints import Complaints
from domains.creation.place import free_memory, host_for
from domains.creation.storage import Made
from domains.creation.wish import Wish
from domains.disguised import may_name_paths
from domains.quotas.amounts import Amounts
from domains.quotas.holding import hold, planned
from domains.quotas.leaving import lend, sources_of
from domains.quotas.sizes import of_definition
from hosts.models import Host
from hypervisor.xml.clone import with_screen_locked
from jobs.batches import Part, open_batch
from jobs.models import Job
from jobs.services import open_job
from live.figures import latest

KIND = names.KIND
BATCH_KIND = "domain.create-many"
# What the audit log keeps of a wish: never what may be secret.
_TOLD = ("os", "type", "vcpus", "memory_bytes", "count", "start", "iso", "cloud_image", "template")
_UP = frozenset({"up"})


@dataclass
class Resolved:
    """What a body means now."""

    host: Host
    wishes: list[Wish]
    complaints: Complaints = field(default_factory=Complaints)


def request(body: Mapping[str, Any], *, by: Actor) -> Job:
    """Record the wish for a new domain, or for several (`count`): then a parent job with one child each.

    Raises Invalid by field, NotPermitted.
    """
    with transaction.atomic():
        resolved = _resolve(body, by, deciding=True)
        resolved.complaints.raise_any()
        host, first = resolved.host, resolved.wishes[0]
        may = {"may_host_paths": may_name_paths(by, host)}
        told: dict[str, Any] = {name: str(body[name]) for name in _TOLD if name in body}
        if "count" not in body:
            audit.record(by, KIND, "domain", first.uuid, first.name, host=host.name, **told)
            job = open_job(
                KIND,
                ("domain", first.uuid, first.name),
                by=by,
                host=(host.pk, host.name),
                cluster_id=host.cluster_id,
                options={**first.options(), **may},
            )
            hold(job, takes(resolved.wishes, host), host=host, owner=by.user, by=by, makes=True)
            lend(host, sources_of(first.xml or first.secret["xml"]))
            return job
        audit.record(by, KIND, "host", host.pk, host.name, names=body["name"], **told)
        job = open_batch(
            BATCH_KIND,
            KIND,
            [
                Part(
                    ("domain", one.uuid, one.name), (host.pk, host.name), host.cluster_id, one.options() | may
                )
                for one in resolved.wishes
            ],
            name=f"{len(resolved.wishes)} domains",
            by=by,
        )
        hold(job, takes(resolved.wishes, host), host=host, owner=by.user, by=by, makes=True)
        return job


def plan(body: Mapping[str, Any], *, by: Actor) -> dict[str, Any]:
    """What the wish would meet, and the definition that it would make, doing nothing.

    A check that fails has the field that it is about as its code. Raises Invalid (no such host), NotPermitted.
    """
    resolved = _resolve(body, by)
    return plan_of(resolved.host, resolved.wishes, resolved.complaints, by=by)


def failing(complaints: Complaints) -> list[dict[str, Any]]:
    """Complaints as the checks of a plan."""
    return [
        {"code": field, "ok": False, "detail": text}
        for field, texts in complaints.by_field.items()
        for text in texts
    ]


def takes(wishes: Sequence[Wish], host: Host) -> dict[UUID, Amounts]:
    """What each new domain counts for in quotas."""
    found = {}
    for one in wishes:
        sizes = {made.path: 0 for made in one.made if made.path}
        there = of_definition(one.xml or one.secret["xml"], host, made=sizes)
        found[one.uuid] = there + Amounts(storage_bytes=sum(made.capacity_bytes for made in one.made))
    return found


def plan_of(host: Host, wishes: Sequence[Wish], complaints: Complaints, *, by: Actor) -> dict[str, Any]:
    """What these wishes would meet on the host, and make."""
    checks = [*failing(complaints), {"code": "place", "ok": True, "detail": f"It is made on {host.name}."}]
    if not wishes:
        return {"allowed": False, "checks": checks}
    first = wishes[0]
    free = free_memory(host, latest("host", [host.pk]).get(host.pk, {}))
    checks.append(
        {"code": "memory", "ok": True, "detail": f"{host.name} has {free // 2**20} MiB of memory free."}
    )
    quota = planned(takes(wishes, host), host=host, owner=by.user, by=by) if not complaints else []
    checks += quota
    changes = [_change(f"volume {made.name}", _words(made)) for one in wishes for made in one.made]
    changes += [_change(f"volume {one.seed.name}", "cloud-init's seed") for one in wishes if one.seed]
    changes += [_change(f"domain {one.name}", "started" if one.start else "defined") for one in wishes]
    return {
        "allowed": not complaints and all(check["ok"] for check in quota),
        "checks": checks,
        "changes": changes,
        "needs_restart": False,
        "xml": with_screen_locked(first.xml or first.secret["xml"]),
    }


def _resolve(body: Mapping[str, Any], by: Actor, *, deciding: bool = False) -> Resolved:
    host = host_for(body, by=by)
    if deciding:
        reserve(host)
    resolved = Resolved(host, [])
    complaints = resolved.complaints
    tags.check_new(host, body.get("tags", ()), by=by)
    if host.state not in _UP:
        complaints.add("host", f"{host.name} is {host.state}; domains are made on a host that is up.")
    if "xml" in body:
        made = raw.decided(body, host, by=by, complaints=complaints)
        resolved.wishes = [made] if made is not None else []
        return resolved
    if not body.get("name"):
        complaints.add("name", "It is required.")
        return resolved
    count = body.get("count", 1)
    if count > 1:
        _check_several(body, complaints)
    for name in names.names_for(body["name"], count):
        way = from_template.decided if "template" in body else wish.decided
        one = way(body, name, host, by=by, complaints=complaints)
        resolved.wishes += [one] if one is not None else []
    return resolved


def _check_several(body: Mapping[str, Any], complaints: Complaints) -> None:
    """What only one domain can have."""
    for number, disk in enumerate(body.get("disks", ())):
        if "volume" in disk and disk.get("device", "disk") == "disk":
            complaints.add(f"disks.{number}.volume", "Several domains cannot have one disk.")
    for number, interface in enumerate(body.get("interfaces", ())):
        if "mac" in interface:
            complaints.add(f"interfaces.{number}.mac", "Several domains cannot have one address.")
    if "root" in body:
        complaints.add("root", "Several containers cannot have one root tree.")


def _words(made: Made) -> str:
    size = f"{made.capacity_bytes // 2**20} MiB, {made.format or 'raw'}"
    if made.source:
        return f"{size}, a copy of {made.source}"
    return f"{size}, a layer over {made.backing}" if made.backing else size


def _change(path: str, after: str) -> dict[str, Any]:
    return {"path": path, "before": None, "after": after, "live": True}
