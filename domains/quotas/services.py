"""Quotas as people set them: made, changed, deleted."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Invalid, NotThere, Stale
from access.models import Group, User
from access.services.checks import found, need, signed_in
from domains.models import Quota
from domains.quotas.amounts import RESOURCES
from domains.quotas.errors import QuotaExists
from hosts.models import Cluster

_PERMISSION = "quota.manage"


def create(
    *,
    user: UUID | None = None,
    group: UUID | None = None,
    cluster: UUID | None = None,
    by: Actor,
    **limits: int | None,
) -> Quota:
    """A quota of a user, a group or a cluster. Raises NotPermitted, Invalid by field, QuotaExists."""
    need(by, _PERMISSION)
    if user is not None and group is not None:
        wrong = "Name a user or a group, and not both."
        raise Invalid(wrong, errors={"user": [wrong], "group": [wrong]})
    if user is None and group is None and cluster is None:
        wrong = "Name a user, a group or a cluster."
        raise Invalid(wrong, errors={"user": [wrong]})
    with transaction.atomic():
        quota = Quota(
            user=found(User, [user], "user")[0] if user is not None else None,
            group=found(Group, [group], "group")[0] if group is not None else None,
            cluster=_cluster(cluster) if cluster is not None else None,
            **limits,
        )
        try:
            with transaction.atomic():
                quota.save(force_insert=True)
        except IntegrityError:
            raise QuotaExists(f"There is a quota of {whose(quota)} already; change that one.") from None
        audit.record(by, "quota.create", "quota", quota.pk, whose(quota), **_limits(quota))
    return quota


def change(id: UUID, limits: dict[str, int | None], *, expected: int | None, by: Actor) -> Quota:
    """Other limits. One below what is used stops only what would take more. Raises NotPermitted, NotThere, Stale."""
    need(by, _PERMISSION)
    with transaction.atomic():
        quota = _locked(id, expected)
        before = _limits(quota)
        Quota.objects.filter(pk=quota.pk).update(
            version=F("version") + 1, updated_at=timezone.now(), **limits
        )
        quota.refresh_from_db()
        after = _limits(quota)
        changes = {
            name: {"before": before[name], "after": after[name]}
            for name in RESOURCES
            if before[name] != after[name]
        }
        audit.record(by, "quota.edit", "quota", quota.pk, whose(quota), changes=changes)
    return quota


def delete(id: UUID, *, expected: int | None, by: Actor) -> None:
    """Raises NotPermitted, NotThere, Stale."""
    need(by, _PERMISSION)
    with transaction.atomic():
        quota = _locked(id, expected)
        audit.record(by, "quota.delete", "quota", quota.pk, whose(quota), **_limits(quota))
        quota.delete()


def own(by: Actor) -> list[Quota]:
    """Those of the person and of their groups; no cluster's, which tells of others. Raises NotPermitted."""
    user = signed_in(by)
    of = Q(user=user) | Q(group__in=user.groups.all())
    return list(Quota.objects.filter(of).select_related("group", "cluster").order_by("created_at", "pk"))


def whose(quota: Quota) -> str:
    """For a sentence: `ada`, `the group crew in the cluster one`."""
    of = (
        str(quota.user)
        if quota.user is not None
        else f"the group {quota.group}"
        if quota.group is not None
        else ""
    )
    at = f"the cluster {quota.cluster}" if quota.cluster is not None else ""
    return f"{of} in {at}" if of and at else of or at


def _cluster(id: UUID) -> Cluster:
    cluster = Cluster.objects.filter(pk=id).first()
    if cluster is None:
        raise Invalid("There is no such cluster.", errors={"cluster": ["There is no such cluster."]})
    return cluster


def _locked(id: UUID, expected: int | None) -> Quota:
    quota = Quota.objects.select_for_update().filter(pk=id).first()
    if quota is None:
        raise NotThere
    if expected is not None and quota.version != expected:
        raise Stale(f"It is at version {quota.version} now, not at {expected}.", version=quota.version)
    return quota


def _limits(quota: Quota) -> dict[str, Any]:
    return {name: getattr(quota, name) for name in RESOURCES}
