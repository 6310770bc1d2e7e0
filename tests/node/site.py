"""A host whose node is the private daemon, with a pool, a person, and a nodewatch that looks when it is asked to."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from access.actor import Actor
from domains.definitions import record_xml
from domains.inventory import record, vanished
from domains.models import Domain
from hosts.models import Host, HostState
from hypervisor.data import Kind, NewVolume
from hypervisor.errors import NotFound
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.states import PoolState
from jobs.carrying import carry
from jobs.models import Job
from storage.inventory import pool_vanished, record_pools, record_volumes
from storage.models import Pool, Volume
from tests.daemon import PrivateDaemon
from tests.node.guests import VNC_WITH_PASSWORD, xml

MIB = 2**20


class Site:
    """What the services and the jobs of domains see of one real node."""

    def __init__(self, daemon: PrivateDaemon, node: LibvirtNode, pool: UUID, by: Actor) -> None:
        self.by = by
        self.node = node
        self.host: Host = Host.objects.create(
            name="private", uri=daemon.uri(), state=HostState.UP, enrolled=True, driver="qemu", arch="x86_64"
        )
        self.look_at_all()
        self.pool: Pool = Pool.objects.get(uuid=pool)
        self.folder = Path(self.pool.target)

    # Nodewatch

    def look_at_all(self) -> None:
        seen = self.node.inventory()
        record(self.host.pk, seen.domains, complete=True)
        record_pools(self.host.pk, seen.pools, complete=True)
        for domain in seen.domains:
            record_xml(self.host.pk, domain.uuid, self.node.domain_xml(domain.uuid))
        for pool in seen.pools:
            record_volumes(self.host.pk, pool.uuid, self.node.volumes(pool.uuid))

    def look(self, host_id: UUID, kind: str, uuid: UUID | None, *, timeout: float = 0) -> str:
        """In the place of `hosts.looking.look`: the same, without another process."""
        assert host_id == self.host.pk
        if uuid is None:
            self.look_at_all()
        elif kind == Kind.POOL:
            self._look_at_pool(host_id, uuid)
        else:
            try:
                record(host_id, [self.node.domain(uuid)], complete=False)
            except NotFound:
                vanished(host_id, uuid)
            else:
                record_xml(host_id, uuid, self.node.domain_xml(uuid))
        return "seen"

    def _look_at_pool(self, host_id: UUID, uuid: UUID) -> None:
        try:
            pool = self.node.pool(uuid)
        except NotFound:
            pool_vanished(host_id, uuid)
            return
        record_pools(host_id, [pool], complete=False)
        record_volumes(host_id, uuid, self.node.volumes(uuid) if pool.state is PoolState.RUNNING else ())

    # What is there

    def volume(self, name: str, content: bytes = b"", **new: Any) -> Volume:
        """A new volume of the pool, of 1 MiB where nothing else is said."""
        asked: dict[str, Any] = {"capacity_bytes": MIB, "format": "raw"} | new
        made = self.node.create_volume(self.pool.uuid, NewVolume(name, **asked))
        if content:
            self.node.upload_volume(self.pool.uuid, name, content)
        self.look(self.host.pk, "pool", self.pool.uuid)
        volume: Volume = Volume.objects.get(path=made.path)
        return volume

    def guest(self, *disks: str, screen: bool = False) -> Domain:
        """A defined domain with these `<disk>` elements."""
        name = f"guest-{uuid4().hex[:8]}"
        devices = "".join(disks) + (VNC_WITH_PASSWORD if screen else "")
        uuid = self.node.define(xml(name, devices=devices))
        self.look(self.host.pk, "domain", uuid)
        domain: Domain = Domain.objects.get(pk=uuid)
        return domain

    def names(self) -> set[str]:
        """The files in the pool's folder."""
        return {path.name for path in self.folder.iterdir()}

    def has(self, uuid: UUID | str) -> bool:
        return self.node.has(Kind.DOMAIN, UUID(str(uuid)))

    def clear(self) -> None:
        """Nothing of this test's stays defined."""
        for domain in self.node.inventory().domains:
            if domain.id is not None:
                self.node.destroy(domain.uuid)
            self.node.undefine(domain.uuid)

    # Work

    def ended(self, job: Job) -> Job:
        """The job, carried out by a worker."""
        carry(str(job.pk), "a worker")
        job.refresh_from_db()
        return job

    def done(self, job: Job) -> dict[str, Any]:
        """The result of a job that must succeed."""
        ended = self.ended(job)
        assert ended.state == "succeeded", (ended.state, ended.step, ended.error_code, ended.error_detail)
        return ended.result or {}


def disk(path: str | Path, target: str = "vda", *, format: str = "raw", more: str = "") -> str:
    """A disk of a guest."""
    return (
        f"<disk type='file'><driver name='qemu' type='{format}'/><source file='{path}'/>"
        f"<target dev='{target}' bus='virtio'/>{more}</disk>"
    )


def cdrom(path: str | Path) -> str:
    return f"<disk type='file' device='cdrom'><source file='{path}'/><target dev='sda' bus='sata'/><readonly/></disk>"
