"""What people wish of hosts: enrol, edit, look again, forget. Nothing here opens a connection."""

import shutil
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from access import audit
from access.actor import Actor
from access.errors import Invalid, NotPermitted, NotThere, Stale
from hosts import introduction, looking, nodes, scans
from hosts.errors import HostNameTaken
from hosts.introduction import Given, Install
from hosts.models import NOT_CERTIFIED, Cluster, Host, HostState
from hosts.wishes import Reaching, reaching
from hypervisor.data import Credentials
from hypervisor.errors import InvalidURI
from hypervisor.uri import NodeURI
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
    host_key: str = "",
    install: Install | None = None,
) -> tuple[Host, Job]:
    """Add a host. A worker then meets its node; what is wrong with the address is the job's error, and the row stays.

    `host_key`: the fingerprint that a person compared; the machine must show it.

    Raises HostNameTaken, Invalid, TooMany.
    """
    wanted = reaching(uri, credentials or {}, host_key=host_key, install=install)
    with transaction.atomic():
        if wanted.scans:
            scans.count(by)
        try:
            with transaction.atomic():
                host = Host.objects.create(
                    name=name,
                    uri=uri,
                    migration_uri=migration_uri,
                    cluster=_cluster(cluster_id, by),
                    credentials=nodes.sealed(wanted.credentials),
                    host_key=wanted.host_key,
                )
        except IntegrityError:
            raise HostNameTaken(
                f"There is a host named {name} already.", errors={"name": ["is taken"]}
            ) from None
        audit.record(by, "host.enrol", "host", host.pk, host.name, uri=uri, **_told(wanted))
        tell("created", "host", host.pk, host.version, host.within)
        job = open_enrol(host, by, wanted.given, scanning=wanted.scans)
    return host, job


def edit(
    host_id: UUID, changes: dict[str, Any], *, by: Actor, version: int | None = None
) -> tuple[Host, Job | None]:
    """Change name, uri, cluster or credentials (merged by field). Another address or credentials enrol anew.

    Raises NotThere, NotPermitted, Stale, HostNameTaken, Busy, Invalid, TooMany.
    """
    with transaction.atomic():
        host = find(host_id, "host.edit", by, version)
        if changes.get("install") == "tls":
            check_free(host)  # libvirt begins anew there
        before = _audited(host)
        known = nodes.credentials_of(host)
        said, uri = changes.get("credentials", {}), changes.get("uri", host.uri)
        wanted = reaching(
            uri, said, host_key=changes.get("host_key", ""), install=changes.get("install"), known=host
        )
        anew = (
            uri != host.uri
            or wanted.credentials != known
            or wanted.given is not None
            or bool(changes.get("host_key"))
            or not host.enrolled
        )
        if anew and wanted.scans:
            scans.count(by)
        host.name = changes.get("name", host.name)
        host.uri = uri
        host.migration_uri = changes.get("migration_uri", host.migration_uri)
        if "cluster_id" in changes and changes["cluster_id"] != host.cluster_id:
            wanted_cluster = _cluster(changes["cluster_id"], by)
            _may_regroup(host.cluster_id, by)
            _may_regroup(changes["cluster_id"], by)
            host.cluster = wanted_cluster
        if wanted.credentials.ssh_private_key != known.ssh_private_key:
            host.own_key = ""  # it is theirs from now on
        keeping = wanted.credentials
        theirs = nodes.certificate_of(keeping) != nodes.certificate_of(known)
        if host.certificate_expires_at is not None and (theirs or not _same_machine(host)):
            keeping = keeping if theirs else nodes.without_certificate(keeping)
            for name, value in NOT_CERTIFIED.items():
                setattr(host, name, value)
        host.credentials = nodes.sealed(keeping)
        host.host_key = wanted.host_key
        host.version += 1
        try:
            with transaction.atomic():
                host.save()
        except IntegrityError:
            raise HostNameTaken(
                f"There is a host named {host.name} already.", errors={"name": ["is taken"]}
            ) from None
        audit.record(
            by,
            "host.edit",
            "host",
            host.pk,
            host.name,
            changes=audit.changed(before, _audited(host) | _replaced(known, wanted.credentials)),
            **(_told(wanted) if anew else {}),
        )
        tell("updated", "host", host.pk, host.version, host.within)
        job = open_enrol(host, by, wanted.given, scanning=wanted.scans) if anew else None
    return host, job


def _same_machine(host: Host) -> bool:
    """Whether its new address is, by whatever way, that of the machine where our certificate is."""
    try:
        return (
            NodeURI.parse(host.uri, nodes.policy()).host == NodeURI.parse(host.ssh_uri, nodes.policy()).host
        )
    except InvalidURI:
        return False


