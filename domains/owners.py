"""Whose a domain is: the column that quotas count by, and the grant that says what its owner may do."""

from django.db.models import F
from django.utils import timezone

from access.actor import Actor
from access.models import User
from access.services import grants
from domains.models import Domain
from live.notices import tell


def make_owner(domain: Domain, user: User | None, by: Actor) -> None:
    """Make it `user`'s, or nobody's; call it in the transaction of the change. Whether `by` may is asked by the caller.

    What the owner may do is an ordinary grant of the role `owner`, which the one before loses. Grants that the owner
    gave to others stay: whoever owns it now sees them and takes back what should not be.
    """
    before = domain.owner_id
    if before is not None and (user is None or before != user.pk):
        grants.take_owner(before, "domain", domain.pk, by=by)
    if user is not None:
        grants.give_owner(user, "domain", domain.pk, by=by)
    if before == (user.pk if user is not None else None):
        return
    now = timezone.now()
    Domain.objects.filter(pk=domain.pk).update(owner=user, version=F("version") + 1, updated_at=now)
    domain.owner = user
    domain.version += 1
    tell("updated", "domain", domain.pk, domain.version, {"domain": domain.pk, **domain.host.within})
