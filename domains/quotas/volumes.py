"""What quotas say of volumes that are made or made larger beside domains. Storage, which lies below, asks."""

from uuid import uuid4

from domains.models import Domain
from domains.quotas.amounts import Amounts
from domains.quotas.counting import of_domain
from domains.quotas.holding import hold_changed, refuse_beyond, release
from jobs.models import Job
from storage import owners
from storage.owners import Takes


class VolumeLimits:
    """As storage.owners.Limits."""

    def check(self, takes: Takes) -> None:
        """Raises QuotaExceeded."""
        domain = _domain(takes)
        if domain is not None:
            wanted, owner = {domain.pk: _grown(domain, takes)}, domain.owner
        else:
            wanted, owner = {uuid4(): Amounts(storage_bytes=takes.more_bytes)}, takes.owner
        if domain is not None or owner is not None:
            refuse_beyond(wanted, host=takes.pool.host, owner=owner, by=takes.by)

    def hold(self, job: Job, takes: Takes) -> None:
        """A disk counts with its domain. What stands by itself counts by its own row, from now on."""
        domain = _domain(takes)
        if domain is None:
            self.check(takes)
        else:
            hold_changed(job, domain, lambda: _grown(domain, takes), by=takes.by)

    def release(self, job: Job) -> None:
        release(job)


def register() -> None:
    owners.register_limits(VolumeLimits())


def _domain(takes: Takes) -> Domain | None:
    if takes.domain is None:
        return None
    return Domain.objects.select_related("host", "owner").filter(pk=takes.domain, gone_at=None).first()


def _grown(domain: Domain, takes: Takes) -> Amounts:
    return of_domain(domain) + Amounts(storage_bytes=takes.more_bytes)
