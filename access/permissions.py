"""The closed set of permissions, the built-in roles made of them, and how far a permission of someone reaches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from access import bundles
from access.models import Grant
from access.unchanged import unchanged

if TYPE_CHECKING:
    from access.models import Token, User

# Each is "kind.verb"; verbs of domains are those of hypervisor.states.DomainAction where there is one.
PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "host.read": "See hosts",
        "host.enrol": "Add hosts",
        "host.edit": "Change a host's name, address and credentials",
        "host.refresh": "Read a host's inventory again",
        "host.delete": "Take a host out of the inventory",
        "cluster.read": "See clusters",
        "cluster.edit": "Make, change and delete clusters",
        "domain.read": "See domains",
        "domain.start": "Start domains",
        "domain.shutdown": "Ask guests to shut down",
        "domain.reboot": "Ask guests to reboot",
        "domain.reset": "Reset domains",
        "domain.destroy": "Force domains off",
        "domain.suspend": "Pause domains",
        "domain.resume": "Resume paused domains",
        "domain.save": "Save domains to disk",
        "domain.restore": "Restore saved domains",
        "domain.migrate": "Move domains to other hosts",
        "domain.undefine": "Undefine domains",
        "domain.console": "Open consoles of domains",
        "domain.read_xml": "Read the XML of domains",
        "domain.create": "Make domains",
        "domain.edit": "Change a domain's settings and devices",
        "domain.edit_xml": "Change a domain's XML by hand",
        "domain.clone": "Make copies of domains",
        "domain.snapshot": "Take and delete snapshots of domains",
        "domain.revert": "Take domains back to a snapshot",
        "domain.guest": "Act inside guests through their agent: passwords, time, freezing",
        "domain.host_paths": "Let definitions name paths and devices of their host",
        "domain.host_devices": "Give devices of the host to domains",
        "domain.raw_qemu": "Let definitions name emulators, command lines and foreign namespaces",
        "template.read": "See templates",
        "template.manage": "Make, change and delete templates",
        "domain.backup": "Back up domains and say when that happens",
        "domain.export": "Take domains out as appliances (OVA)",
        "pool.read": "See storage pools and volumes",
        "pool.create": "Make storage pools on hosts",
        "pool.edit": "Change storage pools and say which are shared",
        "pool.start": "Start storage pools",
        "pool.stop": "Stop storage pools",
        "pool.refresh": "Have a host look again what is in a storage pool",
        "pool.build": "Build storage pools: make folders, format devices",
        "pool.delete": "Delete storage pools",
        "volume.create": "Make volumes, empty or as copies",
        "volume.edit": "Resize, rename, convert and sparsify volumes",
        "volume.wipe": "Wipe volumes",
        "volume.delete": "Delete volumes",
        "volume.upload": "Fill volumes from a file or an address",
        "volume.download": "Read the content of volumes, also by copying them",
        "volume.attach": "Give volumes to domains as disks",
        "image.manage": "Put images into the library, change them and take them out",
        "network.read": "See networks, their leases and filters",
        "network.create": "Make networks on hosts",
        "network.edit": "Change networks",
        "network.start": "Start networks",
        "network.stop": "Stop networks",
        "network.delete": "Delete networks",
        "network.use": "Connect domains to networks",
        "filter.manage": "Make, change and delete network filters",
        "job.read": "See jobs",
        "job.cancel": "Cancel jobs",
        "event.read": "See events",
        "audit.read": "Read the audit log",
        "metrics.read": "Read the metrics",
        "user.manage": "Make, change and delete users and groups",
        "role.manage": "Make, change and delete roles",
        "grant.manage": "Give roles to people",
        "grant.share": "Give others what one may do oneself on an object",
        "quota.manage": "Set quotas and see what everybody uses",
    }
)

_READ = frozenset(
    {
        "host.read",
        "cluster.read",
        "domain.read",
        "pool.read",
        "network.read",
        "template.read",
        "job.read",
        "event.read",
    }
)
# Whoever may put these into a definition is root on its host.
ROOT_ON_HOST = frozenset({"domain.host_paths", "domain.host_devices", "domain.raw_qemu"})
_POWER = frozenset(
    {
        "domain.start",
        "domain.shutdown",
        "domain.reboot",
        "domain.reset",
        "domain.destroy",
        "domain.suspend",
        "domain.resume",
        "domain.save",
        "domain.restore",
    }
)
_OPERATE = (
    frozenset(
        name
        for name in PERMISSIONS
        if name.split(".")[0]
        in {"host", "cluster", "domain", "template", "pool", "volume", "image", "network", "filter", "job"}
    )
    - ROOT_ON_HOST
)
# What whoever made a domain may do to it: all that concerns this domain alone.
_OWN = (
    _POWER
    | frozenset(
        f"domain.{verb}"
        for verb in ("read", "read_xml", "console", "edit", "clone", "snapshot", "revert", "guest", "backup", "export",
                     "undefine")
    )
    | {"job.read", "job.cancel", "event.read", "grant.share"}
)  # fmt: skip
ADMINISTER = frozenset({"user.manage", "role.manage", "grant.manage"})


@dataclass(frozen=True)
class BuiltInRole:
    """A role that every installation has and nobody can change."""

    name: str
    description: str
    permissions: frozenset[str]


OWNER = "owner"
BUILT_IN_ROLES = (
    BuiltInRole("administrator", "Everything, accounts included.", frozenset(PERMISSIONS)),
    BuiltInRole(
        "operator", "Everything on hosts, domains, storage, networks and jobs; no accounts.", _READ | _OPERATE
    ),
    BuiltInRole(
        "user", "See, power and work on the domains that were given.", _READ | _POWER | {"domain.console"}
    ),
    BuiltInRole("viewer", "See, and change nothing.", _READ),
    BuiltInRole(
        OWNER, "Everything that concerns one domain alone, sharing it included; given to who makes it.", _OWN
    ),
    BuiltInRole(
        "self-service",
        "Make domains of templates, within one's quota, and see no other's. Give it on templates, hosts or clusters.",
        frozenset({"template.read", "domain.create"}),
    ),
)

# A grant may stand on an object of one of these kinds, or on none: then it holds everywhere.
GRANTABLE_KINDS = ("cluster", "host", "domain", "pool", "network", "template", "tag")


# Of which kinds the permissions are that mean anything on an object; on a host or cluster all do.
_CONCERNS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "domain": frozenset({"domain", "job", "event", "grant"}),
        "tag": frozenset({"domain", "job", "event", "grant"}),
        "template": frozenset({"template", "domain", "job", "event", "grant"}),
        "pool": frozenset({"pool", "volume", "image", "job", "event", "grant"}),
        "network": frozenset({"network", "filter", "job", "event", "grant"}),
    }
)


def concerning(kind: str, permissions: Iterable[str]) -> frozenset[str]:
    """Those of these permissions that mean anything in a grant on an object of this kind.

    A role may say more: who has `pool.read` on a domain sees no pool by that.
    """
    kinds = _CONCERNS.get(kind)
    known = frozenset(permissions) & PERMISSIONS.keys()
    return known if kinds is None else frozenset(name for name in known if name.partition(".")[0] in kinds)


@dataclass(frozen=True)
class Scope:
    """How far one permission reaches: everywhere, or to what hangs on the named objects."""

    everywhere: bool = False
    ids: Mapping[str, frozenset[UUID]] = field(default_factory=lambda: MappingProxyType({}))

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.ids)

    def covers(self, paths: Mapping[str, UUID | None]) -> bool:
        """Whether it reaches an object that at `paths`: `{"domain": …, "host": …, "cluster": None}`."""
        return self.everywhere or any(
            at in self.ids.get(kind, ()) for kind, at in paths.items() if at is not None
        )

    def also(self, other: "Scope") -> "Scope":
        """As far as one of both reaches."""
        if self.everywhere or not other:
            return self
        kinds = {*self.ids, *other.ids}
        return (
            other
            if other.everywhere
            else Scope(
                ids=MappingProxyType(
                    {
                        kind: self.ids.get(kind, frozenset()) | other.ids.get(kind, frozenset())
                        for kind in kinds
                    }
                )
            )
        )

    def includes(self, other: "Scope") -> bool:
        """Whether it reaches at least as far as `other`, object by object."""
        return self.everywhere or (
            not other.everywhere
            and all(ids <= self.ids.get(kind, frozenset()) for kind, ids in other.ids.items())
        )


NOWHERE = Scope()
EVERYWHERE = Scope(everywhere=True)
Rights = Mapping[str, Scope]


def add_up(given: Iterable[tuple[Iterable[str], str | None, UUID | None]]) -> Rights:
    """The rights of (permissions, kind, id) triples; no id means everywhere. What a tag is on is reached by it."""
    everywhere: set[str] = set()
    ids: dict[str, dict[str, set[UUID]]] = {}
    for permissions, kind, at in given:
        if not kind or at is None:
            everywhere.update(permissions)
            continue
        for name in permissions:
            ids.setdefault(name, {}).setdefault(kind, set()).add(at)
    bundles.spread(ids)
    rights = {
        name: Scope(ids=MappingProxyType({kind: frozenset(of_kind) for kind, of_kind in kinds.items()}))
        for name, kinds in ids.items()
    }
    rights.update(dict.fromkeys(everywhere, EVERYWHERE))
    return MappingProxyType({name: scope for name, scope in rights.items() if name in PERMISSIONS})


def _granted(user: UUID) -> Rights:
    grants = Grant.objects.filter(Q(user=user) | Q(group__users=user))
    return add_up(grants.values_list("role__permissions", "object_kind", "object_id"))


def rights_of(user: "User", token: "Token | None" = None) -> Rights:
    """All that `user` may do by own and group grants (one query); through `token`, what it names of that."""
    if not user.is_active or (token is not None and not usable(token)):
        return MappingProxyType({})
    rights = unchanged(("rights", user.pk), lambda: _granted(user.pk))
    if token is None or token.permissions is None:
        return rights
    named = frozenset(token.permissions)
    return MappingProxyType({name: scope for name, scope in rights.items() if name in named})


def held_by(user: "User", token: "Token | None" = None) -> Rights:
    """What `user` may do with what is theirs by no grant (one query); through `token`, what it names of that."""
    if not user.is_active or (token is not None and not usable(token)):
        return MappingProxyType({})
    named = frozenset(PERMISSIONS if token is None or token.permissions is None else token.permissions)
    held = unchanged(("held", user.pk), lambda: bundles.held_by(user.pk))
    return add_up((permissions & named, kind, at) for permissions, kind, at in held)


def scope_of(user: "User", permission: str, token: "Token | None" = None) -> Scope:
    """How far `permission` of `user` reaches. An unknown permission is a programming error."""
    if permission not in PERMISSIONS:
        raise KeyError(permission)
    return rights_of(user, token).get(permission, NOWHERE)


def usable(token: "Token", at: datetime | None = None) -> bool:
    """Whether the token has not expired, and its owner, if from elsewhere, was vouched for there not too long ago."""
    now = at or timezone.now()
    if token.user.source != "local" and settings.OUTSIDE_TOKEN_DAYS > 0:
        outside = getattr(token.user, "outside", None)
        if outside is None or now - outside.vouched_at > timedelta(days=settings.OUTSIDE_TOKEN_DAYS):
            return False
    return token.expires_at > now
