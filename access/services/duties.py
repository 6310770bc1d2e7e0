"""What a person has to do before anything else: choose another password, set up a second factor."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from access.errors import NotPermitted, Refused
from access.models import SecondFactor, User
from access.permissions import ADMINISTER, rights_of
from access.unchanged import unchanged

NOBODY, ADMINISTRATORS, EVERYBODY = "none", "administrators", "all"


def has_second_factor(user: User) -> bool:
    """Whether a sign-in of the user asks for a second factor. Codes on paper alone are none."""
    factors = SecondFactor.objects.filter(user=user, confirmed=True).exclude(
        kind=SecondFactor.Kind.RECOVERY_CODES
    )
    return unchanged(("second factor", user.pk), factors.exists)


def must_have_second_factor(user: User) -> bool:
    """What OVIRTLITE_REQUIRE_SECOND_FACTOR says of this user. An OpenID provider asks for its own."""
    who = settings.REQUIRE_SECOND_FACTOR
    if who not in {NOBODY, ADMINISTRATORS, EVERYBODY}:
        raise ImproperlyConfigured(
            f"OVIRTLITE_REQUIRE_SECOND_FACTOR is {who!r}: none, administrators or all."
        )
    if who == NOBODY or user.source == "oidc":
        return False
    if who == EVERYBODY:
        return True
    return any(scope.everywhere for name, scope in rights_of(user).items() if name in ADMINISTER)


def unmet(user: User) -> Refused | None:
    """Why the user's session may be used for nothing else yet; None where it may."""
    if user.must_change_password and user.source == "local":
        return NotPermitted("Choose another password first.", code="password_change_required")
    if must_have_second_factor(user) and not has_second_factor(user):
        return NotPermitted("Set up a second factor first.", code="second_factor_setup_required")
    return None
