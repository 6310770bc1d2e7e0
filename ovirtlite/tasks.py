"""Tasks of the composition: forgetting what is only history."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from access import chain, pruning, syslog
from access.api import idempotency
from access.services import lock_out
from domains.backups import users as backups
from domains.creation import seeds
from domains.deletion import recycling
from domains.models import DeletedDomain, Domain
from domains.schedules import runs
from hosts import nodes, renewing
from jobs.models import OPEN, Job, Process
from live.models import Event
from storage.pools import shared, trend


@shared_task(name="ovirtlite.prune")
def prune() -> None:
    """Delete events, ended jobs, gone domains, dead processes, sessions, replies, failed sign-ins past their time."""
    now = timezone.now()
    Event.objects.filter(at__lt=now - timedelta(days=settings.KEEP_EVENTS_DAYS)).delete()
    Job.objects.exclude(state__in=OPEN).filter(
        finished_at__lt=now - timedelta(days=settings.KEEP_JOBS_DAYS)
    ).delete()
    # What can still come back keeps its history.
    Domain.objects.filter(gone_at__lt=now - timedelta(days=settings.KEEP_GONE_DAYS)).exclude(
        pk__in=DeletedDomain.objects.values("domain_id")
    ).delete()
    Process.objects.filter(seen_at__lt=now - timedelta(hours=1)).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    idempotency.prune()
    lock_out.prune()
    pruning.prune()
    nodes.forget_gone()


@shared_task(name="ovirtlite.seal_audit")
def seal_audit() -> None:
    """Give entries of the audit log their place whose writer died between its commit and that."""
    chain.seal_all()


@shared_task(name="ovirtlite.send_audit")
def send_audit() -> None:
    """Send what is new in the audit log to syslog."""
    syslog.send()


@shared_task(name="ovirtlite.ask_directory")
def ask_directory() -> None:
    """Close the accounts of those whom the directory has no more, and open those whom it has again."""
    if settings.LDAP is not None:
        from access.identities import leavers  # needs the packages of the extra

        leavers.look()


@shared_task(name="ovirtlite.empty_recycle_bin")
def empty_recycle_bin() -> None:
    """Have the deleted domains removed for good whose time has come, with the disks that were to go with them."""
    recycling.purge_due()


@shared_task(name="ovirtlite.renew_certificates")
def renew_certificates() -> None:
    """Have the certificates on nodes replaced whose time has come."""
    renewing.renew_due()


@shared_task(name="ovirtlite.forget_seeds")
def forget_seeds() -> None:
    """Have the seeds of cloud-init removed whose domain has booted."""
    seeds.sweep()


@shared_task(name="ovirtlite.sample_pools")
def sample_pools() -> None:
    """Note how full the pools are, and forget shared storages that are on no host any more."""
    trend.sample()
    shared.forget_empty()


@shared_task(name="ovirtlite.run_schedules")
def run_schedules() -> None:
    """Do what schedules say is due, and have removed what they keep no more."""
    backups.settle_abandoned()
    runs.run_due()
    runs.forget_old()
