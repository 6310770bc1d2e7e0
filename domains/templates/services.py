"""What people wish of templates: make one of a domain, add a version, change its words, remove it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted, NotThere, Refused, Stale
from domains import services
from domains.copies.copying import Copy, plan_copies, shown
from domains.copies.errors import InUse
from domains.copies.services import known_disks, pool_on, refuse_container
from domains.copies.users import told, users_of
from domains.migration.checks import Check
from domains.models import Domain, Template, TemplateVersion
from domains.templates.source import paths_of
from hypervisor.states import DomainAction
from jobs.errors import Busy
from jobs.models import OPEN, Job
from jobs.services import open_job, open_job_of
from live.notices import tell


def make(
    *,
    by: Actor,
    name: str,
    domain_id: UUID,
    description: str = "",
    notes: str = "",
    pool_id: UUID | None = None,
) -> Job:
    """A new template with its first version. Raises NotPermitted, Invalid, Busy, StateForbids, CannotCopy, Conflict."""
    with transaction.atomic():
        domain = _source(domain_id, by, lock=True)
        services.check(domain, DomainAction.CLONE, by)
        copies = _copies(domain, f"{name}-v1", pool_id, by)
        _refuse_name(name)
        return _open(
            uuid4(), name, 1, domain, copies, by,
            action="template.create", notes=notes, description=description,
        )  # fmt: skip


def plan_make(
    *,
    by: Actor,
    name: str,
    domain_id: UUID,
    description: str = "",
    notes: str = "",
    pool_id: UUID | None = None,
) -> dict[str, Any]:
    """What making it would meet, doing nothing. Raises NotPermitted, Invalid."""
    domain = _source(domain_id, by)
    taken = Template.objects.filter(name=name).exists()
    check = Check("name", not taken, _taken(name) if taken else f"No other template is named {name}.")
    return _plan(domain, f"{name}-v1", pool_id, by, check)


def add_version(
    template_id: UUID, *, by: Actor, domain_id: UUID, notes: str = "", pool_id: UUID | None = None
) -> Job:
    """Another version, of a domain on the same host. Raises NotThere and what `make` raises."""
    with transaction.atomic():
        template = _find(template_id, by, lock=True)
        domain = _source(domain_id, by, lock=True)
        services.check(domain, DomainAction.CLONE, by)
        _refuse_other_host(template, domain)
        _refuse_busy(template)
        newest = template.versions.aggregate(newest=Max("number"))["newest"] or 0
        copies = _copies(domain, f"{template.name}-v{newest + 1}", pool_id, by)
        return _open(
            template.pk, template.name, newest + 1, domain, copies, by,
            action="template.add_version", notes=notes,
        )  # fmt: skip


def plan_version(
    template_id: UUID, *, by: Actor, domain_id: UUID, notes: str = "", pool_id: UUID | None = None
) -> dict[str, Any]:
    """What another version would meet, doing nothing. Raises NotThere, NotPermitted, Invalid."""
    template = _find(template_id, by)
    domain = _source(domain_id, by)
    same = template.host_id == domain.host_id
    check = Check(
        "host", same, f"{template.name} is on {template.host.name}, {domain.name} on {domain.host.name}."
    )
    return _plan(domain, f"{template.name}-next", pool_id, by, check)


def edit(template_id: UUID, changes: Mapping[str, Any], *, by: Actor, version: int | None = None) -> None:
    """Change its name or description. Raises NotThere, NotPermitted, Stale, Conflict."""
    with transaction.atomic():
        template = _find(template_id, by, lock=True)
        if version is not None and template.version != version:
            raise Stale(f"{template.name} was changed meanwhile. Read it again, then repeat your change.")
        told = audit.changed({name: getattr(template, name) for name in changes}, changes)
        audit.record(by, "template.edit", "template", template.pk, template.name, changes=told)
        try:
            with transaction.atomic():
                Template.objects.filter(pk=template.pk).update(
                    version=F("version") + 1, updated_at=timezone.now(), **changes
                )
        except IntegrityError:
            raise _name_taken(changes["name"]) from None
        tell("updated", "template", template.pk, template.version + 1, template.host.within)


def delete(template_id: UUID, *, by: Actor, number: int | None = None) -> Job:
    """Remove it, or one of its versions, with the volumes. Raises NotThere, NotPermitted, Busy, InUse, Conflict."""
    with transaction.atomic():
        template = _find(template_id, by, lock=True)
        versions = _versions(template, number)
        _refuse_busy(template)
        for path, users in users_of(template.host, paths_of(versions), template=template.pk).items():
            raise InUse(f"{path} of {template.name}", told(users, by))
        audit.record(by, "template.delete", "template", template.pk, template.name, number=number)
        return open_job(
            "template.delete",
            ("template", template.pk, template.name),
            by=by,
            host=(template.host_id, template.host.name),
            cluster_id=template.host.cluster_id,
            options={"numbers": [version.number for version in versions], "whole": number is None},
        )


def plan_delete(template_id: UUID, *, by: Actor, number: int | None = None) -> dict[str, Any]:
    """What removing it would meet, doing nothing. Raises NotThere, NotPermitted."""
    template = _find(template_id, by)
    versions = _versions(template, number)
    checks = []
    try:
        _refuse_busy(template)
    except Refused as refused:
        checks.append(Check(refused.code, False, refused.detail))
    users = users_of(template.host, paths_of(versions), template=template.pk)
    for path in paths_of(versions):
        said = f"is used by {told(users[path], by)[0]}" if path in users else "goes with it"
        checks.append(Check("in_use" if path in users else "volume", path not in users, f"{path} {said}."))
    return {
        "allowed": all(check.ok for check in checks),
        "checks": [asdict(check) for check in checks],
        "changes": [
            {"path": f"version {version.number}", "before": version.source_name, "after": None, "live": True}
            for version in versions
        ],
        "affected": [
            {"kind": user.kind, "id": user.id, "name": user.name}
            for user in told(sorted({user for standing in users.values() for user in standing}), by)[1]
        ],
    }


def making(template_ids: list[UUID]) -> dict[UUID, Job]:
    """The open jobs that make versions of these templates; they hold the domain, not the template."""
    ids = [str(id) for id in template_ids]
    jobs = Job.objects.filter(kind="template.create", state__in=OPEN, options__template__in=ids)
    return {UUID(job.option("template")): job for job in jobs}


def _find(template_id: UUID, by: Actor, *, lock: bool = False) -> Template:
    templates = Template.objects.select_related("host")
    if lock:
        templates = templates.select_for_update(of=("self",))
    template = templates.permitted(by, "template.manage").filter(pk=template_id).first()
    if template is None:
        if Template.objects.permitted(by, "template.read").filter(pk=template_id).exists():
            raise NotPermitted("You may see this template, but not change it.")
        raise NotThere
    return template


def _source(domain_id: UUID, by: Actor, *, lock: bool = False) -> Domain:
    """The domain that the body names, if `by` may copy it and make templates on its host."""
    try:
        domain = services.find(domain_id, DomainAction.CLONE, by, lock=lock)
    except NotThere:
        raise Invalid("There is no such domain.", errors={"domain": ["there is no such domain"]}) from None
    within = {"host": domain.host_id, "cluster": domain.host.cluster_id}
    if not by.scope("template.manage").covers(within):
        raise NotPermitted(f"You may not make templates on {domain.host.name}.")
    return domain


def _copies(domain: Domain, stem: str, pool_id: UUID | None, by: Actor) -> list[Copy]:
    refuse_container(domain)
    return plan_copies(domain.host, known_disks(domain), stem, pool=pool_on(domain.host, pool_id, by))


def _plan(domain: Domain, stem: str, pool_id: UUID | None, by: Actor, check: Check) -> dict[str, Any]:
    checks = [check]
    copies: list[Copy] = []
    try:
        services.check(domain, DomainAction.CLONE, by)
        copies = _copies(domain, stem, pool_id, by)
        checks.append(Check("state", True, f"{domain.name} is {domain.state}."))
    except Invalid:
        raise
    except Refused as refused:
        checks.append(Check(refused.code, False, refused.detail))
    return {
        "allowed": all(check.ok for check in checks),
        "checks": [asdict(check) for check in checks],
        "changes": shown(copies),
    }


def _refuse_name(name: str) -> None:
    """Raises Conflict: a template has the name, or one that is being made will have it."""
    making = Job.objects.filter(kind="template.create", state__in=OPEN, options__name=name)
    if Template.objects.filter(name=name).exists() or making.exists():
        raise _name_taken(name)


def _open(
    template_id: UUID,
    name: str,
    number: int,
    domain: Domain,
    copies: list[Copy],
    by: Actor,
    *,
    action: str,
    notes: str,
    description: str = "",
) -> Job:
    """The template's rows are the job's to make, so that one that is never begun leaves none."""
    audit.record(by, action, "template", template_id, name, number=number, domain=domain.name)
    return open_job(
        "template.create",
        ("domain", domain.pk, domain.name),
        by=by,
        host=(domain.host_id, domain.host.name),
        cluster_id=domain.host.cluster_id,
        options={
            "template": str(template_id),
            "number": number,
            "name": name,
            "description": description,
            "notes": notes,
            "by": by.name,
            "copies": [copy.plain() for copy in copies],
        },
    )


def _versions(template: Template, number: int | None) -> list[TemplateVersion]:
    versions = list(template.versions.all() if number is None else template.versions.filter(number=number))
    if not versions and number is not None:
        raise NotThere
    return versions


def _refuse_busy(template: Template) -> None:
    """Raises Busy, Conflict: a version is being made or removed, its host is silent."""
    under_way = open_job_of("template", template.pk) or making([template.pk]).get(template.pk)
    if under_way is not None:
        raise Busy(under_way)
    if not template.host.answers:
        raise Conflict(
            f"{template.host.name} is {template.host.state}. Try again when it answers.", code="host_not_up"
        )


def _refuse_other_host(template: Template, domain: Domain) -> None:
    if template.host_id != domain.host_id:
        detail = f"{template.name} is on {template.host.name}, and {domain.name} on {domain.host.name}."
        raise Invalid(detail, errors={"domain": [f"is not on {template.host.name}"]})


def _taken(name: str) -> str:
    return f"There is a template named {name} already."


def _name_taken(name: str) -> Conflict:
    return Conflict(_taken(name), code="name_taken", errors={"name": ["is taken"]})
