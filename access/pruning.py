"""Forgetting entries of the audit log by their age, for OVIRTLITE_KEEP_AUDIT_DAYS. What is left still verifies."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from access import audit, chain, syslog
from access.actor import Actor
from access.models import AuditAnchor, AuditEntry, AuditReader


def prune() -> int:
    """Remove the oldest entries, up to the first that is young enough or not sent yet; returns how many."""
    if settings.KEEP_AUDIT_DAYS <= 0:
        return 0
    chain.seal_all()
    limit = timezone.now() - timedelta(days=settings.KEEP_AUDIT_DAYS)
    placed = AuditEntry.objects.filter(sequence__isnull=False)
    kept = placed.filter(at__gte=limit).order_by("sequence").values_list("sequence", flat=True).first()
    last = (kept - 1) if kept is not None else chain.head()[0]
    if settings.AUDIT_SYSLOG:
        reader = AuditReader.objects.filter(name=syslog.READER).first()
        last = min(last, reader.sequence if reader is not None else 0)
    with transaction.atomic():
        row = placed.filter(sequence=last).values_list("digest", flat=True).first()
        if row is None:
            return 0
        # The anchor first: the triggers let nothing be deleted that lies beyond it.
        mac = chain.signed(chain.anchor_text(last, row))
        AuditAnchor.objects.update_or_create(pk=1, defaults={"sequence": last, "digest": row, "mac": mac})
        gone: models.QuerySet[AuditEntry] = models.QuerySet(AuditEntry)
        removed = gone.filter(sequence__lte=last)._raw_delete(gone.db)
        audit.record(Actor.SYSTEM, "audit.prune", "audit", None, "", up_to=last, removed=removed)
    return removed
