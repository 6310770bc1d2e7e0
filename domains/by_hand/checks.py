"""What is known already of a definition before a node is asked to take it, and what it would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted, Refused
from domains.copies.disks import Places
from domains.copies.users import clones_on, told, users_of
from domains.models import Definition, Domain
from domains.quotas.amounts import Amounts
from domains.quotas.sizes import of_definition
from domains.reaching import not_permitted, sentences
from domains.second import not_connected, not_given
from hypervisor.errors import InvalidXML
from hypervisor.libvirt import LIBRARY_VERSION
from hypervisor.xml.compare import Difference, compare, unified
from hypervisor.xml.domain import check_definition, read_domain
from hypervisor.xml.identity import names_of
from hypervisor.xml.schema import complaints
from hypervisor.xml.sources import disk_uses
from storage.models import Pool


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `refusal`: what the wish is refused with where it does not hold."""

    code: str
    detail: str
    refusal: type[Refused] | None = None
    texts: Sequence[str] = ()
    members: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.refusal is None


@dataclass
class Proposal:
    """A definition that somebody wants in place of the domain's present one. `field`: what complaints stand at."""

    domain: Domain
    present: str
    wanted: str
    by: Actor
    field: str = "xml"

    @cached_property
    def findings(self) -> list[Finding]:
        """All of them, in the order of what makes the others pointless."""
        try:
            check_definition(self.wanted)
        except InvalidXML as error:
            return [Finding("readable", error.detail, Invalid)]
        found = [self._names()]
        if found[0].ok:
            found += [self._schema(), self._reach(), self._given(), self._disks(), self._cards()]
        return found

    @cached_property
    def changes(self) -> tuple[Difference, ...]:
        """What would be another; nothing where the document cannot even be read."""
        return () if not self._readable else compare(self.present, self.wanted)

    def plan(self) -> dict[str, Any]:
        """As the API shows it."""
        readable = self._readable
        return {
            "allowed": all(finding.ok for finding in self.findings),
            "checks": [
                {"code": finding.code, "ok": finding.ok, "detail": finding.detail}
                for finding in self.findings
            ],
            "changes": [
                {
                    "path": one.path,
                    "before": one.before,
                    "after": one.after,
                    "live": not self.domain.active,
                }
                for one in self.changes
            ],
            "needs_restart": bool(self.changes) and self.domain.active,
            **({"xml": self.wanted, "diff": unified(self.present, self.wanted)} if readable else {}),
        }

    def refuse(self) -> None:
        """Raises Invalid, NotPermitted or Conflict, by field, for the first thing that does not hold."""
        for finding in self.findings:
            if finding.refusal is not None:
                texts = list(finding.texts) or [finding.detail]
                raise finding.refusal(finding.detail, errors={self.field: texts}, **finding.members)

    def takes(self) -> Amounts:
        """What the domain counts for in quotas afterwards."""
        return of_definition(self.wanted, self.domain.host, of=self.domain)

    @property
    def _readable(self) -> bool:
        return self.findings[0].code != "readable"

    def _names(self) -> Finding:
        name, uuid = names_of(self.wanted)
        if uuid != str(self.domain.pk):
            return Finding("identity", f"The uuid must stay {self.domain.pk}.", Invalid)
        if name != self.domain.name:
            return Finding(
                "identity", f"The name must stay {self.domain.name}; rename the domain instead.", Invalid
            )
        return Finding("identity", "It is the same domain.")

    def _schema(self) -> Finding:
        found = complaints(self.wanted)
        if found is None:
            return Finding("schema", "The node validates it when it is defined.")
        if not found:
            return Finding("schema", "It is what libvirt's schema allows.")
        if _is_newer(self.domain.host.libvirt_version):
            return Finding(
                "schema",
                f"{found[0]} But the node's libvirt is newer than this schema, and has the last word.",
            )
        return Finding("schema", found[0], Invalid, found)

    def _reach(self) -> Finding:
        missing = not_permitted(self.present, self.wanted, self.domain.host, self.by, self.domain)
        if not missing:
            return Finding("reach", "It names nothing of the host that needs a permission of its own.")
        needed = sorted({f"domain.{one.permission}" for one in missing})
        return Finding(
            "reach",
            f"This needs the permission {' and '.join(needed)}.",
            NotPermitted,
            sentences(missing),
            {"permissions": needed},
        )

    def _given(self) -> Finding:
        """Volumes and networks that it names anew: each takes a permission on that volume's pool, or that network."""
        host = self.domain.host
        texts = [
            *not_given(self.present, self.wanted, host, self.by),
            *not_connected(self.present, self.wanted, host, self.by),
        ]
        if texts:
            return Finding("second_objects", texts[0], NotPermitted, texts)
        return Finding("second_objects", "You may give it all that it names anew.")

    def _disks(self) -> Finding:
        """New disks must be nobody else's, and no layer may stand on them; pools must be seen by who names them."""
        had = {use.source for use in disk_uses(self.present)}
        new = [use for use in disk_uses(self.wanted) if use.source and use.source not in had]
        pools = {use.source.partition("/")[0] for use in new if use.type == "volume"}
        seen = Pool.objects.permitted(self.by, "pool.read").filter(host=self.domain.host, name__in=pools)
        if missing := pools - set(seen.values_list("name", flat=True)):
            return Finding("disks", f"There is no pool {', '.join(sorted(missing))}.", Invalid)
        places = Places(self.domain.host)
        paths = [
            places.path(use.type, use.source)
            for use in new
            if use.local and not use.readonly and not use.shareable
        ]
        taken = users_of(self.domain.host, paths, besides=self.domain.pk)
        if taken:
            path, users = next(iter(sorted(taken.items())))
            return Finding("disks", f"{path} is used already, by {told(users, self.by)[0]}.", Conflict)
        if layers := clones_on(self.domain.host, paths):
            named = told(layers, self.by)[0]
            detail = f"{named} has disks that are layers over it: it must not be written."
            return Finding("disks", detail, Conflict)
        return Finding("disks", "No other domain uses its disks.")

    def _cards(self) -> Finding:
        """New addresses of cards must be nobody else's, or two guests would take each other's packets."""
        had = {card.mac.lower() for card in read_domain(self.present).interfaces}
        wanted = [card.mac.lower() for card in read_domain(self.wanted).interfaces if card.mac]
        others = Domain.objects.filter(gone_at=None).exclude(pk=self.domain.pk)
        for mac in wanted:
            if wanted.count(mac) > 1 or (mac not in had and others.filter(macs__icontains=mac).exists()):
                return Finding("interfaces", f"The address {mac} is another card's already.", Conflict)
        return Finding("interfaces", "Each card has an address of its own.")


def present_xml(domain: Domain) -> str:
    """The definition that the next boot takes, as the node last gave it. Raises Conflict where there is none."""
    definition = Definition.objects.filter(pk=domain.pk).first()
    if definition is None or not definition.inactive:
        raise Conflict(
            f"{domain.name} has no definition that would be kept: it ends with its run."
            if definition is not None
            else f"The definition of {domain.name} was not read yet. Try again in a moment.",
            code="no_definition",
        )
    return definition.inactive


def _is_newer(version: str) -> bool:
    """Whether the node's libvirt is newer than the one whose schema lies here."""
    said = [int(part) for part in version.split(".") if part.isdecimal()]
    return said > list(LIBRARY_VERSION)
