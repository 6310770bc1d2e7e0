"""What every wish about networks begins and ends with: may they, does the host answer, the job, its audit row."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted, NotThere, Stale
from hosts.errors import HostSilent
from hosts.models import Host
from jobs.errors import Busy
from jobs.models import Job
from jobs.services import open_job, open_job_of
from networks.models import Network, NetworkFilter

Subject = tuple[Literal["network", "filter"], UUID, str]


class NetworkForbids(Conflict):
    """The network's present state does not allow it."""

    code = "operation_invalid"


class NameTaken(Conflict):
    code = "name_taken"

    def __init__(self, what: str, name: str, where: str) -> None:
        super().__init__(f"{where} has a {what} named {name} already.", errors={"name": ["is taken"]})


def find_host(id: UUID, permission: str, by: Actor) -> Host:
    """The host on which something is to be made. Raises NotPermitted, Invalid."""
    host = Host.objects.permitted(by, permission).filter(pk=id).first()
    if host is None:
        if Host.objects.permitted(by, "host.read").filter(pk=id).exists() or not by.may(permission):
            raise NotPermitted(f"This needs the permission {permission} on the host.")
        raise Invalid("There is no such host.", errors={"host": ["there is no such host"]})
    return host


def find_network(
    id: UUID, permission: str, by: Actor, *, lock: bool = False, version: int | None = None
) -> Network:
    """The network with its host. Raises NotThere when `by` may not even see it, NotPermitted, Stale."""
    networks = Network.objects.select_related("host")
    if lock:
        networks = networks.select_for_update(of=("self",))
    network = networks.permitted(by, permission).filter(pk=id).first()
    if network is None:
        if Network.objects.permitted(by, "network.read").filter(pk=id).exists():
            raise NotPermitted(f"You may see this network, but you lack {permission} on it.")
        raise NotThere
    _fresh(network.name, network.version, version)
    return network


def find_filter(id: UUID, by: Actor, *, lock: bool = False, version: int | None = None) -> NetworkFilter:
    """The filter that `by` wants to change, with its host. Raises as `find_network`."""
    filters = NetworkFilter.objects.select_related("host")
    if lock:
        filters = filters.select_for_update(of=("self",))
    found = filters.permitted(by, "filter.manage").filter(pk=id).first()
    if found is None:
        if NetworkFilter.objects.permitted(by, "network.read").filter(pk=id).exists():
            raise NotPermitted("You may see this filter, but you lack filter.manage on its host.")
        raise NotThere
    _fresh(found.name, found.version, version)
    return found


def _fresh(name: str, version: int, expected: int | None) -> None:
    if expected is not None and expected != version:
        raise Stale(f"{name} was changed meanwhile. Read it again, then repeat your change.")


def check_host(host: Host) -> None:
    """Raises HostSilent, NetworkForbids: nothing can be asked, or it keeps no networks."""
    if not host.answers:
        raise HostSilent(host)
    if not host.capabilities.get("networks", True):
        raise NetworkForbids(f"The {host.driver} driver of {host.name} keeps no networks.")


def check_free(kind: str, id: UUID) -> None:
    """Raises Busy: an open job holds the object."""
    under_way = open_job_of(kind, id)
    if under_way is not None:
        raise Busy(under_way)


def open_about(
    kind: str,
    subject: Subject,
    host: Host,
    *,
    by: Actor,
    options: Mapping[str, Any],
    told: Mapping[str, Any] | None = None,
    parent: Job | None = None,
) -> Job:
    """The job and its audit row (`told` stands in it), inside the transaction of the wish. Raises Busy."""
    audit.record(by, kind, *subject, **(told or {}))
    return open_job(
        kind,
        subject,
        by=by,
        host=(host.pk, host.name),
        cluster_id=host.cluster_id,
        options=dict(options),
        parent=parent,
    )
