"""What consoles are refused with, over REST. The gateway's own refusals say less on purpose."""

from access.errors import Conflict, Refused


class NoSuchConsole(Conflict):
    """The domain has no such device, as its host last told."""

    code = "no_such_console"


class NotReachable(Conflict):
    """A viewer outside the browser cannot get to the domain's screen; the browser's console may well."""

    code = "graphics_not_reachable"


class Unavailable(Refused):
    """Something of ours is down; it comes back by itself."""

    code = "console_unavailable"
    status = 503
    title = "Unavailable"
