"""What the services of hosts refuse."""

from access.errors import Conflict


class HostNameTaken(Conflict):
    code = "name_taken"


class HostNotUp(Conflict):
    """The host does not answer, so nothing can be asked of it."""

    code = "host_not_up"


class ClusterNameTaken(Conflict):
    code = "name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a cluster named {name} already.", errors={"name": ["is taken"]})
