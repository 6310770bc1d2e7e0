"""Why a console ends, as WebSocket close codes: the page tells people, so each has a sentence."""

from enum import IntEnum
from typing import NamedTuple

_LONGEST_REASON = 120  # RFC 6455: a control frame holds 125 bytes, two of them the code


class Code(IntEnum):
    """1000 to 1015 are RFC 6455's; those from 4000 on are ours."""

    ENDED = 1000  # the domain's side closed: it was shut down, or moved to another host
    GOING_AWAY = 1001
    PROTOCOL = 1002
    TOO_BIG = 1009
    FAILED = 1011
    NO_LONGER_PERMITTED = 4403
    TAKEN_OVER = 4409
    NODE_FAILED = 4502  # the node or its VNC server cannot give this console


class Closing(NamedTuple):
    """How a console ends. `reason` is for people and cut to what a close frame holds."""

    code: Code
    reason: str

    @property
    def short(self) -> str:
        return self.reason.encode()[:_LONGEST_REASON].decode("utf-8", "ignore")
