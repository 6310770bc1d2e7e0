"""What services refuse with. The API turns each into a problem document; nothing here knows HTTP beyond a number."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class Refused(Exception):
    """A wish that is not granted, and why, in words for the person who asked.

    `code` names the reason for programs, `status` is its HTTP number, `errors` holds complaints by field, and
    `members` what else the problem document says (such as the job that is in the way).
    """

    code: str = "refused"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "Refused"

    def __init__(
        self,
        detail: str,
        *,
        code: str = "",
        errors: Mapping[str, Sequence[str]] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.errors: dict[str, list[str]] = {name: list(texts) for name, texts in (errors or {}).items()}
        self.members = members


class Invalid(Refused):
    """The request says something that cannot be meant; `errors` says which field."""

    code = "invalid"
    status = 400
    title = "Invalid request"


class NotPermitted(Refused):
    """The object may be seen, but not this done to it."""

    code = "not_permitted"
    status = 403
    title = "Not permitted"


class NotThere(Refused):
    """No such object, or none that this person may know of: the two are told apart to nobody."""

    code = "not_found"
    status = 404
    title = "Not found"

    def __init__(self, detail: str = "There is no such object.", **members: Any) -> None:
        super().__init__(detail, **members)


class Conflict(Refused):
    """What the object is or does at present is in the way."""

    code = "conflict"
    status = 409
    title = "Conflict"


class Stale(Refused):
    """The object changed since the version that the caller named in If-Match."""

    code = "precondition_failed"
    status = 412
    title = "Changed meanwhile"


class TooMany(Refused):
    """Too many attempts; `retry_after_seconds` says when the next has a chance."""

    code = "too_many_attempts"
    status = 429
    title = "Too many attempts"

    def __init__(self, detail: str, *, retry_after_seconds: int) -> None:
        super().__init__(detail, retry_after_seconds=retry_after_seconds)
        self.retry_after_seconds = retry_after_seconds
