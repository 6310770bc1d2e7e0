"""Pools and volumes for tests of volumes, and domains with disks on them."""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from domains.models import Definition, Domain
from hosts.models import Host
from storage.models import Pool, Volume

MIB, GIB = 2**20, 2**30


def pool(host: Host, name: str = "vm", **other: Any) -> Pool:
    given = {"type": "dir", "state": "running", "target": f"/srv/{name}", "available_bytes": 10 * GIB}
    made: Pool = Pool.objects.create(host=host, uuid=uuid4(), name=name, **(given | other))
    return made


def volume(of: Pool, name: str, **other: Any) -> Volume:
    path = f"{of.target}/{name}"
    given = {"path": path, "type": "file", "format": "qcow2", "capacity_bytes": GIB, "allocation_bytes": MIB}
    made: Volume = Volume.objects.create(pool=of, key=path, name=name, **(given | other))
    return made


def domain(host: Host, name: str, *paths: str, state: str = "shutoff", more: str = "", **disk: Any) -> Domain:
    """With a disk on each path; `disk` says more of them: type, format, readonly."""
    row: Domain = Domain.objects.create(id=uuid4(), host=host, name=name, state=state)
    said = {"type": "file", "format": "qcow2", "readonly": False} | disk
    disks = [
        {"target": f"vd{letter}", "source": path, **said}
        for letter, path in zip("abcdef", paths, strict=False)
    ]
    xml = "".join(
        f"<disk type='file'><driver type='{said['format']}'/><source file='{one['source']}'/>"
        f"<target dev='{one['target']}'/>{'<readonly/>' if said['readonly'] else ''}</disk>"
        for one in disks
    )
    document = f"<domain><name>{name}</name><os><type>hvm</type>{more}</os><devices>{xml}</devices></domain>"
    Definition.objects.create(domain=row, inactive=document, disks=disks, fetched_at=timezone.now())
    return row
