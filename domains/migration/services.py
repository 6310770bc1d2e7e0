"""Asking for a live migration."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Invalid, NotPermitted
from domains import services
from domains.errors import MigrationImpossible
from domains.migration.checks import checks
from domains.models import Domain
from domains.quotas.counting import of_domain
from domains.quotas.holding import hold, planned
from hosts.models import Host
from hypervisor.states import DomainAction
from jobs.models import Job
from jobs.services import open_job


def request(
    uuid: UUID,
    destination_id: UUID,
    *,
    by: Actor,
    copy_storage: bool = False,
    bandwidth_bytes: int | None = None,
    parent: Job | None = None,
) -> Job:
    """Record the wish to move a running domain.

    Raises NotThere, NotPermitted, Invalid (no such host), Busy, HostSilent, StateForbids, MigrationImpossible.
    """
    with transaction.atomic():
        domain = services.find(uuid, DomainAction.MIGRATE, by, lock=True)
        services.check(domain, DomainAction.MIGRATE, by)
        destination = _destination(destination_id, by)
        failing = [check for check in checks(domain, destination, copy_storage=copy_storage) if not check.ok]
        if failing:
            raise MigrationImpossible(failing[0].detail, checks=[asdict(check) for check in failing])
        options: dict[str, Any] = {
            "host": str(destination.pk),
            "copy_storage": copy_storage,
            "bandwidth_bytes": bandwidth_bytes,
            "source": str(domain.host_id),
            "was_paused": domain.state == "paused",
        }
        audit.record(by, "domain.migrate", "domain", domain.pk, domain.name, **options)
        job = open_job(
            "domain.migrate",
            ("domain", domain.pk, domain.name),
            by=by,
            host=(domain.host_id, domain.host.name),
            cluster_id=domain.host.cluster_id,
            options=options,
            parent=parent,
        )
        if destination.cluster_id != domain.host.cluster_id:
            hold(job, {domain.pk: of_domain(domain)}, host=destination, owner=domain.owner, by=by)
        return job


def plan(uuid: UUID, destination_id: UUID, *, by: Actor, copy_storage: bool = False) -> dict[str, Any]:
    """What is known already about this migration, doing nothing. Raises NotThere, NotPermitted, Invalid."""
    domain = services.find(uuid, DomainAction.MIGRATE, by)
    now = services.plan(DomainAction.MIGRATE, uuid, by=by)
    destination = _destination(destination_id, by)
    looked_at = [asdict(check) for check in checks(domain, destination, copy_storage=copy_storage)]
    if destination.cluster_id != domain.host.cluster_id:
        looked_at += planned({domain.pk: of_domain(domain)}, host=destination, owner=domain.owner, by=by)
    return {
        "allowed": now["allowed"] and all(check["ok"] for check in looked_at),
        "checks": [*now["checks"], *looked_at],
    }


def targets(domain: Domain, by: Actor) -> "list[Host]":
    """The hosts that it might go to: those that `by` may see, and put domains on."""
    seen = Host.objects.permitted(by, "host.read").filter(driver=domain.host.driver)
    hosts = Host.objects.permitted(by, "domain.create").filter(pk__in=seen.values("pk"))
    return list(hosts.exclude(pk=domain.host_id).order_by("name"))


def _destination(host_id: UUID, by: Actor) -> Host:
    host = Host.objects.permitted(by, "host.read").filter(pk=host_id).first()
    if host is None:
        raise Invalid("There is no such host.", errors={"host": ["there is no such host"]})
    if not by.scope("domain.create").covers(host.within):
        raise NotPermitted(f"Moving a domain to {host.name} needs the permission domain.create there.")
    return host
