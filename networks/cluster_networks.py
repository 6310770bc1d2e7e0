"""Networks that the hosts of a cluster have in common: what is wanted, what is there, and making the one the other."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted, NotThere, Stale
from hosts.models import Cluster, Host
from hypervisor.xml.network_pending import flat
from hypervisor.xml.network_spec import NetworkSpec, plain
from jobs.batches import Part, open_batch, register_batch
from jobs.models import Job
from live.notices import tell
from networks import checks, services
from networks.models import ClusterNetwork, Network
from networks.wishes import NameTaken

ACTIONS: Mapping[str, str] = {"edit": "network.edit", "delete": "network.delete", "apply": "network.edit"}
_APPLY = "cluster-network.apply"
# What libvirt or its node chooses where nobody did: no difference as long as the wish says nothing of it.
_LEFT_TO_NODES = frozenset({"bridge", "stp", "nat", "managed"})
_MOST_WHY = 20


class NothingToDo(Conflict):
    code = "nothing_to_do"


@dataclass(frozen=True, slots=True)
class HostPart:
    """What one host has of it."""

    host: Host
    network: Network | None
    why: tuple[str, ...]

    @property
    def status(self) -> str:
        if self.network is None:
            return "missing"
        return "differs" if self.why else "there"


def register_kinds() -> None:
    register_batch(_APPLY, _open_part, deadline_seconds=3600)


def references(named: Collection[tuple[UUID, str]], by: Actor) -> dict[tuple[UUID, str], dict[str, Any]]:
    """The clusters' networks of these (cluster, name), as references; those that `by` may see."""
    if not named:
        return {}
    rows = ClusterNetwork.objects.permitted(by, "network.read").filter(
        cluster_id__in={cluster for cluster, _ in named}, name__in={name for _, name in named}
    )
    found = {(row.cluster_id, row.name): {"id": row.pk, "name": row.name} for row in rows}
    return {key: found[key] for key in named if key in found}


def parts_of(
    wishes: Sequence[tuple[UUID, UUID, str, Mapping[str, Any]]], by: Actor
) -> dict[UUID, list[dict[str, Any]]]:
    """For (id, cluster, name, spec): what each host of the cluster that `by` may see has of it, by id."""
    clusters = {cluster for _, cluster, _, _ in wishes}
    hosts = list(Host.objects.permitted(by, "host.read").filter(cluster_id__in=clusters).order_by("name"))
    networks = _by_host(hosts, {name for _, _, name, _ in wishes})
    return {
        id: [
            _shown(_part(host, networks.get((host.pk, name)), spec))
            for host in hosts
            if host.cluster_id == cluster
        ]
        for id, cluster, name, spec in wishes
    }


def create(
    *, cluster: UUID, name: str, spec: Mapping[str, Any], description: str = "", by: Actor
) -> ClusterNetwork:
    """Raises NotPermitted, Invalid, NameTaken."""
    with transaction.atomic():
        row = Cluster.objects.permitted(by, "network.create").filter(pk=cluster).first()
        if row is None:
            if Cluster.objects.permitted(by, "cluster.read").filter(pk=cluster).exists() or not by.may(
                "network.create"
            ):
                raise NotPermitted("This needs the permission network.create on the cluster.")
            raise Invalid("There is no such cluster.", errors={"cluster": ["there is no such cluster"]})
        try:
            with transaction.atomic():
                made = ClusterNetwork.objects.create(
                    cluster=row, name=name, description=description, spec=plain(_wanted(spec))
                )
        except IntegrityError:
            raise NameTaken("network", name, row.name) from None
        audit.record(by, "cluster-network.create", "cluster_network", made.pk, name, cluster=row.name)
        _tell("created", made)
    return made


def edit(id: UUID, changes: Mapping[str, Any], *, by: Actor, version: int | None = None) -> ClusterNetwork:
    """Change what is wanted. Raises NotThere, NotPermitted, Stale, Invalid."""
    with transaction.atomic():
        row = _find(id, "network.edit", by, version=version)
        before = {"description": row.description, **row.spec}
        row.description = changes.get("description", row.description)
        if "spec" in changes:
            row.spec = plain(_wanted(changes["spec"]))
        row.version += 1
        row.updated_at = timezone.now()
        row.save()
        told = audit.changed(before, {"description": row.description, **row.spec})
        audit.record(by, "cluster-network.edit", "cluster_network", row.pk, row.name, changes=told)
        _tell("updated", row)
    return row


def delete(id: UUID, *, by: Actor, version: int | None = None) -> None:
    """Forget it. Raises NotThere, NotPermitted, Stale."""
    with transaction.atomic():
        row = _find(id, "network.delete", by, version=version)
        audit.record(by, "cluster-network.delete", "cluster_network", row.pk, row.name)
        _tell("deleted", row)
        row.delete()


def apply(id: UUID, *, by: Actor) -> Job:
    """Record the wish to have it on all hosts. Raises NotThere, NotPermitted, NothingToDo."""
    with transaction.atomic():
        row = _find(id, "network.edit", by)
        due = [part for part in _parts(row) if part.status != "there"]
        if not due:
            raise NothingToDo(f"All hosts of {row.cluster.name} have {row.name} as it is wanted.")
        audit.record(
            by,
            _APPLY,
            "cluster_network",
            row.pk,
            row.name,
            hosts=[part.host.name for part in due],
        )
        return open_batch(
            _APPLY,
            "network.create",
            [_batch_part(part, row) for part in due],
            name=f"{row.name} on {len(due)} {'host' if len(due) == 1 else 'hosts'}",
            by=by,
            about={"cluster_network": {"id": str(row.pk), "name": row.name}},
        )


