"""What requests that carry content are refused with, beside what every wish may be."""

from typing import ClassVar

from access.errors import Refused, TooMany


class OtherProtocol(Refused):
    """Not the version of the tus protocol that is spoken here."""

    code = "tus_version"
    status: ClassVar[int] = 412
    title = "Another protocol"

    def __init__(self, version: str) -> None:
        super().__init__(f"Uploads go by the tus protocol {version}: say so in Tus-Resumable.")


class LengthRequired(Refused):
    """A body of no announced length."""

    code = "length_required"
    status: ClassVar[int] = 411
    title = "Length required"

    def __init__(self) -> None:
        super().__init__("Say how long the content is: in Content-Length, or in Content-Range for a part.")


class TooManyTransfers(TooMany):
    """One person's uploads or readings are as many as they may be."""

    code = "too_many_transfers"
    title = "Too many transfers"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, retry_after_seconds=10)


class NotSatisfiable(Refused):
    """The volume has no such bytes."""

    code = "range_not_satisfiable"
    status: ClassVar[int] = 416
    title = "Range not satisfiable"

    def __init__(self, size: int) -> None:
        super().__init__(f"The volume has {size} bytes.", size_bytes=size)
