"""Carrying out what is wished of networks and filters, and asking the node what became of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from access.actor import Actor
from access.errors import Refused
from hosts import looking, nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import Kind
from hypervisor.node import Node
from hypervisor.xml.network_spec import edited
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, Failed, JobKind, Succeeded, Verdict, register
from jobs.models import Job
from networks import filters, services
from networks.models import Network, NetworkFilter

Reached = Callable[[Node, UUID], bool]


def register_kinds() -> None:
    register(JobKind("network.create", create, recover_create))
    register(JobKind("network.edit", edit, _again))
    register(JobKind("network.start", _verb(_start, _runs), _recoverer(_runs)))
    register(JobKind("network.stop", _verb(_stop, _rests), _recoverer(_rests)))
    register(JobKind("network.delete", delete, _recoverer(_gone)))
    for name in ("filter.create", "filter.edit"):
        register(JobKind(name, define_filter, _again))
    register(JobKind("filter.delete", delete_filter, _again))


def create(carrying: Carrying) -> dict[str, Any]:
    """Define it, and start it. What fails half-way is taken back: nothing of it stays on the node."""
    host, job, uuid = _host(carrying), carrying.job, _uuid(carrying.job)
    with nodes.pooled(host) as node:
        carrying.touching("defining it")
        node.define_network(str(job.option("xml")))
        try:
            if job.option("autostart"):
                node.set_network_autostart(uuid, on=True)
            if job.option("start") and not node.network(uuid).active:
                carrying.progress(50, "starting it")
                node.start_network(uuid)
        except (errors.NodeUnreachable, errors.Timeout):
            raise  # the node is asked later what came of it
        except errors.HypervisorError as refused:
            _take_back(node, uuid)
            _look(host, Kind.NETWORK, uuid)
            raise JobFailed(refused.code, f"{refused} Nothing of it was left on {host.name}.") from refused
    _look(host, Kind.NETWORK, uuid)
    return {"network": {"id": str(job.object_id), "name": job.object_name}}


def recover_create(job: Job) -> Verdict:
    """There and, if it should, running: done. Else once more, for each step is safe to say twice."""
    host, uuid = _host_of(job), _uuid(job)
    with nodes.pooled(host) as node:
        if node.has(Kind.NETWORK, uuid) and (not job.option("start") or node.network(uuid).active):
            _look(host, Kind.NETWORK, uuid)
            return Succeeded({"network": {"id": str(job.object_id), "name": job.object_name}})
    return Again()


def edit(carrying: Carrying) -> dict[str, Any]:
    """Change the definition, and of what runs whatever can. What waits for the next start is the result."""
    host, job, uuid = _host(carrying), carrying.job, _uuid(carrying.job)
    changes: dict[str, Any] = job.option("changes")
    refused: tuple[str, ...] = ()
    with nodes.pooled(host) as node:
        carrying.touching("changing it")
        if changes:
            refused = node.edit_network(uuid, lambda xml: edited(xml, changes)).refused
        if job.option("autostart") is not None:
            node.set_network_autostart(uuid, on=bool(job.option("autostart")))
        waiting = [one["path"] for one in node.network(uuid).pending]
    _look(host, Kind.NETWORK, uuid)
    return {"pending": waiting, "refused": list(refused)}


def delete(carrying: Carrying) -> None:
    """Stop it and remove its definition. Who came to name it meanwhile keeps it."""
    host, job, uuid = _host(carrying), carrying.job, _uuid(carrying.job)
    network = Network.objects.select_related("host").filter(pk=job.object_id).first()
    if network is not None:
        _refuse(lambda by: services.refuse_users(network, by), job)
    with nodes.pooled(host) as node:
        carrying.touching("removing it")
        _take_back(node, uuid)
    _look(host, Kind.NETWORK, uuid)


def define_filter(carrying: Carrying) -> dict[str, Any]:
    """libvirt knows by the UUID in the document whether it is a new one."""
    host, uuid = _host(carrying), _uuid(carrying.job)
    with nodes.pooled(host) as node:
        carrying.touching("defining it")
        node.define_filter(str(carrying.job.option("xml")))
    _look(host, Kind.FILTER, uuid)
    row = NetworkFilter.objects.filter(host=host, uuid=uuid).first()
    return {"filter": {"id": str(row.pk), "name": row.name} if row is not None else None}


def delete_filter(carrying: Carrying) -> None:
    """libvirt refuses it while an interface that runs or another filter names it."""
    host, job, uuid = _host(carrying), carrying.job, _uuid(carrying.job)
    row = NetworkFilter.objects.select_related("host").filter(pk=job.object_id).first()
    if row is not None:
        _refuse(lambda by: filters.refuse_users(row, by), job)
    with nodes.pooled(host) as node:
        carrying.touching("removing it")
        try:
            node.undefine_filter(uuid)
        except errors.NotFound:
            if carrying.first:
                raise
    _look(host, Kind.FILTER, uuid)


def _verb(call: Callable[[Node, UUID], None], reached: Reached) -> Callable[[Carrying], None]:
    def run(carrying: Carrying) -> None:
        host, uuid = _host(carrying), _uuid(carrying.job)
        with nodes.pooled(host) as node:
            if carrying.first or not reached(node, uuid):
                carrying.touching(f"asking {host.name}")
                try:
                    call(node, uuid)
                except errors.OperationInvalid:
                    # What an earlier attempt asked for may have come true between our look and our call.
                    if carrying.first or not reached(node, uuid):
                        raise
        _look(host, Kind.NETWORK, uuid)

    return run


def _start(node: Node, uuid: UUID) -> None:
    node.start_network(uuid)


def _stop(node: Node, uuid: UUID) -> None:
    node.stop_network(uuid)


def _runs(node: Node, uuid: UUID) -> bool:
    return node.network(uuid).active


def _rests(node: Node, uuid: UUID) -> bool:
    return not node.network(uuid).active


def _gone(node: Node, uuid: UUID) -> bool:
    return not node.has(Kind.NETWORK, uuid)


def _recoverer(reached: Reached) -> Callable[[Job], Verdict]:
    def recover(job: Job) -> Verdict:
        host, uuid = _host_of(job), _uuid(job)
        with nodes.pooled(host) as node:
            try:
                done = reached(node, uuid)
            except errors.NotFound:
                return Failed("not_found_on_node", f"{job.object_name} is no longer there.")
        if not done:
            return Again()
        _look(host, Kind.NETWORK, uuid)
        return Succeeded()

    return recover


def _again(job: Job) -> Verdict:
    """To define the same once more, or to remove what is gone, changes nothing."""
    return Again()


def _take_back(node: Node, uuid: UUID) -> None:
    """Of a network that may run, be defined, both or neither. A transient one ends with its run."""
    try:
        seen = node.network(uuid)
        if seen.active:
            node.stop_network(uuid)
        if seen.persistent:
            node.undefine_network(uuid)
    except errors.NotFound:
        return


def _refuse(check: Callable[[Actor], None], job: Job) -> None:
    """What came between the wish and now ends the job, in words for who asked."""
    by = Actor.SYSTEM if job.requested_by is None else Actor(user=job.requested_by)
    try:
        check(by)
    except Refused as refused:
        raise JobFailed(refused.code, refused.detail) from refused


def _look(host: Host, kind: Kind, uuid: UUID) -> None:
    looking.look(host.pk, str(kind), uuid)


def _uuid(job: Job) -> UUID:
    return UUID(str(job.option("uuid")))


def _host(carrying: Carrying) -> Host:
    try:
        return _host_of(carrying.job)
    except errors.NotFound as gone:
        raise JobFailed("not_found", gone.detail) from gone


def _host_of(job: Job) -> Host:
    host = Host.objects.filter(pk=job.host_id).first() if job.host_id else None
    if host is None:
        raise errors.NotFound("The host was removed.")
    return host
