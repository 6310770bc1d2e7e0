"""Asking for a clone of a domain."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted, Refused
from domains import services
from domains.copies.copying import Copy, plan_copies, shown
from domains.copies.disks import Disk, Places, definition_xml
from domains.copies.errors import CannotCopy, NameTaken
from domains.copies.users import SHARED
from domains.migration.checks import Check
from domains.models import Domain
from domains.quotas.amounts import Amounts
from domains.quotas.holding import hold, planned
from domains.quotas.sizes import of_copy
from domains.reaching import refuse_copied_reach
from hosts.models import Host
from hypervisor.states import DomainAction
from hypervisor.xml.clone import fresh
from jobs.models import Job
from jobs.services import open_job
from storage.models import Pool
from storage.second import lacks_making


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone as it would be made."""

    domain: Domain
    host: Host
    copies: list[Copy]
    shared: list[str]  # disks that both will have: media, shared disks

    def takes(self) -> Amounts:
        """What it counts for in quotas."""
        return of_copy(definition_xml(self.domain), [copy.capacity_bytes for copy in self.copies])


def request(
    uuid: UUID,
    *,
    by: Actor,
    name: str,
    linked: bool = False,
    host_id: UUID | None = None,
    pool_id: UUID | None = None,
) -> Job:
    """Record the wish for another domain like this one, which is off.

    Raises NotThere, NotPermitted, Busy, HostSilent, StateForbids, Invalid, NameTaken, CannotCopy, Conflict.
    """
    with transaction.atomic():
        domain = services.find(uuid, DomainAction.CLONE, by, lock=True)
        services.check(domain, DomainAction.CLONE, by)
        clone = _clone(domain, by, name, linked, host_id, pool_id)
        made = uuid4()
        audit.record(
            by,
            "domain.clone",
            "domain",
            domain.pk,
            domain.name,
            clone={"id": str(made), "name": name, "host": clone.host.name, "linked": linked},
        )
        job = open_job(
            "domain.clone",
            ("domain", domain.pk, domain.name),
            by=by,
            host=(domain.host_id, domain.host.name),
            cluster_id=domain.host.cluster_id,
            options={
                "name": name,
                "uuid": str(made),
                "host": str(clone.host.pk),
                "linked": linked,
                "copies": [copy.plain() for copy in clone.copies],
            },
        )
        hold(job, {made: clone.takes()}, host=clone.host, owner=by.user, by=by, makes=True)
        return job


def plan(
    uuid: UUID,
    *,
    by: Actor,
    name: str,
    linked: bool = False,
    host_id: UUID | None = None,
    pool_id: UUID | None = None,
) -> dict[str, Any]:
    """What the clone would be, doing nothing. Raises NotThere, NotPermitted, Invalid."""
    domain = services.find(uuid, DomainAction.CLONE, by)
    checks: list[Check] = []
    clone: Clone | None = None
    try:
        services.check(domain, DomainAction.CLONE, by)
        checks.append(Check("state", True, f"{domain.name} is {domain.state}."))
    except Refused as refused:
        checks.append(Check(refused.code, False, refused.detail))
    try:
        clone = _clone(domain, by, name, linked, host_id, pool_id)
    except (NameTaken, CannotCopy, Conflict) as refused:
        checks.append(Check(refused.code, False, refused.detail))
    changes: list[Any] = []
    if clone is not None:
        changes = [{"path": "domain", "before": None, "after": f"{name} on {clone.host.name}", "live": False}]
        changes += shown(clone.copies)
        checks += [Check("shared", True, f"{target} is the same for both.") for target in clone.shared]
        checks += [
            Check(**check)
            for check in planned({uuid4(): clone.takes()}, host=clone.host, owner=by.user, by=by)
        ]
        if linked and clone.copies:
            checks.append(
                Check(
                    "linked", True, f"{domain.name} stays off for as long as the clone stands on its disks."
                )
            )
    return {
        "allowed": all(check.ok for check in checks),
        "checks": [asdict(check) for check in checks],
        "changes": changes,
    }


def refuse_name(name: str, host: Host, *, besides: UUID | None = None) -> None:
    """Raises NameTaken when the host has a domain of that name."""
    others = Domain.objects.filter(host=host, name=name, gone_at=None).values_list("pk", flat=True)
    if any(other != besides for other in others):
        raise NameTaken(name, host.name)


