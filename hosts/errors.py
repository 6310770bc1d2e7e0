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


class HostKeyNotChanged(Conflict):
    """There is no other key of the machine to confirm."""

    code = "host_key_not_changed"

    def __init__(self, host: Host) -> None:
        super().__init__(f"{host.name} shows the key that is known, or has not been asked since.")


class NoOwnKey(Conflict):
    """ovirtlite reaches the node by a key that it did not make."""

    code = "no_own_key"


class NoOwnCertificate(Conflict):
    """ovirtlite reaches the node by no certificate that it made."""

    code = "no_own_certificate"


class ClusterNameTaken(Conflict):
    code = "name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a cluster named {name} already.", errors={"name": ["is taken"]})
