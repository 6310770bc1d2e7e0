"""Asking for an appliance of a domain, for a look into one, and for a domain of one."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Invalid, Refused
from domains import services
from domains.copies.users import reserve
from domains.creation import services as creation
from domains.creation.complaints import Complaints
from domains.exchange import wishes
from domains.exchange.kinds import EXPORT, IMPORT, INSPECT
from domains.exchange.leaving import Leaving, leaving
from domains.migration.checks import Check
from domains.quotas.holding import hold
from hypervisor.states import DomainAction
from jobs.models import Job
from jobs.services import open_job
from storage import owners
from storage.models import Volume
from storage.services.wishes import check_free, check_running, find_volume, open_about


def request_export(uuid: UUID, *, by: Actor, pool_id: UUID, name: str = "") -> Job:
    """Record the wish for an appliance of a domain that is off.

    Raises NotThere, NotPermitted, Busy, HostSilent, StateForbids, Invalid, Conflict, CannotCopy.
    """
    with transaction.atomic():
        domain = services.find(uuid, DomainAction.EXPORT, by, lock=True)
        services.check(domain, DomainAction.EXPORT, by)
        reserve(domain.host)
        export = leaving(domain, by, pool_id, name)
        audit.record(by, EXPORT, "domain", domain.pk, domain.name, pool=export.pool.name, volume=export.name)
        job = open_job(
            EXPORT,
            ("domain", domain.pk, domain.name),
            by=by,
            host=(domain.host_id, domain.host.name),
            cluster_id=domain.host.cluster_id,
            options=export.options(),
        )
        owners.hold(job, owners.new(export.pool, export.name, export.most_bytes, by))
        return job


def plan_export(uuid: UUID, *, by: Actor, pool_id: UUID, name: str = "") -> dict[str, Any]:
    """What the export would meet, doing nothing. Raises NotThere, NotPermitted, Invalid."""
    domain = services.find(uuid, DomainAction.EXPORT, by)
    checks: list[Check] = []
    export: Leaving | None = None
    try:
        services.check(domain, DomainAction.EXPORT, by)
        checks.append(Check("state", True, f"{domain.name} is {domain.state}."))
    except Refused as refused:
        checks.append(Check(refused.code, False, refused.detail))
    try:
        export = leaving(domain, by, pool_id, name)
        with transaction.atomic():
            owners.check(owners.new(export.pool, export.name, export.most_bytes, by))
    except Refused as refused:
        if refused.status != 409:
            raise
        checks.append(Check(refused.code, False, refused.detail))
    changes = []
    if export is not None:
        checks += export.notes
        after = f"{export.name} in {export.pool.name}, at most {export.most_bytes // 2**20} MiB"
        changes.append({"path": f"volume {export.name}", "before": None, "after": after, "live": True})
    return {
        "allowed": all(check.ok for check in checks),
        "checks": [asdict(check) for check in checks],
        "changes": changes,
    }


def request_inspection(uuid: UUID, *, by: Actor) -> Job:
    """Record the wish to look into a volume. Raises NotThere, NotPermitted, Busy, HostSilent, PoolForbids."""
    with transaction.atomic():
        volume = find_volume(uuid, "volume.download", by, lock=True)
        _check_readable(volume)
        return open_about(INSPECT, volume, by=by)


def plan_inspection(uuid: UUID, *, by: Actor) -> dict[str, Any]:
    """What the look would meet. Raises NotThere, NotPermitted."""
    volume = find_volume(uuid, "volume.download", by)
    try:
        _check_readable(volume)
    except Refused as refused:
        return {"allowed": False, "checks": [{"code": refused.code, "ok": False, "detail": refused.detail}]}
    detail = f"The first part of {volume.name} is read; nothing is changed."
    return {"allowed": True, "checks": [{"code": "state", "ok": True, "detail": detail}]}


def request_import(body: Mapping[str, Any], *, by: Actor) -> Job:
    """Record the wish for a domain of an appliance or a foreign disk. What is in it is decided once it was read.

    Raises Invalid by field, NotPermitted.
    """
    with transaction.atomic():
        complaints = Complaints()
        coming = wishes.coming(body, by=by, complaints=complaints, deciding=True)
        complaints.raise_any()
        if coming is None:
            raise Invalid("There is no such volume.")
        uuid, host = uuid4(), coming.host
        audit.record(by, IMPORT, "domain", uuid, coming.name, host=host.name, volume=coming.volume.path)
        job = open_job(
            IMPORT,
            ("domain", uuid, coming.name),
            by=by,
            host=(host.pk, host.name),
            cluster_id=host.cluster_id,
            options=coming.options(),
        )
        hold(job, {uuid: wishes.known(coming)}, host=host, owner=by.user, by=by, makes=True)
        return job


def plan_import(body: Mapping[str, Any], *, by: Actor) -> dict[str, Any]:
    """What the import would make of what the last look found inside; nothing is done.

    A check that fails has the field that it is about as its code. Raises Invalid (no such host), NotPermitted.
    """
    complaints = Complaints()
    coming = wishes.coming(body, by=by, complaints=complaints)
    inside = wishes.last_look(coming.volume) if coming is not None else None
    if coming is None or inside is None:
        if coming is not None:
            complaints.add("volume", "Nobody has looked yet what is inside: POST to its appliance/ first.")
        return {"allowed": False, "checks": creation.failing(complaints)}
    wish = wishes.decided(inside, coming, uuid4(), by=by, complaints=complaints)
    plan = creation.plan_of(coming.host, [wish], complaints, by=by)
    warnings = [asdict(Check("warning", True, text)) for text in inside.get("warnings", ())]
    return {**plan, "checks": [*plan["checks"], *warnings]}


def _check_readable(volume: Volume) -> None:
    check_free("volume", volume.pk)
    check_running(volume.pool)
