"""What the services of hosts refuse."""

from access.errors import Conflict


class HostNameTaken(Conflict):
    code = "name_taken"


class HostNotUp(Conflict):
    """The host does not answer, so nothing can be asked of it."""

    code = "host_not_up"

