"""Who still stands behind something that lasts, a socket or a console; asked again often, for many at once."""

from collections.abc import Sequence

from access.actor import Actor
from access.models import Token, User
from access.permissions import usable
from access.sessions import stands

ASKED_EVERY_SECONDS = 2.0


def still(actors: Sequence[Actor]) -> list[Actor | None]:
    """The same askers with their rights of now, in the same order; None for whose account, token or session ended.

    Two queries, and what of sessions and rights is not known unchanged (see access.unchanged). Called in a thread.
    """
    users = User.objects.filter(is_active=True).in_bulk(
        {one.user.pk for one in actors if one.user is not None}
    )
    tokens = Token.objects.select_related("user", "user__outside").in_bulk(
        {one.token.pk for one in actors if one.token is not None}
    )
    return [_now(one, users.get(one.id), tokens.get(one.token_id)) for one in actors]


def _now(then: Actor, user: User | None, token: Token | None) -> Actor | None:
    if user is None or (then.token is not None and (token is None or not usable(token))):
        return None
    if then.token is None and not stands(then.session_key, user):
        return None
    now = Actor(user=user, token=token, address=then.address, session_key=then.session_key)
    _ = now.rights, now.held  # read here, so that nobody waits for the database later
    return now
