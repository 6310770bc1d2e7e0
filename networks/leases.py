"""The addresses that networks gave out: nodewatch leaves them in Redis, where they last as long as it reads them."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import redis

from access.actor import Actor
from hypervisor.networking import Lease
from live.doorbell import client
from networks import users
from networks.models import Network

KEPT_SECONDS = 60


def keep(host_id: UUID, uuid: UUID, leases: Sequence[Lease], at: float) -> None:
    """Only nodewatch calls this. Raises RedisError."""
    packed = json.dumps({"at": at, "leases": [asdict(lease) for lease in leases]})
    client().set(_key(host_id, uuid), packed, ex=KEPT_SECONDS)


def of(network: Network, by: Actor) -> dict[str, Any]:
    """A network's leases by address, with the domains that have them as far as `by` may see those."""
    try:
        packed = client().get(_key(network.host_id, network.uuid))
    except redis.RedisError:
        packed = None
    if not packed:
        return {"seen_at": None, "leases": []}
    known: dict[str, Any] = json.loads(packed)
    leases: list[dict[str, Any]] = known["leases"]
    owners = users.of_macs(network.host_id, {lease["mac"] for lease in leases if lease["mac"]}, by)
    fixed = {
        host["ip"]
        for ip in network.detail.get("ips", ())
        if ip["dhcp"] is not None
        for host in ip["dhcp"]["hosts"]
    }
    shown = []
    for lease in sorted(leases, key=lambda one: str(one["address"])):
        owner = owners.get(lease["mac"])
        expires = lease["expires_at"]
        shown.append(
            {
                **lease,
                "expires_at": None if expires is None else datetime.fromtimestamp(expires, UTC),
                "fixed": lease["address"] in fixed,
                "domain": {"id": owner[0], "name": owner[1]} if owner is not None else None,
            }
        )
    return {"seen_at": datetime.fromtimestamp(known["at"], UTC), "leases": shown}


def _key(host_id: UUID, uuid: UUID) -> str:
    return f"leases:{host_id}:{uuid}"
