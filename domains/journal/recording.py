"""Keeping each version of a definition that a node shows. Only domains.definitions calls this, for nodewatch."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import timezone

from domains.models import Definition, Domain, Revision
from hypervisor.data import DomainXML
from hypervisor.errors import InvalidXML
from hypervisor.xml.compare import Difference, compare
from jobs.models import Job, JobState

KEPT = 100
_MOST_CHANGES = 50
# Jobs that leave the definition alone: what changes while one of them runs, somebody else changed.
_LEAVE_IT_ALONE = frozenset(
    f"domain.{verb}"
    for verb in ("start", "shutdown", "reboot", "reset", "destroy", "suspend", "resume", "save", "restore", "guest")
)  # fmt: skip


def record(domain: Domain, known: Definition | None, xml: DomainXML) -> Revision | None:
    """A new version, unless the definition is as it was. Within the transaction that holds the domain's row."""
    text = xml.inactive or xml.live
    before = _defined(known) if known is not None else None
    if not text or text == before:
        return None
    last = Revision.objects.filter(domain=domain).first()
    if last is None and before is not None and known is not None:
        # The domain was known before there was a journal.
        last = _add(domain, None, before, at=known.fetched_at, job=None)
    if last is not None and last.xml == text:
        return None
    return _add(domain, last, text, at=timezone.now(), job=_open_job(domain))


def _defined(known: Definition) -> str | None:
    return known.inactive or known.live


def _add(
    domain: Domain, last: Revision | None, text: str, *, at: datetime, job: Job | None
) -> Revision | None:
    changes: tuple[Difference, ...] = ()
    if last is not None:
        try:
            changes = compare(last.xml, text)
        except InvalidXML:
            changes = (Difference("", None, "it cannot be read"),)
        if not changes:
            return last if last.xml == text else None
    revision = Revision.objects.create(
        domain=domain,
        number=1 if last is None else last.number + 1,
        xml=text,
        at=at,
        changes=[asdict(one) for one in changes[:_MOST_CHANGES]],
        **_by(job),
    )
    Revision.objects.filter(domain=domain, number__lte=revision.number - KEPT).delete()
    return revision


def _open_job(domain: Domain) -> Job | None:
    """What changes the domain now, of ours."""
    jobs = Job.objects.filter(
        object_kind="domain", object_id=domain.pk, state__in=(JobState.RUNNING, JobState.UNKNOWN)
    )
    return jobs.exclude(kind__in=_LEAVE_IT_ALONE).first()


def _by(job: Job | None) -> dict[str, Any]:
    if job is None:
        return {}
    return {
        "by_id": job.requested_by_id,
        "by_name": job.requested_by_name,
        "job_id": job.pk,
        "job_kind": job.kind,
    }
