"""What people wish of hosts: enrol, edit, look again, forget. Nothing here opens a connection."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from access import audit
from access.actor import Actor
from access.errors import Invalid, NotPermitted, NotThere, Stale
from hosts import looking, nodes
from hosts.errors import HostNameTaken
from hosts.models import Cluster, Host, HostState
from hypervisor.data import Credentials
from jobs.errors import Busy
from jobs.models import OPEN, Job
from jobs.services import open_job
from live.notices import tell


def enrol(
    *,
    name: str,
    uri: str,
    by: Actor,
    migration_uri: str = "",
    cluster_id: UUID | None = None,
    credentials: dict[str, str] | None = None,
) -> tuple[Host, Job]:
    """Add a host. A worker then meets its node; what is wrong with the address is the job's error, and the row stays.

    Raises HostNameTaken, Invalid (no such cluster).
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                host = Host.objects.create(
                    name=name,
                    uri=uri,
                    migration_uri=migration_uri,
                    cluster=_cluster(cluster_id, by),
                    credentials=nodes.sealed(Credentials(**(credentials or {}))),
                )
        except IntegrityError:
            raise HostNameTaken(
                f"There is a host named {name} already.", errors={"name": ["is taken"]}
            ) from None
        audit.record(by, "host.enrol", "host", host.pk, host.name, uri=uri)
        tell("created", "host", host.pk, host.version, host.within)
        job = _open_enrol(host, by)
    return host, job


def edit(
    host_id: UUID, changes: dict[str, Any], *, by: Actor, version: int | None = None
) -> tuple[Host, Job | None]:
    """Change name, uri, cluster or credentials (merged by field). Another address or credentials enrol anew.

    Raises NotThere, NotPermitted, Stale, HostNameTaken, Busy, Invalid.
    """
    with transaction.atomic():
        host = _find(host_id, "host.edit", by, version)
        before = {"name": host.name, "uri": host.uri, "cluster": str(host.cluster_id or "")}
        known = nodes.credentials_of(host)
        wanted = replace(known, **changes.get("credentials", {}))
        if changes.get("uri", host.uri) != host.uri and "known_hosts" not in changes.get("credentials", {}):
            wanted = replace(wanted, known_hosts="")  # the pinned key was the old address's
        anew = changes.get("uri", host.uri) != host.uri or wanted != known or not host.enrolled
        host.name = changes.get("name", host.name)
        host.uri = changes.get("uri", host.uri)
        host.migration_uri = changes.get("migration_uri", host.migration_uri)
        if "cluster_id" in changes:
            host.cluster = _cluster(changes["cluster_id"], by)
        if wanted != known:
            host.credentials = nodes.sealed(wanted)
            host.host_key = host.host_key if wanted.known_hosts else None
        host.version += 1
        try:
            with transaction.atomic():
                host.save()
        except IntegrityError:
            raise HostNameTaken(
                f"There is a host named {host.name} already.", errors={"name": ["is taken"]}
            ) from None
        audit.record(by, "host.edit", "host", host.pk, host.name, before=before, changed=sorted(changes))
        tell("updated", "host", host.pk, host.version, host.within)
        job = _open_enrol(host, by) if anew else None
    return host, job


def refresh(host_id: UUID, *, by: Actor) -> Job:
    """Read everything of the node anew; a host that could not be enrolled is tried again. Raises NotThere, Busy."""
    with transaction.atomic():
        host = _find(host_id, "host.refresh", by)
        audit.record(by, "host.refresh", "host", host.pk, host.name)
        if not host.enrolled:
            return _open_enrol(host, by)
        return open_job(
            "host.refresh",
            ("host", host.pk, host.name),
            by=by,
            host=(host.pk, host.name),
            cluster_id=host.cluster_id,
        )


def forget(host_id: UUID, *, by: Actor, version: int | None = None) -> None:
    """Take the host out of the inventory. Nothing on the node changes. Raises NotThere, NotPermitted, Stale, Busy."""
    with transaction.atomic():
        host = _find(host_id, "host.delete", by, version)
        under_way = Job.objects.filter(host_id=host.pk, state__in=OPEN).first()
        if under_way is not None:
            raise Busy(under_way)
        audit.record(by, "host.delete", "host", host.pk, host.name, uri=host.uri)
        tell("deleted", "host", host.pk, host.version + 1, host.within)
        host.delete()
        transaction.on_commit(looking.hosts_changed)


def _find(host_id: UUID, permission: str, by: Actor, version: int | None = None) -> Host:
    """The host, locked, if `by` may do that to it and it is still the version that they saw."""
    host = Host.objects.permitted(by, permission).select_for_update(of=("self",)).filter(pk=host_id).first()
    if host is None:
        if Host.objects.permitted(by, "host.read").filter(pk=host_id).exists():
            raise NotPermitted(f"This needs the permission {permission}.")
        raise NotThere
    if version is not None and host.version != version:
        raise Stale(f"{host.name} was changed meanwhile. Read it again, then repeat your change.")
    return host


def _open_enrol(host: Host, by: Actor) -> Job:
    Host.objects.filter(pk=host.pk).update(
        state=HostState.CONNECTING,
        enrolled=False,
        node_key=None,
        error_code="",
        error_detail="",
        version=F("version") + 1,
        updated_at=Now(),
    )
    host.refresh_from_db()
    return open_job(
        "host.enrol",
        ("host", host.pk, host.name),
        by=by,
        host=(host.pk, host.name),
        cluster_id=host.cluster_id,
    )


def _cluster(cluster_id: UUID | None, by: Actor) -> Cluster | None:
    if cluster_id is None:
        return None
    cluster = Cluster.objects.permitted(by, "cluster.read").filter(pk=cluster_id).first()
    if cluster is None:
        raise Invalid("There is no such cluster.", errors={"cluster": ["there is no such cluster"]})
    return cluster
