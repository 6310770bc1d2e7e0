"""Carrying out what concerns templates: copying a domain's disks into one, and removing it."""

from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from domains.copies import copying
from domains.copies.carry import ends, look_at_pools, prepared
from domains.copies.copying import Copy
from domains.copies.users import told_names, users_of
from domains.models import Template, TemplateVersion
from domains.templates.source import paths_of
from hosts import looking, nodes
from hosts.models import Host
from hypervisor import errors
from hypervisor.node import Node
from hypervisor.xml.clone import NewSource, fresh, with_screen_locked
from hypervisor.xml.domain import read_domain
from jobs.carrying import Carrying
from jobs.errors import JobCancelled, JobFailed
from jobs.kinds import Again, Failed, JobKind, Succeeded, Unknown, Verdict, WasCancelled, register
from jobs.models import Job
from live.notices import tell
from storage.models import Pool

_NOBODY_KNOWS = (errors.NodeUnreachable, errors.Timeout)


def register_kinds() -> None:
    register(
        JobKind(
            "template.create",
            make,
            recover_make,
            queue="long",
            deadline_seconds=24 * 3600,
            cancellable=True,
        )
    )
    register(JobKind("template.delete", delete, _again, deadline_seconds=600))


def make(carrying: Carrying) -> dict[str, Any]:
    """Copy the domain's disks; only then the version is ready."""
    job = carrying.job
    source, host = ends(job)
    version = _begin(job, host)
    copies = copying.copies_of(job)
    made: list[Copy] = []
    try:
        with nodes.pooled(host) as node:
            try:
                whole = prepared(carrying, node, source, copies)
                sources = copying.make_copies(carrying, node, copies, made)
            except (errors.HypervisorError, JobFailed, JobCancelled) as failure:
                if isinstance(failure, _NOBODY_KNOWS) and carrying.touched:
                    raise
                left = copying.remove(node, made)
                _give_up(job)
                raise copying.undone(failure, left) from None
            finally:
                look_at_pools(host, copies)
    except _NOBODY_KNOWS:
        if not carrying.touched:
            _give_up(job)
        raise
    _ready(version, whole, copies, sources)
    return {"template": job.option("template"), "number": job.option("number")}


def recover_make(job: Job) -> Verdict:
    """Ready: done. Else what the attempt made is taken away, and it begins anew."""
    ready = TemplateVersion.objects.filter(
        template_id=job.option("template"), number=job.option("number"), ready_at__isnull=False
    )
    if ready.exists():
        return Succeeded({"template": job.option("template"), "number": job.option("number")})
    _give_up(job)  # the next attempt begins with its rows too
    try:
        _, host = ends(job)
    except JobFailed as gone:
        return Failed(gone.code, gone.detail)
    with nodes.pooled(host) as node:
        busy = copying.still_running(node, job)
    if busy:
        return Unknown(busy)
    return WasCancelled() if job.cancel_requested_at is not None else Again()


def delete(carrying: Carrying) -> dict[str, Any]:
    """Remove the volumes, version by version; then the rows. What cannot be removed stays a version."""
    job = carrying.job
    template = Template.objects.select_related("host").filter(pk=job.object_id).first()
    if template is None:
        return {}  # an earlier attempt did it
    versions = list(template.versions.filter(number__in=job.option("numbers", [])))
    with nodes.pooled(template.host) as node:
        _refuse_users(node, job, template, versions)
        for version in versions:
            carrying.touching(f"removing version {version.number}")
            for disk in version.disks:
                _remove(node, template, disk)
            version.delete()
    for pool in Pool.objects.filter(
        host=template.host, pk__in={disk["pool"] for version in versions for disk in version.disks}
    ):
        looking.look(template.host_id, "pool", pool.uuid)
    with transaction.atomic():
        if job.option("whole") and not template.versions.exists():
            tell("deleted", "template", template.pk, template.version + 1, template.host.within)
            template.delete()
        else:
            _changed(template)
    return {"numbers": [version.number for version in versions]}


def _again(job: Job) -> Verdict:
    return Again()


def _begin(job: Job, host: Host) -> TemplateVersion:
    """The rows of what is being made, shown from now on. Raises JobFailed."""
    template_id, number, name = job.option("template"), job.option("number"), job.option("name")
    with transaction.atomic():
        template = Template.objects.select_for_update().filter(pk=template_id).first()
        if template is None and number != 1:
            raise JobFailed("not_found", f"The template {name} was removed.")
        if template is None:
            if Template.objects.filter(name=name).exists():
                raise JobFailed("name_taken", f"There is a template named {name} already.")
            template = Template.objects.create(
                pk=template_id, name=name, description=job.option("description", ""), host=host
            )
            tell("created", "template", template.pk, template.version, host.within)
        else:
            _changed(template)
        version, _ = TemplateVersion.objects.get_or_create(
            template=template,
            number=number,
            defaults={
                "source_name": job.object_name,
                "notes": job.option("notes", ""),
                "created_by_name": job.option("by", ""),
            },
        )
    return version


def _ready(version: TemplateVersion, whole: str, copies: list[Copy], sources: dict[str, NewSource]) -> None:
    """The definition, without identity and secrets, over the template's own volumes."""
    xml = with_screen_locked(fresh(whole, version.template.name, uuid4(), sources))
    said = read_domain(xml)
    with transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(
            xml=xml,
            vcpus=said.vcpus,
            memory_bytes=said.max_memory_bytes,
            disks=[
                {
                    "target": copy.target,
                    "pool": copy.pool_id,
                    "volume": copy.name,
                    "path": sources[copy.target].path,
                    "format": copy.format,
                    "capacity_bytes": copy.capacity_bytes,
                }
                for copy in copies
            ],
            ready_at=timezone.now(),
        )
        _changed(version.template)


def _give_up(job: Job) -> None:
    """A version that never came to be, and the template if it was to be its first."""
    with transaction.atomic():
        template = Template.objects.select_related("host").filter(pk=job.option("template")).first()
        if template is None:
            return
        template.versions.filter(number=job.option("number"), ready_at=None).delete()
        if template.versions.exists() or job.option("number") != 1:
            _changed(template)
        else:
            tell("deleted", "template", template.pk, template.version + 1, template.host.within)
            template.delete()


def _changed(template: Template) -> None:
    Template.objects.filter(pk=template.pk).update(version=F("version") + 1, updated_at=timezone.now())
    tell("updated", "template", template.pk, template.version + 1, template.host.within)


def _refuse_users(node: Node, job: Job, template: Template, versions: list[TemplateVersion]) -> None:
    paths = paths_of(versions)
    if not paths:
        return
    recorded = users_of(template.host, paths, template=template.pk)
    for path, users in {**recorded, **node.volume_users(paths)}.items():
        named = ", ".join(told_names(map(str, users), template.host, job))
        raise JobFailed("in_use", f"{path} is used by {named}. Nothing was removed.")


def _remove(node: Node, template: Template, disk: dict[str, Any]) -> None:
    pool = Pool.objects.filter(pk=disk["pool"], host=template.host).first()
    if pool is None:
        raise JobFailed("not_found", f"The pool of {disk['path']} is not known any more.")
    try:
        node.delete_volume(UUID(str(pool.uuid)), disk["volume"])
    except errors.NotFound:
        return  # somebody else removed it
