"""A refusal in words that say what to do, and that tell nobody more than they may know."""

from typing import Any

from access.actor import Actor
from access.models import User
from domains.models import Quota
from domains.quotas.errors import QuotaExceeded

_GIB = 2**30
_NAMES = {
    "domains": ("domain", "domains"),
    "vcpus": ("virtual processor", "virtual processors"),
    "memory_bytes": ("of memory", "of memory"),
    "storage_bytes": ("of storage", "of storage"),
    "snapshots": ("snapshot", "snapshots"),
}
_HELPS = {
    "domains": "delete one",
    "vcpus": "give some up",
    "memory_bytes": "give some up",
    "storage_bytes": "delete what you no longer need, volumes that stayed behind and the recycle bin too,",
    "snapshots": "delete one",
}


def refusal(
    quota: Quota, resource: str, limit: int, use: int, asked: int, *, owner: User | None, by: Actor
) -> QuotaExceeded:
    """Of one's own quota or group: all of it. Of a cluster's: not what others use. Of another person's: that alone."""
    knows_all = by.scope("quota.manage").everywhere
    figures: dict[str, Any] = {
        "quota": str(quota.pk),
        "resource": resource,
        "limit": limit,
        "use": use,
        "asked": asked,
    }
    if knows_all or _is_own(quota, by):
        return QuotaExceeded(_own(quota, resource, limit, use, asked, owner, by), **figures)
    if quota.user_id is None and quota.group_id is None:
        where = f"The cluster {quota.cluster}" if _sees_cluster(quota, by) else "This cluster"
        return QuotaExceeded(
            f"{where} has no room left for {_of(asked, resource)} more within its quota. Ask who manages quotas.",
            resource=resource,
            asked=asked,
        )
    return QuotaExceeded(
        f"The quota of whose domain this is does not allow {_of(asked, resource)} more. Ask the owner, or who manages "
        "quotas.",
        resource=resource,
        asked=asked,
    )


def _is_own(quota: Quota, by: Actor) -> bool:
    if by.user is None:
        return False
    if quota.user_id is not None:
        return bool(quota.user_id == by.user.pk)
    return quota.group_id is not None and by.user.groups.filter(pk=quota.group_id).exists()


def _sees_cluster(quota: Quota, by: Actor) -> bool:
    return by.scope("cluster.read").covers({"cluster": quota.cluster_id})


def _own(quota: Quota, resource: str, limit: int, use: int, asked: int, owner: User | None, by: Actor) -> str:
    if quota.group_id is not None:
        has = f"The group {quota.group} has"
    elif quota.user_id is None:
        has = "The domains there have"
    elif by.user is not None and quota.user_id == by.user.pk:
        has = "You have"
    else:
        has = f"{owner} has"
    where = f" in the cluster {quota.cluster}" if quota.cluster_id and _sees_cluster(quota, by) else ""
    more = f" and this needs {_of(asked, resource)} more" if use < limit or asked > 1 else ""
    return f"{has} {_part(use, limit, resource)}{where}{more}; {_HELPS[resource]} or ask for more."


def _part(use: int, limit: int, resource: str) -> str:
    """`3 of 3 domains`, `1.5 of 2 GiB of memory`."""
    if resource.endswith("_bytes"):
        return f"{_gib(use)} of {_gib(limit)} GiB {_NAMES[resource][1]}"
    return f"{use} of {limit} {_NAMES[resource][limit != 1]}"


def _of(amount: int, resource: str) -> str:
    if resource.endswith("_bytes"):
        return f"{_gib(amount)} GiB {_NAMES[resource][1]}"
    return f"{amount} {_NAMES[resource][amount != 1]}"


def _gib(size: int) -> str:
    return f"{size / _GIB:.4g}"
