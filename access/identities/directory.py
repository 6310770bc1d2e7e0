"""Passwords that an LDAP directory knows: django-auth-ldap, told where to look by our own settings (ADR 0028)."""

import logging
from typing import Any

import ldap
from django.conf import settings
from django.http import HttpRequest
from django_auth_ldap import backend as library
from django_auth_ldap.config import (
    ActiveDirectoryGroupType,
    GroupOfNamesType,
    GroupOfUniqueNamesType,
    LDAPGroupType,
    LDAPSearch,
    LDAPSettings,
    PosixGroupType,
)
from ldap.dn import explode_dn, str2dn

from access.actor import Actor
from access.identities import admission
from access.identities.admission import NotAdmitted, Vouched
from access.identities.configuration import Ldap
from access.models import User
from access.services.users import is_username
from access.sessions import AccountBackend

log = logging.getLogger(__name__)

_ANSWERS_WITHIN_SECONDS = 5
# What stays a person's own when their entry is renamed, as servers call it; without one the DN has to do.
_STAYS = ("entryUUID", "nsUniqueId", "ipaUniqueID", "objectGUID")


class MemberOfType(LDAPGroupType):  # type: ignore[misc]  # the library ships no types
    """Groups as the person's own entry lists them. Those outside of the group base are anybody's, and count nothing."""

    def user_groups(self, ldap_user: Any, group_search: LDAPSearch) -> list[tuple[str, dict[str, list[str]]]]:
        base = str2dn(group_search.base_dn.lower())
        found = []
        for name in (ldap_user.attrs or {}).get("memberOf", []):
            parts = str2dn(name.lower())
            if len(parts) > len(base) and parts[-len(base) :] == base:
                found.append((name, {"cn": [str2dn(name)[0][0][1]]}))
        return found


_GROUP_TYPES: dict[str, tuple[type[Any], str]] = {
    "groupOfNames": (GroupOfNamesType, "(objectClass=groupOfNames)"),
    "groupOfUniqueNames": (GroupOfUniqueNamesType, "(objectClass=groupOfUniqueNames)"),
    "posixGroup": (PosixGroupType, "(objectClass=posixGroup)"),
    "activeDirectory": (ActiveDirectoryGroupType, "(objectClass=group)"),
    "memberOf": (MemberOfType, "(objectClass=*)"),
}


def _as_the_library_has_it(configured: Ldap) -> dict[str, Any]:
    options: dict[int, Any] = {
        ldap.OPT_NETWORK_TIMEOUT: _ANSWERS_WITHIN_SECONDS,
        ldap.OPT_TIMEOUT: _ANSWERS_WITHIN_SECONDS,
        ldap.OPT_REFERRALS: 0,  # they would be followed with the same password, wherever they lead
        ldap.OPT_X_TLS_REQUIRE_CERT: ldap.OPT_X_TLS_DEMAND,
    }
    if configured.ca_file:
        options[ldap.OPT_X_TLS_CACERTFILE] = configured.ca_file
    options[ldap.OPT_X_TLS_NEWCTX] = 0  # last: it takes over what was set before
    made: dict[str, Any] = {
        "SERVER_URI": configured.uri,
        "START_TLS": configured.start_tls,
        "BIND_DN": configured.bind_dn,
        "BIND_PASSWORD": configured.bind_password,
        "CONNECTION_OPTIONS": options,
        "USER_SEARCH": LDAPSearch(
            configured.user_base, ldap.SCOPE_SUBTREE, configured.user_filter, ["*", "memberOf", *_STAYS]
        ),
        "ALWAYS_UPDATE_USER": False,
        "PERMIT_EMPTY_PASSWORD": False,
    }
    if configured.group_base:
        kind, filter_ = _GROUP_TYPES[configured.group_type]
        made["GROUP_TYPE"] = kind(name_attr="cn")
        made["GROUP_SEARCH"] = LDAPSearch(configured.group_base, ldap.SCOPE_SUBTREE, filter_)
    return made


def configured() -> Ldap:
    """The directory of the environment. Only where there is one is this backend among those of the settings."""
    configured: Ldap | None = settings.LDAP
    if configured is None:
        raise RuntimeError("no directory is configured")
    return configured


class DirectoryBackend(library.LDAPBackend):  # type: ignore[misc]  # the library ships no types
    """Sign-in by a password of the directory's, for people who are known by none of ours."""

    _settings: LDAPSettings | None
    settings_prefix = "OVIRTLITE_AUTH_LDAP_"  # nothing is called so: all of it comes from OVIRTLITE_LDAP_…

    @property
    def settings(self) -> LDAPSettings:
        if self._settings is None:
            self._settings = LDAPSettings(self.settings_prefix, _as_the_library_has_it(configured()))
        return self._settings

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        """The user whose password in the directory this is; None also when the directory does not answer."""
        # A server takes an empty password for a bind by nobody, and says that all is well.
        if not username or not password or "\0" in password or not is_username(username):
            return None
        if User.objects.filter(username__iexact=username).exclude(source="ldap").exists():
            return None
        found: User | None = super().authenticate(request, username=username, password=password)
        return found

    def get_user(self, user_id: Any) -> User | None:
        return AccountBackend().get_user(user_id)

    def get_or_build_user(self, username: str, ldap_user: Any) -> tuple[User, bool]:
        """Called by the library once the password was found to be right."""
        by = Actor(address=(ldap_user._request.META.get("REMOTE_ADDR") or "") if ldap_user._request else "")
        try:
            return admission.user_of(_vouched(username, ldap_user), configured().groups, by=by), False
        except NotAdmitted as error:
            log.warning("%s of the directory is not signed in (%s): %s", username, error.code, error.detail)
            raise ldap_user.AuthenticationFailed(error.detail) from None


def _vouched(typed: str, ldap_user: Any) -> Vouched:
    attributes = ldap_user.attrs
    names = [str(name) for name in attributes.get("uid", [])]
    # One who is found by a mail address too is called the same each time.
    name = typed if not names or typed.lower() in {one.lower() for one in names} else names[0]
    return Vouched(
        source="ldap",
        issuer=configured().user_base.lower(),
        subject=_subject(ldap_user),
        usernames=(name.lower(),),
        display_name=str((attributes.get("displayName") or attributes.get("cn") or [""])[0]),
        groups=frozenset(ldap_user.group_names) if configured().group_base else frozenset(),
    )


def _subject(ldap_user: Any) -> str:
    for name in _STAYS:
        value = (ldap_user.attrs.get(name) or [None])[0]
        if value is not None:
            text = value if isinstance(value, bytes) else str(value).encode()
            return f"{name.lower()}={text.hex() if name == 'objectGUID' else text.decode()}"
    return f"dn={','.join(explode_dn(ldap_user.dn))}"


def _tell(sender: Any, context: str, exception: Exception, **_: Any) -> None:
    """A directory that does not answer signs nobody in; whoever runs this reads why."""
    log.error("the directory %s gives no answer: %s", configured().uri, exception)


library.ldap_error.connect(_tell, dispatch_uid="access.identities.directory")
