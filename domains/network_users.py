"""Which domains are on networks and name filters: what the layer of networks asks."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from access.actor import Actor
from domains.models import Definition, Domain
from hypervisor.data import InterfaceSeen
from hypervisor.errors import InvalidXML
from hypervisor.states import ACTIVE
from hypervisor.xml.interface_uses import read_filters, read_interfaces
from networks.users import NetworkUser, Told

_COLUMNS = ("domain_id", "domain__host_id", "domain__name", "domain__state", "interfaces")
_ON_NETWORKS = frozenset({"network", "bridge", "direct"})
_ACTIVE = frozenset(str(state) for state in ACTIVE)


@dataclass
class _Found:
    """One network's or filter's interfaces, until it is known whom the asker may see."""

    interfaces: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    def told(self, seen: Collection[UUID]) -> Told:
        others = {row["domain_id"]: row for row, _ in self.interfaces if row["domain_id"] not in seen}
        users = [_user(row, one) for row, one in self.interfaces if row["domain_id"] in seen]
        return Told(
            tuple(sorted(users, key=lambda user: (user.name, user.mac))),
            len(others),
            sum(row["domain__state"] in _ACTIVE for row in others.values()),
            len(self.interfaces),
        )


class NetworkUsers:
    """Fulfils `networks.users.FindsUsers`, by what is recorded of the domains' definitions."""

    def of_networks(
        self, wanted: Collection[tuple[UUID, str, str]], by: Actor
    ) -> Mapping[tuple[UUID, str], Told]:
        by_name = {(host, name): (host, name) for host, name, _ in wanted}
        by_bridge = {(host, bridge): (host, name) for host, name, bridge in wanted if bridge}
        found: defaultdict[tuple[UUID, str], _Found] = defaultdict(_Found)
        for row in _definitions({host for host, _, _ in wanted}):
            host = row["domain__host_id"]
            for one in row["interfaces"]:
                # Of one that runs libvirt may say type bridge or direct, and its network beside it.
                key = by_name.get((host, one["source"])) if one["type"] in _ON_NETWORKS else None
                if key is None and one["type"] == "bridge":
                    key = by_bridge.get((host, one["source"]))
                if key is not None:
                    found[key].interfaces.append((row, one))
        return _told(found, by)

    def of_filters(self, host_id: UUID, names: Collection[str], by: Actor) -> Mapping[str, Told]:
        found: defaultdict[str, _Found] = defaultdict(_Found)
        mentioned = Q()
        for name in names:
            mentioned |= Q(live__contains=name) | Q(inactive__contains=name)
        rows = Definition.objects.filter(mentioned, domain__host_id=host_id, domain__gone_at=None)
        for row in rows.values(*_COLUMNS, "live", "inactive"):
            macs = {(mac, name) for xml in (row["live"], row["inactive"]) for mac, name in _filters(xml)}
            for mac, name in sorted(macs):
                if name in names:
                    known = {"mac": mac, "target": ""}
                    one = next((one for one in row["interfaces"] if one["mac"] == mac), known)
                    found[name].interfaces.append((row, one))
        return _told(found, by)

    def of_macs(self, host_id: UUID, macs: Collection[str], by: Actor) -> Mapping[str, tuple[UUID, str]]:
        mine = set(
            Domain.objects.permitted(by, "domain.read")
            .filter(host_id=host_id, gone_at=None)
            .values_list("pk", flat=True)
        )
        return {
            one["mac"]: (row["domain_id"], row["domain__name"])
            for row in _definitions({host_id})
            for one in row["interfaces"]
            if one["mac"] in macs and row["domain_id"] in mine
        }


def _definitions(hosts: Collection[UUID]) -> list[dict[str, Any]]:
    """Of a domain whose next boot brings something else, the interfaces of that boot too."""
    rows = Definition.objects.filter(domain__host_id__in=hosts, domain__gone_at=None)
    found = list(rows.values(*_COLUMNS))
    waiting = dict(rows.filter(domain__has_pending=True).values_list("domain_id", "inactive"))
    for row in found:
        inactive = waiting.get(row["domain_id"])
        if inactive:
            known = {(one["mac"], one["source"]) for one in row["interfaces"]}
            later = [asdict(one) for one in _interfaces(inactive) if (one.mac, one.source) not in known]
            row["interfaces"] = [*row["interfaces"], *later]
    return found


def _interfaces(xml: str) -> tuple[InterfaceSeen, ...]:
    try:
        return read_interfaces(xml)
    except InvalidXML:
        return ()


def _told(found: Mapping[Any, _Found], by: Actor) -> dict[Any, Told]:
    ids = {row["domain_id"] for one in found.values() for row, _ in one.interfaces}
    seen = (
        set(Domain.objects.permitted(by, "domain.read").filter(pk__in=ids).values_list("pk", flat=True))
        if ids
        else set()
    )
    return {key: one.told(seen) for key, one in found.items()}


def _user(row: Mapping[str, Any], interface: Mapping[str, Any]) -> NetworkUser:
    state = row["domain__state"]
    return NetworkUser(
        id=row["domain_id"],
        name=row["domain__name"],
        state=state,
        active=state in _ACTIVE,
        mac=interface["mac"],
        target=interface["target"],
    )


def _filters(xml: str | None) -> Iterator[tuple[str, str]]:
    try:
        yield from read_filters(xml) if xml else ()
    except InvalidXML:
        return
