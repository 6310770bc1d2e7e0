"""The kinds of jobs about a whole host, and the small ones of them: a probe, reading everything anew."""

from typing import Any

from hosts import certifying, enrolling, introduction, looking, nodes, renewing
from hosts.looking_at import look_at
from hypervisor import errors
from hypervisor.libvirt import ssh
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, JobKind, Verdict, register
from jobs.models import Job


def register_kinds() -> None:
    register(JobKind("host.enrol", enrolling.enrol, _again, deadline_seconds=300, ended=introduction.forget))
    register(JobKind("host.rotate-key", enrolling.rotate_key, _again, ended=introduction.forget))
    register(JobKind(renewing.KIND, renew_certificate, _again, deadline_seconds=300))
    register(JobKind("host.forget", enrolling.forget, _again, deadline_seconds=120))
    register(JobKind("host.refresh", refresh, _again, deadline_seconds=60))
    register(JobKind("host.probe", probe, _again, deadline_seconds=40))


def probe(carrying: Carrying) -> dict[str, Any]:
    """The key that a machine shows. What shows none is told apart by nothing: closed, filtered, or no sshd."""
    address, port = str(carrying.option("address")), int(carrying.option("port"))
    carrying.progress(20, "reading the machine's SSH key")
    try:
        key = ssh.scan_host_key(address, port, deadline=nodes.OPEN_SECONDS)
    except errors.NodeUnreachable:
        raise JobFailed(
            "no_ssh",
            f"{carrying.job.object_name} does not answer as SSH. Check the address, and that sshd runs.",
        ) from None
    return {"host_key": {"type": key.type, "fingerprint": key.fingerprint}}


def renew_certificate(carrying: Carrying) -> dict[str, Any]:
    """New certificates, on the node and here."""
    host = enrolling.host_of(carrying)
    if not host.certified:
        raise JobFailed(
            "no_own_certificate", f"{host.name} is reached by no certificate that ovirtlite made."
        )
    result = certifying.renew(carrying, host)
    looking.hosts_changed()
    return result


def refresh(carrying: Carrying) -> None:
    """Have nodewatch read everything of the node anew."""
    host = enrolling.host_of(carrying)
    carrying.progress(30, "reading its domains, pools and networks")
    looking.hosts_changed()
    look_at(host, 40)


def _again(job: Job) -> Verdict:
    return Again()
