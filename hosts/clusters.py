"""What people wish of clusters."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from access import audit
from access.actor import Actor
from access.errors import NotPermitted, NotThere, Stale
from hosts.errors import ClusterNameTaken
from hosts.models import Cluster
from live.notices import tell


def create(*, name: str, description: str = "", by: Actor) -> Cluster:
    """Raises NotPermitted, ClusterNameTaken."""
    if not by.scope("cluster.edit").everywhere:
        raise NotPermitted("This needs the permission cluster.edit.")
    with transaction.atomic():
        try:
            with transaction.atomic():
                cluster = Cluster.objects.create(name=name, description=description)
        except IntegrityError:
            raise ClusterNameTaken(name) from None
        audit.record(by, "cluster.create", "cluster", cluster.pk, cluster.name)
        tell("created", "cluster", cluster.pk, cluster.version)
    return cluster


def edit(cluster_id: UUID, changes: dict[str, Any], *, by: Actor, version: int | None = None) -> Cluster:
    """Raises NotThere, Stale, ClusterNameTaken."""
    with transaction.atomic():
        cluster = _editable(cluster_id, by, version)
        before = {name: getattr(cluster, name) for name in changes}
        try:
            with transaction.atomic():
                Cluster.objects.filter(pk=cluster.pk).update(
                    version=F("version") + 1, updated_at=Now(), **changes
                )
        except IntegrityError:
            raise ClusterNameTaken(changes.get("name", "")) from None
        cluster.refresh_from_db()
        told = audit.changed(before, changes)
        audit.record(by, "cluster.edit", "cluster", cluster.pk, cluster.name, changes=told)
        tell("updated", "cluster", cluster.pk, cluster.version)
    return cluster


def delete(cluster_id: UUID, *, by: Actor, version: int | None = None) -> None:
    """Its hosts stay, without a cluster. Raises NotThere, Stale."""
    with transaction.atomic():
        cluster = _editable(cluster_id, by, version)
        audit.record(by, "cluster.delete", "cluster", cluster.pk, cluster.name)
        tell("deleted", "cluster", cluster.pk, cluster.version + 1)
        cluster.delete()


def _editable(cluster_id: UUID, by: Actor, version: int | None) -> Cluster:
    cluster = Cluster.objects.permitted(by, "cluster.edit").select_for_update().filter(pk=cluster_id).first()
    if cluster is None:
        if Cluster.objects.permitted(by, "cluster.read").filter(pk=cluster_id).exists():
            raise NotPermitted("You may see this cluster, but not change it.")
        raise NotThere
    if version is not None and cluster.version != version:
        raise Stale(f"{cluster.name} was changed meanwhile. Read it again, then repeat your change.")
    return cluster
