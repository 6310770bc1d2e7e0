"""Who is in the directory no more, or may not sign in there: the account closes, and opens again once they are back.

A directory that does not answer, or shows nobody, or suddenly lacks most of its people, has said nothing: see ADR 0034.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ldap
from django.db.models import Q
from django.utils import timezone
from django_auth_ldap.backend import _LDAPUser
from ldap.filter import escape_filter_chars

from access import audit
from access.actor import Actor
from access.errors import Conflict
from access.identities.configuration import Ldap
from access.identities.directory import DirectoryBackend, configured
from access.models import OutsideIdentity
from access.services.checks import administrator_remains
from access.services.sessions import end_all

log = logging.getLogger(__name__)

GONE, DISABLED, NOT_ALLOWED = "gone", "disabled", "not_allowed"
_SECONDS = 60.0  # of one look; who was not asked about by then comes another time
_FEW = 5  # so many may leave at once however few there are
_ACCOUNT_DISABLED = 0x2  # of userAccountControl, see Microsoft's ADS_USER_FLAG
# How servers say that nobody may sign in with an entry: Active Directory, 389 and FreeIPA, OpenLDAP's ppolicy.
_SAYS_DISABLED: Mapping[str, Callable[[str], bool]] = {
    "userAccountControl": lambda value: bool(int(value) & _ACCOUNT_DISABLED),
    "nsAccountLock": lambda value: value.lower() == "true",
    "pwdAccountLockedTime": lambda value: (
        value == "000001010000Z"
    ),  # by an administrator, not by wrong passwords
}


def look() -> None:
    """Ask about everybody who came from this directory, and act on its answers. Logged where it gives none."""
    told = configured()
    people = list(
        OutsideIdentity.objects.select_related("user")
        .filter(Q(user__is_active=True) | Q(left_at__isnull=False), user__source="ldap")
        .filter(issuer=told.user_base.lower())
        .order_by("?")
    )
    if not people:
        return
    try:
        reasons = _ask(told, people)
    except ldap.LDAPError as error:
        log.error("the directory %s gives no answer, and nobody's account is touched: %s", told.uri, error)
        return
    there = [identity.pk for identity, reason in reasons.items() if not reason]
    OutsideIdentity.objects.filter(pk__in=there).update(vouched_at=timezone.now())
    left = {one: reason for one, reason in reasons.items() if reason and one.user.is_active}
    if len(left) > max(_FEW, len(reasons) // 2):
        log.error(
            "the directory %s knows %d of %d people no more: no account is closed for that. If it is right, "
            "close them by hand.",
            told.uri,
            len(left),
            len(reasons),
        )
        return
    for identity, reason in reasons.items():
        _settle(identity, reason)


def _ask(told: Ldap, people: Sequence[OutsideIdentity]) -> dict[OutsideIdentity, str]:
    """Why each may not come in any more, "" for who may; only of those whom it was asked about. Raises LDAPError."""
    backend = DirectoryBackend()
    connection = _LDAPUser(backend, username="").connection
    ends = time.monotonic() + _SECONDS
    answers: dict[OutsideIdentity, str] = {}
    try:
        # Whoever may read nobody is answered as if nobody were there.
        if not _shows_somebody(connection, told):
            raise ldap.INSUFFICIENT_ACCESS({"desc": f"nobody is to be seen below {told.user_base}"})
        for identity in people:
            if time.monotonic() > ends:
                break
            answers[identity] = _reason(connection, backend, told, identity)
    finally:
        connection.unbind_s()
    return answers


def _of_anybody(told: Ldap) -> str:
    return told.user_filter % {"user": "*"}


def _shows_somebody(connection: Any, told: Ldap) -> bool:
    try:
        found = connection.search_ext_s(
            told.user_base, ldap.SCOPE_SUBTREE, _of_anybody(told), ["1.1"], sizelimit=1
        )
    except ldap.SIZELIMIT_EXCEEDED:
        return True
    return any(dn is not None for dn, _ in found)


def _reason(connection: Any, backend: DirectoryBackend, told: Ldap, identity: OutsideIdentity) -> str:
    search = backend.settings.USER_SEARCH
    name, _, value = identity.subject.partition("=")
    base, scope, which = told.user_base, ldap.SCOPE_SUBTREE, ""
    if name == "dn":
        base, scope = value, ldap.SCOPE_BASE
    elif name == "objectguid":
        which = f"({name}={escape_filter_chars(bytes.fromhex(value).decode('latin-1'), escape_mode=2)})"
    else:
        which = f"({name}={escape_filter_chars(value)})"
    try:
        raw = connection.search_s(
            base, scope, f"(&{_of_anybody(told)}{which})", [*search.attrlist, *_SAYS_DISABLED]
        )
    except ldap.NO_SUCH_OBJECT:
        if name != "dn":
            raise
        raw = []
    found = search._process_results(raw)
    if len(found) != 1:
        return GONE
    dn, attributes = found[0]
    if any(says(attributes[name][0]) for name, says in _SAYS_DISABLED.items() if attributes.get(name)):
        return DISABLED
    if told.groups.required:
        person = _LDAPUser(backend, username=identity.user.username)
        person._user_dn, person._user_attrs = dn, attributes
        person._connection, person._connection_bound = connection, True
        if not told.groups.lets_in(person.group_names):
            return NOT_ALLOWED
    return ""


def _settle(identity: OutsideIdentity, reason: str) -> None:
    """Close the account or open it, unless it is so already. Audited."""
    if bool(reason) != identity.user.is_active:
        return
    try:
        with administrator_remains():
            now = OutsideIdentity.objects.select_for_update().select_related("user").get(pk=identity.pk)
            user = now.user
            if user.is_active != bool(reason) or (not reason and now.left_at is None):
                return  # somebody was faster
            user.is_active = not reason
            user.version += 1
            user.save()
            now.left_at = timezone.now() if reason else None
            now.save(update_fields=["left_at"])
            ended = end_all(user) if reason else 0
            audit.record(
                Actor.SYSTEM,
                "user.edit",
                "user",
                user.pk,
                user.username,
                changes=audit.changed({"active": bool(reason)}, {"active": not reason}),
                source="ldap",
                reason=reason or "back",
                sessions_ended=ended,
            )
    except OutsideIdentity.DoesNotExist:
        return  # deleted meanwhile
    except Conflict as error:
        log.warning("%s is %s in the directory, and stays: %s", identity.user.username, reason, error.detail)
