"""Which hosts see the same storage, and by which path: who stands on a volume may stand on it from elsewhere."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from storage.models import Pool
from storage.pools.shared import within

# Pools whose content is the same wherever they stand with the same source.
SHARED = frozenset({"netfs", "gluster", "rbd", "iscsi", "iscsi-direct", "vstorage", "sheepdog"})


class Peers:
    """Of some hosts, read in two queries."""

    def __init__(self, hosts: Iterable[UUID]) -> None:
        wanted = set(hosts)
        alike = Q(shared__isnull=False) | (Q(type__in=SHARED) & ~Q(source=""))
        own = list(Pool.objects.filter(alike, host_id__in=wanted))
        shared = {pool.shared_id for pool in own if pool.shared_id is not None}
        sources = {pool.source for pool in own if pool.type in SHARED and pool.source}
        others = Pool.objects.filter(Q(shared_id__in=shared) | Q(type__in=SHARED, source__in=sources))
        groups: dict[object, list[Pool]] = {}
        for pool in others if own else ():
            for key in _keys(pool):
                groups.setdefault(key, []).append(pool)
        self._pools: dict[UUID, list[tuple[Pool, list[Pool]]]] = {}
        for pool in own:
            like = {
                one.pk: one
                for key in _keys(pool)
                for one in groups.get(key, ())
                if one.host_id != pool.host_id
            }
            if like:
                self._pools.setdefault(pool.host_id, []).append((pool, list(like.values())))
        self.hosts: set[UUID] = wanted | {
            one.host_id for pools in self._pools.values() for _, like in pools for one in like
        }

    def of(self, host: UUID, path: str) -> set[tuple[UUID, str]]:
        """Every (host, path) that is the same thing as this one, itself among them."""
        found = {(host, path)}
        for pool, like in self._pools.get(host, ()):
            rest = within(path, pool)
            if rest is not None:
                found |= {(one.host_id, one.target.rstrip("/") + rest) for one in like}
            elif pool.type in SHARED - {"netfs", "vstorage"}:
                found |= {
                    (one.host_id, path) for one in like
                }  # no folder: a device, or a name of the network's
        return found


def _keys(pool: Pool) -> list[object]:
    keys: list[object] = [pool.shared_id] if pool.shared_id is not None else []
    if pool.type in SHARED and pool.source:
        keys.append((pool.type, pool.source))
    return keys
