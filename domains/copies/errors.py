"""What copies and deletion refuse."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from access.errors import Conflict

if TYPE_CHECKING:
    from domains.copies.users import VolumeUser
    from domains.models import Domain


class Protected(Conflict):
    """The domain is protected against deletion."""

    code = "protected"

    def __init__(self, domain: "Domain") -> None:
        super().__init__(f"{domain.name} is protected against deletion. Take the protection off first.")


class NameTaken(Conflict):
    """Another object of that kind has the name already."""

    code = "name_taken"

    def __init__(self, name: str, where: str) -> None:
        detail = f"There is a domain named {name} on {where} already."
        super().__init__(detail, errors={"name": ["is taken"]})


class InUse(Conflict):
    """Somebody else stands on a volume that would go."""

    code = "in_use"

    def __init__(self, what: str, told: "tuple[str, Sequence[VolumeUser]]") -> None:
        """`told`: what domains.copies.users.told gives, which knows whom the person may see."""
        named, users = told
        super().__init__(
            f"{what} is used by {named}.",
            users=[{"kind": user.kind, "id": str(user.id), "name": user.name} for user in users],
        )


class CannotCopy(Conflict):
    """What is known already says that this copy cannot be made."""

    code = "cannot_copy"
