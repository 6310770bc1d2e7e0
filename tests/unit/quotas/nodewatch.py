"""What a worker and nodewatch would write, in their place: volumes of a pool, definitions, ends of jobs."""

from collections.abc import Mapping
from typing import Any

from domains.definitions import record_xml
from domains.models import Domain
from hypervisor.data import DomainXML, VolumeSeen
from hypervisor.xml.domain import read_domain
from jobs import claims
from jobs.models import Job, JobState
from storage.inventory import record_volumes
from storage.models import Pool, Volume

MIB = 2**20


def lists(pool: Pool, sizes: Mapping[str, int]) -> None:
    """The pool has these volumes, by name, and no others."""
    record_volumes(pool.host_id, pool.uuid, [_volume(pool, name, size) for name, size in sizes.items()])


def gets(pool: Pool, name: str, size: int = MIB) -> None:
    """One volume more, or another size."""
    lists(pool, _sizes(pool) | {name: size})


def loses(pool: Pool, name: str) -> None:
    lists(pool, {known: size for known, size in _sizes(pool).items() if known != name})


def defined(domain: Domain, *disks: str, host: Any = None) -> None:
    """So it is defined now: with these files as disks."""
    names = ("vda", "vdb", "vdc", "vdd")
    written = "".join(
        f"<disk type='file' device='disk'><source file='{path}'/><target dev='{target}' bus='virtio'/></disk>"
        for path, target in zip(disks, names, strict=False)
    )
    xml = (
        f"<domain type='qemu'><name>{domain.name}</name><uuid>{domain.pk}</uuid><memory unit='MiB'>1</memory>"
        f"<vcpu>1</vcpu><os><type>hvm</type></os><devices>{written}</devices></domain>"
    )
    record_xml(host or domain.host_id, domain.pk, DomainXML(None, xml, read_domain(xml)))


def ends(job: Job | str, state: JobState = JobState.SUCCEEDED, code: str = "") -> None:
    """A worker took it, and it came to that end."""
    claimed = claims.claim(job.pk if isinstance(job, Job) else job, "w")
    assert claimed is not None
    assert claims.finish(claimed, state, code=code)


def _sizes(pool: Pool) -> dict[str, int]:
    return dict(Volume.objects.filter(pool=pool).values_list("name", "capacity_bytes"))


def _volume(pool: Pool, name: str, size: int) -> VolumeSeen:
    path = f"{pool.target}/{name}"
    return VolumeSeen(path, name, path, "file", "raw", size, 0, "")