def _audited(host: Host) -> dict[str, Any]:
    """What the audit log tells of a change of this."""
    return {
        "name": host.name,
        "uri": host.uri,
        "migration_uri": host.migration_uri,
        "cluster": host.cluster.name if host.cluster is not None else None,
        "host_key": (host.host_key or {}).get("fingerprint"),
    }


def _replaced(before: Credentials, after: Credentials) -> dict[str, str]:
    """That what reaches the node was replaced, and nothing of it."""
    return {} if before == after else {"credentials": "replaced"}


def refresh(host_id: UUID, *, by: Actor) -> Job:
    """Read everything of the node anew; a host that could not be enrolled is tried again. Raises NotThere, Busy."""
    with transaction.atomic():
        host = find(host_id, "host.refresh", by)
        audit.record(by, "host.refresh", "host", host.pk, host.name)
        if not host.enrolled:
            return open_enrol(host, by)
        return job_about("host.refresh", host, by)


def forget(host_id: UUID, *, by: Actor, version: int | None = None, remove_key: bool = False) -> Job | None:
    """Take the host out of the inventory. Nothing on the node changes, unless `remove_key` and it has a key of ours:

    then a job takes that out first, if the node answers, and then forgets the host.
    Raises NotThere, NotPermitted, Stale, Busy.
    """
    with transaction.atomic():
        host = find(host_id, "host.delete", by, version)
        check_free(host)
        through_job = remove_key and bool(host.own_key)
        audit.record(by, "host.delete", "host", host.pk, host.name, uri=host.uri, remove_key=through_job)
        if through_job:
            return job_about("host.forget", host, by)
        gone(host)
    return None


def check_free(host: Host) -> None:
    """Raises Busy, where any job is under way there."""
    under_way = Job.objects.filter(host_id=host.pk, state__in=OPEN).first()
    if under_way is not None:
        raise Busy(under_way)


def gone(host: Host) -> None:
    """Out of the inventory, within a transaction."""
    folder = nodes.workdir(host.pk)
    tell("deleted", "host", host.pk, host.version + 1, host.within)
    host.delete()
    transaction.on_commit(looking.hosts_changed)
    # Its keys lie there, as ssh wants them.
    transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))


def find(host_id: UUID, permission: str, by: Actor, version: int | None = None) -> Host:
    """The host, locked, if `by` may do that to it and it is still the version that they saw."""
    host = Host.objects.permitted(by, permission).select_for_update(of=("self",)).filter(pk=host_id).first()
    if host is None:
        if Host.objects.permitted(by, "host.read").filter(pk=host_id).exists():
            raise NotPermitted(f"This needs the permission {permission}.")
        raise NotThere
    if version is not None and host.version != version:
        raise Stale(f"{host.name} was changed meanwhile. Read it again, then repeat your change.")
    return host


def open_enrol(host: Host, by: Actor, given: Given | None = None, *, scanning: bool = False) -> Job:
    """Have a worker meet the node, anew where it did before. `given`: what a person gave for this once."""
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
    job = job_about("host.enrol", host, by, scans.SCANS if scanning else {})
    if given is not None:
        introduction.keep(host, job, given)
    return job


def job_about(kind: str, host: Host, by: Actor, options: Mapping[str, Any] | None = None) -> Job:
    """Open a job whose object is the host. Raises Busy."""
    object = (host.pk, host.name)
    return open_job(
        kind,
        ("host", *object),
        by=by,
        host=object,
        cluster_id=host.cluster_id,
        options=dict(options or {}),
    )


def _told(wanted: Reaching) -> dict[str, Any]:
    """What the audit keeps of how a host is to be reached: no secret."""
    told: dict[str, Any] = {"install": wanted.install}
    if wanted.host_key:
        told["host_key"] = wanted.host_key["fingerprint"]
    if wanted.pinned_unseen:
        told["pinned_unseen"] = True
    return told


def _may_regroup(cluster_id: UUID | None, by: Actor) -> None:
    """Raises NotPermitted. Who has rights on a cluster has them on its hosts: moving one gives and takes rights."""
    if cluster_id is not None and not by.scope("cluster.edit").covers({"cluster": cluster_id}):
        raise NotPermitted(
            "Moving a host between clusters needs the permission cluster.edit on both.",
            errors={"cluster": ["needs the permission cluster.edit there"]},
        )


def _cluster(cluster_id: UUID | None, by: Actor) -> Cluster | None:
    if cluster_id is None:
        return None
    cluster = Cluster.objects.permitted(by, "cluster.read").filter(pk=cluster_id).first()
    if cluster is None:
        raise Invalid("There is no such cluster.", errors={"cluster": ["there is no such cluster"]})
    return cluster
