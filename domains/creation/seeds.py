"""Taking cloud-init's seed out of a domain once its first boot is over, and removing it from the node.

Over it is when the domain is off again, or has run for a quarter of an hour: by then cloud-init has read all.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from domains.models import Domain, Seed
from hosts import looking, nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import Kind
from hypervisor.node import Node
from hypervisor.states import ACTIVE, DomainState
from hypervisor.xml.creation import drive_with, without_drive
from hypervisor.xml.domain import read_domain
from jobs.carrying import Carrying
from jobs.kinds import Again, Succeeded, Verdict
from jobs.models import OPEN, Job
from jobs.services import open_job

KIND = "domain.forget-seed"


def keep(job: Job, host: Host) -> None:
    """Remember the seed of a domain that was just made. Inside the transaction that ends its making."""
    seed = job.option("seed")
    if Domain.objects.filter(pk=job.object_id).exists():
        Seed.objects.get_or_create(
            domain_id=job.object_id,
            defaults={
                "host": host,
                "pool_uuid": seed["pool_uuid"],
                "name": seed["name"],
                "path": seed["path"],
            },
        )


def sweep() -> None:
    """Open a job for each seed whose time is over. Called every few seconds."""
    now = timezone.now()
    for seed in Seed.objects.select_related("domain__host").order_by("made_at")[:200]:
        domain = seed.domain
        if domain.gone_at is None and DomainState(domain.state) in ACTIVE and seed.running_since is None:
            Seed.objects.filter(pk=seed.pk).update(running_since=now)
        elif _is_over(seed, domain) and domain.host.answers:
            with transaction.atomic():
                if not Job.objects.filter(object_id=domain.pk, state__in=OPEN).exists():
                    open_job(
                        KIND,
                        ("domain", domain.pk, domain.name),
                        by=Actor.SYSTEM,
                        host=(seed.host_id, seed.host.name),
                        cluster_id=seed.host.cluster_id,
                    )


def _is_over(seed: Seed, domain: Domain) -> bool:
    if domain.gone_at is not None:
        return True
    if DomainState(domain.state) not in ACTIVE:
        # Off before anybody saw it run: a boot that was over between two looks has a run all the same.
        return seed.running_since is not None or domain.run is not None
    patience = timedelta(seconds=settings.SEED_SECONDS)
    return seed.running_since is not None and timezone.now() - seed.running_since > patience


def forget(carrying: Carrying) -> dict[str, Any] | None:
    """Out of the definition, out of the drive of what runs, off the node."""
    seed = Seed.objects.select_related("host", "domain__host").filter(pk=carrying.job.object_id).first()
    if seed is None:
        return None
    host = seed.domain.host
    carrying.touching("taking the seed of cloud-init out")
    with nodes.pooled(host) as node:
        if node.has(Kind.DOMAIN, seed.pk):
            _take_out(node, seed)
        if host.pk == seed.host_id:
            _delete(node, seed)
    if host.pk != seed.host_id:  # it has moved since: its seed stayed where it was made
        with nodes.pooled(seed.host) as there:
            _delete(there, seed)
    looking.look(seed.host_id, "pool", seed.pool_uuid)
    looking.look(host.pk, "domain", seed.pk)
    Seed.objects.filter(pk=seed.pk).delete()
    return {"removed": seed.name}


def recover(job: Job) -> Verdict:
    """Safe to say twice."""
    return Again() if Seed.objects.filter(pk=job.object_id).exists() else Succeeded()


def _take_out(node: Node, seed: Seed) -> None:
    active = node.domain(seed.pk).state in ACTIVE
    node.redefine(seed.pk, lambda xml: without_drive(xml, seed.path))
    live = node.domain_xml(seed.pk).live if active else None
    drive = next(
        (disk for disk in read_domain(live).disks if disk.source == seed.path)
        if live is not None
        else iter(()),
        None,
    )
    if drive is None:
        return
    if drive.device == "cdrom":
        node.update_device(seed.pk, lambda xml: drive_with(xml, seed.path, emptied=True), force=True)
    else:
        # The guest lets it go when it likes; QEMU has the file open until then, wherever its name went.
        node.detach_device(seed.pk, lambda xml: drive_with(xml, seed.path))


def _delete(node: Node, seed: Seed) -> None:
    try:
        node.delete_volume(seed.pool_uuid, seed.name)
    except errors.NotFound:
        return  # somebody did it for us
