"""What the audit log keeps of failed tries to sign in: all of people who are known, a few of anybody else.

Strangers could fill the log at will, and a name that nobody has may be a password in the wrong field: it is not kept.
"""

from django.db.models import QuerySet
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.models import AuditEntry, User
from access.services import lock_out

MOST_OF_STRANGERS = 20  # within lock_out.WINDOW, from wherever they come


def signing_in(typed: str, *, by: Actor) -> None:
    """A name and password that were not right."""
    user = _known(typed)
    if user is not None:
        audit.record(by, "auth.login", "user", user.pk, user.username, "failed")
        return
    recent = _since(AuditEntry.objects.filter(action="auth.login", result="failed", object_id=None))
    if recent < MOST_OF_STRANGERS:
        last = recent == MOST_OF_STRANGERS - 1
        audit.record(by, "auth.login", "user", None, "", "failed", unknown_name=True, no_more_for_now=last)


def locked_out(typed: str, address: str, what: str) -> None:
    """A try that was refused after too many: once for a while, of people who are known."""
    user = _known(typed)
    if user is None or _since(AuditEntry.objects.filter(action="auth.lock_out", object_id=user.pk)):
        return
    audit.record(
        Actor(address=address), "auth.lock_out", "user", user.pk, user.username, "refused", what=what
    )


def _since(rows: "QuerySet[AuditEntry]") -> int:
    return rows.filter(at__gt=timezone.now() - lock_out.WINDOW).count()


def _known(typed: str) -> User | None:
    return User.objects.filter(username__iexact=typed).first() if "\x00" not in typed else None
