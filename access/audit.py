"""The record of who asked for what, written in the transaction of the change itself."""

from typing import Any
from uuid import UUID

from access.actor import Actor
from access.models import AuditEntry


def record(
    by: Actor,
    action: str,
    kind: str,
    id: UUID | None,
    name: str,
    result: str = "accepted",
    **detail: Any,
) -> AuditEntry:
    """Write that `by` asked for `action` ("domain.start") of the object, and with what result.

    Call it in the transaction of the change, so that neither stands without the other. `detail` is stored as JSON and
    read by people: no secret goes in. What a view refuses with 4xx is recorded by the API itself ("refused").
    """
    return AuditEntry.objects.create(
        actor=by.user,
        actor_name=by.name,
        token=by.token,
        token_name=by.token.name if by.token is not None else "",
        address=by.address,
        action=action,
        object_kind=kind,
        object_id=id,
        object_name=name[:255],
        result=result,
        detail=detail,
    )
