"""Asking for the deletion of a domain."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Refused
from domains import services
from domains.copies.users import told
from domains.deletion.choice import Choice, Volumes, choose
from domains.migration.checks import Check
from domains.models import Domain
from hypervisor.states import DomainAction
from jobs.models import Job
from jobs.services import open_job
from storage.models import Volume


def request(
    uuid: UUID,
    *,
    by: Actor,
    volumes: Volumes = False,
    permanent: bool = False,
    parent: Job | None = None,
) -> Job:
    """Record the wish to delete a domain: into the recycle bin, or for good (`permanent`), as a part of `parent`.

    Raises NotThere, NotPermitted, Busy, HostSilent, StateForbids, Protected, InUse, Invalid, Conflict.
    """
    with transaction.atomic():
        domain = services.find(uuid, DomainAction.UNDEFINE, by, lock=True)
        services.check(domain, DomainAction.UNDEFINE, by)
        chosen = choose(domain, volumes)
        chosen.check(domain, by)
        going = chosen.options()
        audit.record(
            by,
            "domain.undefine",
            "domain",
            domain.pk,
            domain.name,
            permanent=permanent,
            volumes=[volume["path"] for volume in going],
        )
        return open_job(
            "domain.undefine",
            ("domain", domain.pk, domain.name),
            by=by,
            host=(domain.host_id, domain.host.name),
            cluster_id=domain.host.cluster_id,
            options={"permanent": permanent, "volumes": going},
            parent=parent,
        )


def plan(uuid: UUID, *, by: Actor, volumes: Volumes = False, permanent: bool = False) -> dict[str, Any]:
    """What the deletion would meet and take along, doing nothing. Raises NotThere, NotPermitted, Invalid, Conflict."""
    domain = services.find(uuid, DomainAction.UNDEFINE, by)
    checks = [_state(domain, by)]
    chosen = choose(domain, volumes)
    checks += _disks(chosen, by)
    if domain.has_managed_save:
        checks.append(Check("managed_save", True, "Its saved memory is lost: it will start from its disks."))
    snapshots = domain.snapshots.count()
    if snapshots:
        checks.append(
            Check("snapshots", True, f"What is known of its {snapshots} snapshots is lost, not the disks.")
        )
    gone = [
        {"path": f"disk:{disk.use.target}", "before": disk.path, "after": None, "live": permanent}
        for disk in chosen.go
    ]
    return {
        "allowed": all(check.ok for check in checks),
        "checks": [asdict(check) for check in checks],
        "changes": [{"path": "definition", "before": domain.name, "after": None, "live": True}, *gone],
        "affected": [
            {"kind": user.kind, "id": user.id, "name": user.name}
            for user in told(sorted({user for users in chosen.users.values() for user in users}), by)[1]
        ],
    }


def _state(domain: Domain, by: Actor) -> Check:
    try:
        services.check(domain, DomainAction.UNDEFINE, by)
    except Refused as refused:
        return Check(refused.code, False, refused.detail)
    return Check("state", True, f"{domain.name} is {domain.state}.")


def _disks(chosen: Choice, by: Actor) -> list[Check]:
    found = []
    for disk in chosen.go:
        users = chosen.users.get(disk.use.target)
        said = f"is used by {told(users, by)[0]}" if users else "goes with it"
        found.append(
            Check("in_use" if users else "volume", not users, f"{disk.use.target}: {disk.path} {said}.")
        )
        found += [
            Check("stays", True, f"{below}, which {disk.use.target} is a layer over, stays.")
            for below in Volume.objects.filter(path=disk.path)
            .exclude(backing="")
            .values_list("backing", flat=True)
        ]
    found += [Check("stays", True, f"{target} stays: {why}.") for target, why in chosen.stay.items()]
    return found
