"""Permission as a queryset verb: the one path that REST, sockets and consoles take to an object."""

from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from access.actor import Actor

M = TypeVar("M", bound=models.Model)


class PermittedQuerySet(models.QuerySet[M]):
    """A queryset that knows who may do what.

    The model says in `PERMITTED_BY` which kinds a grant may stand on to reach its rows, and by which column:
    `{"domain": "pk", "host": "host_id", "cluster": "host__cluster_id"}`. An empty mapping (or none) means that only
    a grant that holds everywhere counts.
    """

    def permitted(self, actor: "Actor", permission: str) -> Self:
        """The rows to which `actor` may do what `permission` names."""
        scope = actor.scope(permission)
        if scope.everywhere:
            return self.all()
        paths: dict[str, str] = getattr(self.model, "PERMITTED_BY", {})
        reached = [
            Q(**{f"{paths[kind]}__in": ids}) for kind, ids in scope.ids.items() if kind in paths and ids
        ]
        if not reached:
            return self.none()
        condition = reached[0]
        for other in reached[1:]:
            condition |= other
        return self.filter(condition)


class AppendOnly(TypeError):
    """What is only ever added to was to be changed or deleted: an error of the program."""


class AppendOnlyQuerySet(PermittedQuerySet[M]):
    """Rows that are written once. The sealing of the audit log goes past it; see access.chain."""

    def _refused(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly("Entries of the audit log are never changed and never deleted.")

    update = delete = bulk_update = bulk_create = update_or_create = _refused
