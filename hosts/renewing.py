"""Certificates are made anew before they end: by the clock, or because somebody asks."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access import audit
from access.actor import Actor
from hosts import services
from hosts.errors import NoOwnCertificate
from hosts.models import Host
from jobs.errors import Busy
from jobs.models import Job

logger = logging.getLogger(__name__)
KIND = "host.renew-certificate"
_TRIED_AGAIN_AFTER = timedelta(hours=6)


def renew(host_id: UUID, *, by: Actor) -> Job:
    """Have the certificate on the node, and ours for it, replaced by new ones. libvirt begins anew there for it.

    Raises NotThere, NotPermitted, NoOwnCertificate, Busy.
    """
    with transaction.atomic():
        host = services.find(host_id, "host.edit", by)
        if not host.certified:
            raise NoOwnCertificate(f"{host.name} is reached by no certificate that ovirtlite made.")
        services.check_free(host)
        audit.record(by, KIND, "host", host.pk, host.name)
        return services.job_about(KIND, host, by)


def renew_due() -> int:
    """Open a job for each host whose time has come; a failed one is tried again hours later. Returns how many."""
    now = timezone.now()
    lately = Job.objects.filter(kind=KIND, created_at__gt=now - _TRIED_AGAIN_AFTER).values("object_id")
    due = Host.objects.filter(certificate_renews_at__lte=now, uri__contains="+tls://").exclude(pk__in=lately)
    opened = 0
    for pk, name in list(due.values_list("pk", "name")):
        try:
            renew(pk, by=Actor.SYSTEM)
            opened += 1
        except Busy:
            logger.info("the certificate of %s is renewed when it is no longer busy", name)
    return opened