def plan_apply(id: UUID, *, by: Actor) -> dict[str, Any]:
    """Which hosts would get it, which change, and what would be refused there. Raises NotThere, NotPermitted."""
    row = _find(id, "network.edit", by, lock=False)
    parts = _parts(row)
    found = []
    for part in parts:
        detail = {"there": "has it", "missing": "gets it", "differs": "is changed"}[part.status]
        why = f" ({' '.join(part.why)})" if part.why else ""
        found.append({"code": part.status, "ok": True, "detail": f"{part.host.name} {detail}.{why}"})
        found += _against(part, row)
    due = [part for part in parts if part.status != "there"]
    return {
        "allowed": bool(due),
        "checks": found,
        "affected": [{"kind": "host", "id": part.host.pk, "name": part.host.name} for part in due],
    }


def _against(part: HostPart, row: ClusterNetwork) -> list[dict[str, Any]]:
    if not part.host.answers:
        return [{"code": "host_not_up", "ok": False, "detail": f"{part.host.name} is {part.host.state}."}]
    wrong = checks.against_host(NetworkSpec.from_values(row.spec), part.host, besides=part.network)
    return [
        {"code": field, "ok": False, "detail": f"{part.host.name}: {field}: {sentence}"}
        for field, said in wrong.items()
        for sentence in said
    ]


def _batch_part(part: HostPart, row: ClusterNetwork) -> Part:
    network = part.network
    return Part(
        ("network", network.pk if network is not None else uuid4(), row.name),
        (part.host.pk, part.host.name),
        row.cluster_id,
        {"spec": row.spec, "name": row.name, "change": network is not None},
    )


def _open_part(parent: Job, part: Part, by: Actor) -> Job:
    """A child: the network made, or what differs changed. What a host refuses is that part's failure alone."""
    _, id, name = part.object
    spec = dict(part.options["spec"])
    if part.options["change"]:
        wanted = {field: value for field, value in spec.items() if _says(field, value)}
        return services.edit(id, wanted, by=by, parent=parent)
    host = part.host[0] if part.host else None
    return services.create({**spec, "host": host, "name": name}, by=by, id=id, parent=parent)


def _says(field: str, value: Any) -> bool:
    return field not in _LEFT_TO_NODES or value is not None


def _parts(row: ClusterNetwork) -> list[HostPart]:
    hosts = list(Host.objects.filter(cluster_id=row.cluster_id).order_by("name"))
    networks = _by_host(hosts, {row.name})
    return [_part(host, networks.get((host.pk, row.name)), row.spec) for host in hosts]


def _by_host(hosts: Iterable[Host], names: Collection[str]) -> dict[tuple[UUID, str], Network]:
    rows = Network.objects.filter(host__in=list(hosts), name__in=names).defer("xml", "inactive_xml")
    return {(network.host_id, network.name): network for network in rows}


def _part(host: Host, network: Network | None, spec: Mapping[str, Any]) -> HostPart:
    return HostPart(host, network, () if network is None else tuple(differences(spec, network.detail)))


def differences(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """What of a host's network is not as it is wanted, in sentences."""
    want, have = flat(NetworkSpec.from_values(wanted)), flat(NetworkSpec.from_values(there))
    said = []
    for path in dict.fromkeys((*want, *have)):
        if want.get(path) == have.get(path):
            continue
        top = path.split(".")[0].split("[")[0]
        if top in _LEFT_TO_NODES and wanted.get(top) is None:
            continue
        if path not in have:
            said.append(f"It lacks {path} = {want[path]}.")
        elif path not in want:
            said.append(f"It has {path} = {have[path]}.")
        else:
            said.append(f"{path} is {have[path]} and should be {want[path]}.")
    return said[:_MOST_WHY]


def _shown(part: HostPart) -> dict[str, Any]:
    network = part.network
    return {
        "host": {"id": part.host.pk, "name": part.host.name},
        "network": {"id": network.pk, "name": network.name} if network is not None else None,
        "status": part.status,
        "active": network is not None and network.active,
        "why": list(part.why),
    }


def _wanted(spec: Mapping[str, Any]) -> NetworkSpec:
    """Raises Invalid. What a host lacks or has otherwise is found where it is applied."""
    made, errors = checks.wanted({"forward": checks.DEFAULT_FORWARD, **spec})
    if made is None or errors:
        under = {f"spec.{field}": said for field, said in errors.items()}
        field, said = next(iter(under.items()))
        raise Invalid(f"{field}: {said[0]}", errors=under)
    return made


def _find(
    id: UUID, permission: str, by: Actor, *, lock: bool = True, version: int | None = None
) -> ClusterNetwork:
    rows = ClusterNetwork.objects.select_related("cluster")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.permitted(by, permission).filter(pk=id).first()
    if row is None:
        if ClusterNetwork.objects.permitted(by, "network.read").filter(pk=id).exists():
            raise NotPermitted(f"You may see this network, but you lack {permission} on its cluster.")
        raise NotThere
    if version is not None and row.version != version:
        raise Stale(f"{row.name} was changed meanwhile. Read it again, then repeat your change.")
    return row


def _tell(type: Any, row: ClusterNetwork) -> None:
    """As news of its cluster: clients that show clusters' networks read them anew."""
    tell(type, "cluster_network", row.pk, row.version, {"cluster": row.cluster_id})