def known_disks(domain: Domain) -> list[Disk]:
    """Its disks. Raises Conflict while its definition is not known."""
    xml = definition_xml(domain)
    if not xml:
        raise Conflict(f"The definition of {domain.name} has not been read yet. Try again in a moment.")
    return Places(domain.host).disks(xml)


def pool_on(host: Host, pool_id: UUID | None, by: Actor, *, own: Collection[str] = ()) -> Pool | None:
    """The pool of that id, which must be the host's, for copies to be made in. Raises Invalid, NotPermitted.

    `own`: pools that the disks are in already, where copies of them may be whatever else `by` may there.
    """
    if pool_id is None:
        return None
    pool = Pool.objects.permitted(by, "pool.read").filter(pk=pool_id, host=host).first()
    if pool is None:
        raise Invalid("There is no such pool.", errors={"pool": [f"there is no such pool on {host.name}"]})
    if str(pool.pk) not in own and (lacking := lacks_making(pool, by)):
        raise NotPermitted(lacking, errors={"pool": [lacking]})
    return pool


def pools_of(disks: Iterable[Disk]) -> set[str]:
    """The ids of the pools that these disks are in."""
    return {str(disk.place.pool_id) for disk in disks if disk.place is not None}


def refuse_container(domain: Domain) -> None:
    """A container's root is a folder of its node that only it may have. Raises CannotCopy."""
    if domain.os_type == "exe":
        raise CannotCopy(f"{domain.name} is a container: its root is no disk that could be copied.")


def _clone(
    domain: Domain, by: Actor, name: str, linked: bool, host_id: UUID | None, pool_id: UUID | None
) -> Clone:
    host = _destination(domain, host_id, by)
    refuse_container(domain)
    refuse_name(name, host)
    disks = known_disks(domain)
    pool = pool_on(domain.host, pool_id, by, own=pools_of(disks))
    copies = plan_copies(domain.host, disks, name, pool=pool, linked=linked)
    if host.pk != domain.host_id:
        _refuse_unshared(host, disks, copies)
    own = {disk.use.source for disk in disks if disk.use.own}
    refuse_copied_reach(fresh(definition_xml(domain), name, domain.pk, {}), own, host, by, field="name")
    return Clone(domain, host, copies, [disk.use.target for disk in disks if not disk.use.own])


def _destination(domain: Domain, host_id: UUID | None, by: Actor) -> Host:
    host = domain.host
    if host_id is not None and host_id != domain.host_id:
        found = Host.objects.permitted(by, "host.read").filter(pk=host_id).first()
        if found is None:
            raise Invalid("There is no such host.", errors={"host": ["there is no such host"]})
        host = found
        if not host.answers:
            raise CannotCopy(f"{host.name} is {host.state}.")
        if host.driver != domain.host.driver or host.arch != domain.host.arch:
            raise CannotCopy(f"{host.name} is another kind of machine: {host.driver} on {host.arch}.")
    if not by.scope("domain.create").covers({"host": host.pk, "cluster": host.cluster_id}):
        raise NotPermitted(f"You may not make domains on {host.name}.")
    return host


def _refuse_unshared(host: Host, disks: list[Disk], copies: list[Copy]) -> None:
    """Every disk of the clone must be where the other host sees it too. Raises CannotCopy."""
    pools = Pool.objects.in_bulk({UUID(copy.pool_id) for copy in copies})
    homes: dict[str, Pool | None] = {copy.target: pools[UUID(copy.pool_id)] for copy in copies}
    for disk in disks:
        if not disk.use.own and disk.use.local:
            place = disk.place
            homes[disk.use.target] = Pool.objects.get(pk=place.pool_id) if place is not None else None
    for target, pool in homes.items():
        if pool is None or not _has(host, pool):
            where = f"the pool {pool.name}" if pool is not None else "no pool"
            raise CannotCopy(
                f"{target} would be in {where}, which {host.name} does not share. Clone it on its own host, then "
                "move the clone."
            )


def _has(host: Host, pool: Pool) -> bool:
    return (
        pool.type in SHARED
        and bool(pool.source)
        and Pool.objects.filter(
            host=host, type=pool.type, source=pool.source, target=pool.target, state="running"
        ).exists()
    )
