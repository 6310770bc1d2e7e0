"""The record of who asked for what and what came of it, written in the transaction of the change itself."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from access import chain
from access.actor import Actor
from access.models import AuditEntry

Changes = Mapping[str, Mapping[str, Any]]

_SECRET = frozenset({"credentials", "passwd", "secret", "sealed", "digest", "user_data", "network_config"})
_SECRET_ENDS = ("password", "passphrase", "private_key", "secret_key", "_secret", "recovery_codes")
_PATH = re.compile(r"[^\w-]")
_LONGEST_TEXT = 1000
_MOST = 50


def record(
    by: Actor,
    action: str,
    kind: str,
    id: UUID | None,
    name: str,
    result: str = "accepted",
    *,
    changes: Changes | None = None,
    **detail: Any,
) -> AuditEntry:
    """Write that `by` asked for `action` ("domain.start") of the object, and with what result.

    Call it in the transaction of the change, so that neither stands without the other. `changes` is what `changed`
    gives. All is stored as JSON and read by people: no secret goes in, and long texts are cut. What a view refuses with
    4xx is recorded by the API itself ("refused").
    """
    return _write(
        (by.id, by.name),
        (action, kind, id, name, result),
        changes or {},
        detail,
        token_id=by.token_id,
        token_name=by.token.name if by.token is not None else "",
        session_id=by.session_id,
        address=by.address,
    )


def record_end(
    asked: tuple[UUID | None, str], action: str, kind: str, id: UUID, name: str, result: str, **detail: Any
) -> AuditEntry:
    """Write what came of a wish that was recorded when it was made. `asked`: whose, as (id, name)."""
    return _write(asked, (action, kind, id, name, result), {}, detail)


def _write(
    who: tuple[UUID | None, str],
    what: tuple[str, str, UUID | None, str, str],
    changes: Changes,
    detail: Mapping[str, Any],
    **where: Any,
) -> AuditEntry:
    action, kind, id, name, result = what
    entry = AuditEntry(
        actor_id=who[0],
        actor_name=_text(who[1] or "ovirtlite", 150),
        action=action,
        object_kind=kind,
        object_id=id,
        object_name=_text(name, 255),
        result=result,
        detail=_bounded(detail),
        changes={
            _text(name, 200): {"before": _bounded(one["before"]), "after": _bounded(one["after"])}
            for name, one in list(changes.items())[:_MOST]
        },
        **where,
    )
    entry.save()
    chain.seal_soon()
    return entry


def changed(
    before: Mapping[str, Any], after: Mapping[str, Any], *, secret: Iterable[str] = ()
) -> dict[str, dict[str, Any]]:
    """{field: {"before", "after"}} of what `after` says differently. Fields that it does not name are left out.

    What is `secret`, or called as secrets are, only shows that it changed.
    """
    hidden = frozenset(secret)
    return {
        name: {"before": None, "after": "changed"}
        if name in hidden or is_secret(name, value)
        else {"before": _bounded(before.get(name)), "after": _bounded(value)}
        for name, value in after.items()
        if before.get(name) != value
    }


def is_secret(name: str, value: Any) -> bool:
    """Whether a field of this name may hold a secret. Whether something is set or how often is none."""
    if value is None or isinstance(value, bool | int | float):
        return False
    name = _PATH.split(name)[-1]  # "devices/graphics[1]/passwd"
    return name in _SECRET or name.endswith(_SECRET_ENDS)


def _text(text: str, longest: int = _LONGEST_TEXT) -> str:
    """What every database stores, and not more than people read."""
    clean = text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}…"


def _bounded(value: Any, depth: int = 6) -> Any:
    """As plain data of a bounded size."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping) and depth > 0:
        shown = list(value.items())[:_MOST]
        return {
            _text(str(name), 100): "(secret)"
            if is_secret(str(name), each) and not isinstance(each, Mapping)
            else _bounded(each, depth - 1)
            for name, each in shown
        }
    if isinstance(value, list | tuple | set | frozenset) and depth > 0:
        return [_bounded(each, depth - 1) for each in list(value)[:_MOST]]
    return _text(value if isinstance(value, str) else str(value))
