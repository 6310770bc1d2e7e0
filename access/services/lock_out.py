"""Lock-out: django-axes asks here before a password is looked at, whichever backend would know it. See ADR 0027."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessFailureLog
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone

from access.errors import TooMany

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=5)


@dataclass(frozen=True)
class Limits:
    """Failures within WINDOW: of one name from one address, of one address, of one name from anywhere."""

    of_name_and_address: int
    of_address: int
    of_name: int


PASSWORD, SECOND_FACTOR = "password", "second factor"
LIMITS: Mapping[str, Limits] = {
    # The last is the widest, so that a stranger who guesses at a name does not soon lock its owner out.
    PASSWORD: Limits(10, 50, 100),
    # Whoever gets so far has the password; six digits bear few guesses, from wherever they come.
    SECOND_FACTOR: Limits(10, 50, 10),
}


def name_of(typed: str) -> str:
    """How a name that was typed is counted."""
    return typed.casefold()[:150]


def address_of(request: HttpRequest) -> str | None:
    """The client's address as our middleware decided, never what a header says. Nothing for a Unix socket's."""
    return _address(request.META.get("REMOTE_ADDR") or "")


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def count(typed: str, address: str, what: str = PASSWORD) -> None:
    """Count a try as failed until `forget` says that it was not. Raises TooMany; what that refuses is not counted.

    Called before the slow hash and outside of a transaction: a hundred tries sent at once are counted as a hundred.
    """
    name, where, limits = name_of(typed), _address(address), LIMITS[what]
    attempt = AccessFailureLog.objects.create(username=name, ip_address=where, path_info=what)
    recent = AccessFailureLog.objects.filter(attempt_time__gt=timezone.now() - WINDOW, path_info=what)
    by_name, by_address = recent.filter(username=name), recent.filter(ip_address=where)
    if (
        by_name.filter(ip_address=where).count() <= limits.of_name_and_address
        and by_address.count() <= limits.of_address
        and by_name.count() <= limits.of_name
    ):
        return
    # So the wait ends even for who keeps trying.
    attempt.delete()
    oldest = recent.filter(Q(username=name) | Q(ip_address=where)).order_by("attempt_time").first()
    left = (oldest.attempt_time + WINDOW - timezone.now()).total_seconds() if oldest else 0.0
    # In the audit log once for a while, and not of strangers: see access.services.failures.
    log.warning("a try of a %s is refused: too many failures, from %s", what, address)
    raise TooMany("Too many failed sign-ins; wait a while.", retry_after_seconds=max(1, int(left) + 1))


def forget(typed: str, address: str, what: str = PASSWORD) -> None:
    """The right one came: the failures of this name from this address count no more."""
    AccessFailureLog.objects.filter(
        username=name_of(typed), ip_address=_address(address), path_info=what
    ).delete()


def unlock(name: str) -> int:
    """Forget all failures of a name, from wherever they came; returns how many."""
    deleted, _ = AccessFailureLog.objects.filter(username=name_of(name)).delete()
    return int(deleted)


def locked(names: Iterable[str]) -> frozenset[str]:
    """Those of the names of users from whom the next try would be refused, at least from one address. One query."""
    by_counted = {name_of(name): name for name in names}
    failures = (
        AccessFailureLog.objects.filter(
            attempt_time__gt=timezone.now() - WINDOW, username__in=by_counted, path_info__in=LIMITS
        )
        .order_by()
        .values_list("username", "path_info", "ip_address")
        .annotate(count=Count("pk"))
    )
    total: dict[tuple[str, str], int] = {}
    found: set[str] = set()
    for name, what, _, number in failures:
        total[name, what] = total.get((name, what), 0) + number
        if number >= LIMITS[what].of_name_and_address or total[name, what] >= LIMITS[what].of_name:
            found.add(by_counted[name])
    return frozenset(found)


def prune() -> int:
    """Delete failures that no longer count; returns how many."""
    deleted, _ = AccessFailureLog.objects.filter(attempt_time__lt=timezone.now() - 2 * WINDOW).delete()
    return int(deleted)


class Tiers(AxesDatabaseHandler):
    """axes' handler with our tiers, and with its failures counted before the password is looked at."""

    def is_allowed(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """True. Raises TooMany."""
        count(str((credentials or {}).get("username") or ""), address_of(request) or "")
        return True

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """It is counted already."""

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        """Whoever knew the right password has said so to `forget`; other ways in clear nothing."""

    def user_logged_out(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        """No concern of the failures."""

    def reset_attempts(
        self, *, ip_address: str | None = None, username: str | None = None, ip_or_username: bool = False
    ) -> int:
        """What axes' own commands (`manage.py axes_reset_username NAME`) call."""
        failures = AccessFailureLog.objects.all()
        by_name = Q(username=name_of(username)) if username else Q()
        by_address = Q(ip_address=_address(ip_address)) if ip_address else Q()
        deleted, _ = failures.filter(
            by_name | by_address if ip_or_username else by_name & by_address
        ).delete()
        return int(deleted)
