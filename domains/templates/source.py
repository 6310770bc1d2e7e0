"""What a domain is made of when it is made of a template. Asks no node."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from access.actor import Actor
from access.errors import Invalid
from domains.copies.copying import Copy, plan_copies
from domains.copies.disks import Disk, Places
from domains.models import Template, TemplateVersion
from hosts.models import Host
from hypervisor.xml.clone import NewSource, fresh
from storage.models import Pool


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """One version of a template, ready to be made into domains on its host.

    The way: `copies` says which volumes a domain's disks become; a job makes them (domains.copies.copying) and hands
    their places to `definition`.
    """

    template: Template
    version: TemplateVersion
    disks: list[Disk]

    @property
    def host(self) -> Host:
        return self.template.host

    def copies(self, stem: str, *, pool: Pool | None = None, linked: bool = False) -> list[Copy]:
        """The volumes for a domain whose disks' names begin with `stem`. Raises CannotCopy."""
        return plan_copies(self.host, self.disks, stem, pool=pool, linked=linked)

    def definition(self, name: str, uuid: UUID, sources: dict[str, NewSource]) -> str:
        """The definition of a new domain, its disks by target where they are now."""
        return fresh(self.version.xml, name, uuid, sources)


def template_source(template_id: UUID, by: Actor, *, number: int | None = None) -> TemplateSource:
    """The version of that number, else the newest that is ready. Raises Invalid, by the field `template`."""
    template = (
        Template.objects.permitted(by, "template.read").select_related("host").filter(pk=template_id).first()
    )
    if template is None:
        raise Invalid("There is no such template.", errors={"template": ["there is no such template"]})
    versions = template.versions.exclude(ready_at=None)
    version = (versions if number is None else versions.filter(number=number)).first()
    if version is None:
        what = "no version that is ready" if number is None else f"no version {number} that is ready"
        field = "template" if number is None else "template_version"
        raise Invalid(f"{template.name} has {what}.", errors={field: [f"{template.name} has {what}"]})
    return TemplateSource(template, version, Places(template.host).disks(version.xml))


def paths_of(versions: Iterable[TemplateVersion]) -> list[str]:
    """The paths of their volumes."""
    return [disk["path"] for version in versions for disk in version.disks]
