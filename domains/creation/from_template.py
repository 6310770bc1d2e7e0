"""A new domain out of a template: its definition with an identity of its own, its disks copies of the version's."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from access.actor import Actor
from access.errors import Invalid, NotPermitted
from domains.copies.copying import Copy
from domains.copies.errors import CannotCopy
from domains.creation import names
from domains.creation.complaints import Complaints
from domains.creation.storage import Made
from domains.creation.wish import Wish, seed_for
from domains.reaching import refuse_copied_reach
from domains.templates.source import TemplateSource, template_source
from hosts.models import Host
from hypervisor.xml.clone import NewSource
from hypervisor.xml.creation import resized, with_seed
from storage.models import Pool

_BESIDE = frozenset(
    {"host", "cluster", "name", "count", "title", "description", "tags", "template", "template_version", "vcpus",
     "memory_bytes", "cloud_init", "autostart", "start", "protected"}
)  # fmt: skip


def decided(
    body: Mapping[str, Any], name: str, host: Host, *, by: Actor, complaints: Complaints
) -> Wish | None:
    """The wish of a template; None where it cannot be made of it."""
    for field in sorted(set(body) - _BESIDE):
        complaints.add(field, "Not together with template: change it once the domain is there.")
    names.check(name, host, complaints)
    try:
        source = template_source(body["template"], by, number=body.get("template_version"))
    except Invalid as invalid:
        for field, texts in invalid.errors.items():
            complaints.add(field, f"{texts[0]}.")
        return None
    if source.host.pk != host.pk:
        complaints.add("template", f"{source.template.name} is on {source.host.name}, not on {host.name}.")
        return None
    try:
        copies = source.copies(names.file_stem(name))
    except CannotCopy as refused:
        complaints.add("template", refused.detail)
        return None
    try:
        own = {disk.use.source for disk in source.disks if disk.use.own}
        refuse_copied_reach(source.definition(name, uuid4(), {}), own, host, by, field="template")
    except NotPermitted as refused:
        for text in refused.errors["template"]:
            complaints.add("template", text)
    if host.memory_bytes and body.get("memory_bytes", 0) > host.memory_bytes:
        complaints.add("memory_bytes", f"{host.name} has {host.memory_bytes // 2**20} MiB in all.")
    made = [_made(copy) for copy in copies]
    uuid = uuid4()
    xml = _definition(body, name, uuid, source, copies, made)
    # The right on the template reaches what it names itself.
    pools = {UUID(disk["pool"]) for disk in source.version.disks}
    seed = seed_for(body, names.file_stem(name), host, by, complaints, covered=pools)
    secret: dict[str, Any] = {"xml": xml if seed is None else with_seed(xml, seed.path)}
    if seed is not None:
        secret["cloud_init"] = dict(body["cloud_init"])
    return Wish(
        name=name,
        uuid=uuid,
        xml="",
        made=tuple(made),
        seed=seed,
        locked_screen=False,
        secret=secret,  # the definition too: it may have the VNC's password in it
        start=bool(body.get("start", True)),
        autostart=bool(body.get("autostart", False)),
        protected=bool(body.get("protected", False)),
        tags=tuple(dict.fromkeys(body.get("tags", ()))),
    )


def _made(copy: Copy) -> Made:
    pool = Pool.objects.get(pk=copy.pool_id)
    path = f"{pool.target.rstrip('/')}/{copy.name}" if pool.target else ""
    return Made(
        pool.pk, pool.uuid, copy.name, copy.capacity_bytes, copy.format, path or copy.name, source=copy.source
    )


def _definition(
    body: Mapping[str, Any],
    name: str,
    uuid: UUID,
    source: TemplateSource,
    copies: list[Copy],
    made: list[Made],
) -> str:
    types = dict(Pool.objects.filter(pk__in=[one.pool_id for one in made]).values_list("pk", "type"))
    places = {
        copy.target: NewSource("block" if types[one.pool_id] == "logical" else "file", one.path, copy.format)
        for copy, one in zip(copies, made, strict=True)
    }
    return resized(
        source.definition(name, uuid, places),
        vcpus=body.get("vcpus"),
        memory_bytes=body.get("memory_bytes"),
        title=body.get("title"),
        description=body.get("description"),
    )
