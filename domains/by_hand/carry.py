"""Defining a domain anew on its node, and finding out whether an interrupted attempt did."""

from typing import Any

from access import secrets
from domains import disguised
from domains.journal.services import newest, revision
from domains.models import Definition, Domain
from domains.quotas.holding import release
from domains.tasks import host_of, settle
from hosts import looking, nodes
from hypervisor.errors import InvalidXML
from hypervisor.xml.compare import compare
from hypervisor.xml.passwords import with_passwords_of, without_passwords
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, Failed, JobKind, Succeeded, Verdict, register
from jobs.models import Job


def register_kinds() -> None:
    """What changes a definition as a whole."""
    register(JobKind("domain.edit_xml", define, recover, ended=release))
    register(JobKind("domain.rollback", define, recover, ended=release))


def define(carrying: Carrying) -> dict[str, Any]:
    """Define it, if it is still what the person saw; else nothing is done."""
    job = carrying.job
    host = host_of(carrying)
    wanted, base = secrets.unseal(job.option("sealed")), _base(job)

    def change(present: str) -> str:
        shown = without_passwords(present)
        if not carrying.first and _holds(base, wanted, shown):
            return present  # an earlier attempt did it
        if compare(base, shown):
            raise JobFailed(
                "changed_meanwhile",
                f"The definition of {job.object_name} was changed on {host.name} meanwhile. Look at its history, and "
                "change what it is now.",
            )
        return with_passwords_of(wanted, present)

    with nodes.pooled(host) as node:
        if not job.option("may_host_paths"):
            present = node.domain_xml(job.object_id).inactive or ""
            disguised.refuse_newly_read(node, host, present, wanted)
        carrying.touching(f"defining on {host.name}")
        node.redefine(job.object_id, change)
    settle(carrying, host)
    return _result(job)


def recover(job: Job) -> Verdict:
    """Ask the node which of both definitions it has."""
    domain = Domain.objects.select_related("host").filter(pk=job.object_id, gone_at=None).first()
    if domain is None:
        return Failed("not_found_on_node", f"{job.object_name} is no longer there.")
    base, wanted = _base(job), secrets.unseal(job.option("sealed"))
    with nodes.pooled(domain.host) as node:
        present = node.domain_xml(job.object_id).inactive
    if present is None or compare(base, present) == ():
        return Again()
    looking.look(domain.host_id, "domain", job.object_id)
    if _holds(base, wanted, present):
        return Succeeded(_result(job))
    return Failed("changed_meanwhile", "Somebody else changed the definition while this was interrupted.")


def _base(job: Job) -> str:
    """What the person saw when they asked."""
    domain = Domain.objects.filter(pk=job.object_id).first()
    seen = revision(domain, job.option("base")) if domain is not None else None
    if seen is not None:
        return seen.xml
    definition = Definition.objects.filter(pk=job.object_id).first()
    if definition is None or not definition.inactive:
        raise JobFailed("no_definition", f"{job.object_name} has no definition that would be kept.")
    return definition.inactive


def _holds(base: str, wanted: str, present: str) -> bool:
    """Whether all that was wanted is there; what libvirt adds to it by itself is no objection."""
    try:
        asked = {(one.path, one.after) for one in compare(base, without_passwords(wanted))}
        found = {(one.path, one.after) for one in compare(base, present)}
    except InvalidXML:
        return False
    return asked <= found


def _result(job: Job) -> dict[str, Any]:
    domain = Domain.objects.filter(pk=job.object_id).first()
    return {"revision": newest(domain) if domain is not None else None}
