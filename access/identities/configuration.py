"""What the environment says of the provider and of the directory. Without Django's models: the settings read this."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

Environment = Mapping[str, str]
GROUP_TYPES = ("groupOfNames", "groupOfUniqueNames", "posixGroup", "activeDirectory", "memberOf")


def _secret(env: Environment, name: str) -> str:
    """The variable's value, or the content of the file that NAME_FILE names."""
    if file := env.get(f"{name}_FILE", ""):
        try:
            return Path(file).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from None
    return env.get(name, "")


def _is_true(env: Environment, name: str) -> bool:
    return env.get(name, "").lower() in {"1", "true", "yes", "on"}


def is_loopback(host: str | None) -> bool:
    """Whether what is sent to this host stays on the machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def https_or_loopback(url: str) -> bool:
    """Whether nobody on the way can read or change what this address is asked."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


@dataclass(frozen=True)
class GroupRules:
    """Which groups of ours somebody gets for the groups that are said of them elsewhere.

    `names` maps theirs to ours; None: a group of ours is got by its own name. `required` is one of theirs, without
    which nobody comes in.
    """

    names: Mapping[str, tuple[str, ...]] | None = None
    required: str = ""

    @classmethod
    def from_env(cls, env: Environment, prefix: str) -> Self:
        """Raises ImproperlyConfigured."""
        text = env.get(f"{prefix}_GROUPS", "").strip()
        required = env.get(f"{prefix}_REQUIRED_GROUP", "").strip()
        if not text:
            return cls(required=required)
        names: dict[str, tuple[str, ...]] = {}
        for pair in filter(None, (word.strip() for word in text.split(","))):
            theirs, is_pair, ours = (part.strip() for part in pair.rpartition("="))
            if not (theirs and is_pair and ours):
                raise ImproperlyConfigured(f"{prefix}_GROUPS: {pair!r} is not “their group=our group”.")
            names[theirs] = (*names.get(theirs, ()), ours)
        return cls(names=names, required=required)

    @property
    def ruled(self) -> frozenset[str]:
        """The groups of ours that are decided elsewhere alone."""
        return frozenset(name for ours in (self.names or {}).values() for name in ours)

    def wanted(self, theirs: Iterable[str]) -> frozenset[str]:
        """The names of the groups of ours for these of theirs."""
        if self.names is None:
            return frozenset(theirs)
        return frozenset(name for one in theirs for name in self.names.get(one, ()))

    def lets_in(self, theirs: Iterable[str]) -> bool:
        return not self.required or self.required in theirs


@dataclass(frozen=True)
class Oidc:
    """An OpenID Connect provider and ourselves as its client."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False, default="")
    name: str = "OpenID Connect"
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    groups_claim: str = "groups"
    username_claim: str = "preferred_username"
    groups: GroupRules = GroupRules()

    @classmethod
    def from_env(cls, env: Environment) -> Self | None:
        """None without OVIRTLITE_OIDC_ISSUER. Raises ImproperlyConfigured."""
        prefix = "OVIRTLITE_OIDC"
        issuer = env.get(f"{prefix}_ISSUER", "").strip()
        if not issuer:
            return None
        if not https_or_loopback(issuer):
            raise ImproperlyConfigured(f"{prefix}_ISSUER must be an https address (http on loopback alone).")
        client_id = env.get(f"{prefix}_CLIENT_ID", "").strip()
        if not client_id:
            raise ImproperlyConfigured(f"{prefix}_CLIENT_ID is missing.")
        scopes = env.get(f"{prefix}_SCOPES", "").split() or list(cls.scopes)
        return cls(
            issuer=issuer,
            client_id=client_id,
            client_secret=_secret(env, f"{prefix}_CLIENT_SECRET"),
            name=env.get(f"{prefix}_NAME", "").strip() or cls.name,
            scopes=tuple(dict.fromkeys(("openid", *scopes))),
            groups_claim=env.get(f"{prefix}_GROUPS_CLAIM", "").strip() or cls.groups_claim,
            username_claim=env.get(f"{prefix}_USERNAME_CLAIM", "").strip() or cls.username_claim,
            groups=GroupRules.from_env(env, prefix),
        )


@dataclass(frozen=True)
class Ldap:
    """An LDAP directory, and where in it people and groups are."""

    uri: str
    user_base: str
    user_filter: str = "(uid=%(user)s)"
    start_tls: bool = False
    ca_file: str = ""
    bind_dn: str = ""
    bind_password: str = field(repr=False, default="")
    group_base: str = ""
    group_type: str = "groupOfNames"
    groups: GroupRules = GroupRules()

    @classmethod
    def from_env(cls, env: Environment) -> Self | None:
        """None without OVIRTLITE_LDAP_URI. Raises ImproperlyConfigured."""
        prefix = "OVIRTLITE_LDAP"
        uri = env.get(f"{prefix}_URI", "").strip()
        if not uri:
            return None
        if find_spec("django_auth_ldap") is None:
            raise ImproperlyConfigured(f"{prefix}_URI needs the packages of requirements-ldap.txt.")
        made = cls(
            uri=uri,
            user_base=env.get(f"{prefix}_USER_BASE", "").strip(),
            user_filter=env.get(f"{prefix}_USER_FILTER", "").strip() or cls.user_filter,
            start_tls=_is_true(env, f"{prefix}_START_TLS"),
            ca_file=env.get(f"{prefix}_CA_FILE", "").strip(),
            bind_dn=env.get(f"{prefix}_BIND_DN", "").strip(),
            bind_password=_secret(env, f"{prefix}_BIND_PASSWORD"),
            group_base=env.get(f"{prefix}_GROUP_BASE", "").strip(),
            group_type=env.get(f"{prefix}_GROUP_TYPE", "").strip() or cls.group_type,
            groups=GroupRules.from_env(env, prefix),
        )
        made._check(in_clear=_is_true(env, f"{prefix}_INSECURE"))
        return made

    def _check(self, *, in_clear: bool) -> None:
        if not self.user_base:
            raise ImproperlyConfigured("OVIRTLITE_LDAP_USER_BASE is missing.")
        if "%(user)s" not in self.user_filter:
            raise ImproperlyConfigured("OVIRTLITE_LDAP_USER_FILTER must say where %(user)s stands.")
        if self.group_type not in GROUP_TYPES:
            raise ImproperlyConfigured(f"OVIRTLITE_LDAP_GROUP_TYPE is none of {', '.join(GROUP_TYPES)}.")
        if self.bind_dn and not self.bind_password:
            # A server takes this for a bind by nobody, and says that all is well.
            raise ImproperlyConfigured("OVIRTLITE_LDAP_BIND_DN needs OVIRTLITE_LDAP_BIND_PASSWORD.")
        if (self.groups.names or self.groups.required) and not self.group_base:
            raise ImproperlyConfigured("OVIRTLITE_LDAP_GROUP_BASE is missing: groups are looked for there.")
        for uri in self.uri.split():
            parts = urlsplit(uri)
            if parts.scheme not in {"ldap", "ldaps", "ldapi"}:
                raise ImproperlyConfigured(f"OVIRTLITE_LDAP_URI: {uri!r} is no ldap, ldaps or ldapi address.")
            if parts.scheme == "ldap" and not (self.start_tls or in_clear or is_loopback(parts.hostname)):
                raise ImproperlyConfigured(
                    "OVIRTLITE_LDAP_URI would send passwords in clear: use ldaps:// or OVIRTLITE_LDAP_START_TLS=1 "
                    "(or OVIRTLITE_LDAP_INSECURE=1 where nobody else can listen)."
                )
