"""What the services of hosts refuse."""

from access.errors import Conflict
from hosts.models import Host


class HostNameTaken(Conflict):
    code = "name_taken"


class HostSilent(Conflict):
    """The host does not answer, so nothing can be asked of it."""

    code = "host_not_up"

    def __init__(self, host: Host) -> None:
        super().__init__(
            f"{host.name} is {host.state}. Try again when it answers.",
            host={"id": str(host.pk), "name": host.name, "state": host.state},
        )


class ClusterNameTaken(Conflict):
    code = "name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a cluster named {name} already.", errors={"name": ["is taken"]})
