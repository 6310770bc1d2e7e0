"""Words on domains: hung on in one place, so that each has its label, which grants may stand on.

A grant on a tag reaches every domain that bears it. So whoever hangs such a tag on a domain gives rights on it, and
whoever takes it off takes them away: both need what giving and taking those roles by hand would need.
"""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Exists, OuterRef

from access import bundles
from access.actor import Actor
from access.errors import NotPermitted
from access.models import Grant
from access.permissions import BUILT_IN_ROLES, OWNER, concerning
from domains.models import Domain, Label, Tag
from hosts.models import Host

_OWN = next(role.permissions for role in BUILT_IN_ROLES if role.name == OWNER)


def register() -> None:
    bundles.register(bundles.Bundle("tag", "domain", _members, _around))
    bundles.register_owner("domain", _owner)


def hang(domain: Domain, names: Iterable[str], *, only: bool = False) -> None:
    """Hang these tags on the domain, and with `only` take all others off. Who may is asked before: see `check`."""
    wanted = list(dict.fromkeys(names))
    if only:
        Tag.objects.filter(domain=domain).exclude(name__in=wanted).delete()
    Label.objects.bulk_create([Label(name=name) for name in wanted], ignore_conflicts=True)
    Tag.objects.bulk_create([Tag(domain=domain, name=name) for name in wanted], ignore_conflicts=True)
    if only:
        prune()


def prune() -> None:
    """Forget labels that no domain bears and no grant stands on."""
    borne = Tag.objects.filter(name=OuterRef("name"))
    granted = Grant.objects.filter(object_kind="tag", object_id=OuterRef("pk"))
    Label.objects.filter(~Exists(borne), ~Exists(granted)).delete()


def check(domain: Domain, names: Iterable[str], *, by: Actor) -> None:
    """Raises NotPermitted if `by` may not make these the tags of the domain, for the grants that stand on tags."""
    before, after = set(domain.tags.values_list("name", flat=True)), set(names)
    paths = {"domain": domain.pk, **domain.host.within}
    shares = by.scope("grant.manage").everywhere or by.scope("grant.share").covers(paths)
    for name, permissions in _given_by(after - before).items():
        if not (shares and all(by.scope(one).covers(paths) for one in permissions)):
            raise _beyond(name)
    if shares:
        return
    for name in _given_by(before - after):
        raise NotPermitted(
            f"By the tag {name} others have rights on this domain. Its owner may take it off, and who manages grants.",
            errors={"tags": [f"{name} cannot be taken off by you."]},
        )


def check_new(host: Host, names: Iterable[str], *, by: Actor) -> None:
    """The same for a domain that `by` is to make on this host, and will own then."""
    narrow = by.token.permissions if by.token is not None else None
    own = _OWN if narrow is None else _OWN & set(narrow)
    shares = by.scope("grant.manage").everywhere or "grant.share" in own
    for name, permissions in _given_by(set(names)).items():
        if not (shares and all(by.scope(one).covers(host.within) for one in permissions - own)):
            raise _beyond(name)


def _beyond(name: str) -> NotPermitted:
    # What stands on the tag is said to nobody here: any word can be tried.
    return NotPermitted(
        f"By the tag {name} others would get rights on this domain that you cannot give.",
        code="beyond_own_permissions",
        errors={"tags": [f"{name} reaches beyond what you may give."]},
    )


def _given_by(names: Collection[str]) -> Mapping[str, set[str]]:
    """What the grants on each of these tags give; without those that no grant stands on."""
    labels = dict(Label.objects.filter(name__in=names).values_list("pk", "name")) if names else {}
    given: dict[str, set[str]] = {}
    grants = Grant.objects.filter(object_kind="tag", object_id__in=labels)
    for at, permissions in grants.values_list("object_id", "role__permissions"):
        if at is not None:
            given.setdefault(labels[at], set()).update(concerning("tag", permissions))
    return given


def _members(labels: Collection[UUID]) -> Iterable[tuple[UUID, UUID]]:
    names = dict(Label.objects.filter(pk__in=labels).values_list("name", "pk"))
    tags = Tag.objects.filter(name__in=names).order_by().values_list("name", "domain_id")
    return [(names[name], domain) for name, domain in tags]


def _around(domain: UUID) -> Iterable[UUID]:
    return Label.objects.filter(name__in=Tag.objects.filter(domain_id=domain).values("name")).values_list(
        "pk", flat=True
    )


def _owner(domain: UUID) -> UUID | None:
    return Domain.objects.filter(pk=domain).values_list("owner_id", flat=True).first()
