"""Going back to an external snapshot, which libvirt 9.0 does not do itself.

The files of the snapshot are never written to: new layers are laid over them, and the domain is pointed at those. So
the same snapshot can be gone back to again, and what else lies over the same files stays whole.
"""

import posixpath
import re
from collections.abc import Iterable
from functools import partial
from uuid import UUID

import libvirt

from hypervisor.errors import HypervisorError, NotSupported
from hypervisor.libvirt.copying import Copying
from hypervisor.libvirt.snapshots import SECURE, Snapshotting
from hypervisor.snapshots import Kept, Reverted, SnapshotSeen
from hypervisor.xml.disk import read_disk
from hypervisor.xml.document import parse
from hypervisor.xml.snapshot import domain_of, read_snapshot, repointed
from hypervisor.xml.volume import read_volume, write_volume

_OURS = re.compile(r"\.revert-[0-9a-f]{8}$")
_INACTIVE = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE


class Reverting(Snapshotting, Copying):
    """Fulfils the rest of `hypervisor.snapshots.TakesSnapshots`."""

    def revert_to_external(
        self, uuid: UUID, name: str, *, token: str, running: bool | None = None
    ) -> Reverted:
        with self._apart() as other:
            made, given_up = other._run(lambda: other._revert(uuid, name, token, running), seconds=None)
        removed, left = self._remove_given_up(given_up)
        return Reverted(tuple(made.values()), removed, left)

    def _revert(
        self, uuid: UUID, name: str, token: str, running: bool | None
    ) -> tuple[dict[str, str], tuple[str, ...]]:
        """The new files by target, and those that nothing needs any more."""
        domain = self._domain(uuid)
        snapshot = self._ask(domain.snapshotLookupByName, name)
        xml = self._ask(snapshot.getXMLDesc, SECURE)
        seen = read_snapshot(xml)
        before = self._ask(domain.XMLDesc, _INACTIVE)
        made: dict[str, str] = {}
        try:
            for disk in seen.disks:
                if disk.snapshot is Kept.EXTERNAL:
                    made[disk.target] = self._lay_over(xml, seen, disk.target, token)
            if self._ask(domain.isActive):
                self._ask(domain.destroy)
            self._define(repointed(domain_of(xml, running=False), made))
            self._bring_up(uuid, seen, made, running)
        except (libvirt.libvirtError, HypervisorError):
            self._take_back(uuid, before, made)
            raise
        known = self._snapshots(domain)
        children = any(other.parent == name for other in known)
        # Without children the file that was written to is given up, and the new one takes its place for a later merge.
        self._redefine(domain, snapshot, current=True, files=None if children else made)
        layers = {disk.source for other in known for disk in other.disks}
        return made, _given_up(before, layers, self._snapshots(domain))

    def _lay_over(self, xml: str, seen: SnapshotSeen, target: str, token: str) -> str:
        """A new file over the one that the disk had when the snapshot was taken."""
        base = seen.before.get(target, "")
        pool = self._pool_of_folder(base)
        if pool is None:
            raise NotSupported(
                f"Disk {target} was in {base}, whose folder is no active storage pool of this host, so no new "
                "layer can be laid over it. Define a pool there and start it, then try again.",
                node=self._calls.node,
            )
        self._ask(pool.refresh, 0)
        below = read_volume(
            self._ask(self._ask(pool.storageVolLookupByName, posixpath.basename(base)).XMLDesc, 0)
        )
        stem = posixpath.splitext(posixpath.basename(base))[0]
        document = write_volume(
            f"{stem}.revert-{token}",
            "qcow2",
            below.capacity_bytes,
            backing=base,
            backing_format=_format_of(xml, target),
        )
        return str(self._ask(self._ask(pool.createXML, document, 0).path))

    def _bring_up(self, uuid: UUID, seen: SnapshotSeen, made: dict[str, str], running: bool | None) -> None:
        if seen.memory is Kept.EXTERNAL:
            flags = {
                None: libvirt.VIR_DOMAIN_SAVE_PAUSED
                if seen.state == "paused"
                else libvirt.VIR_DOMAIN_SAVE_RUNNING,
                True: libvirt.VIR_DOMAIN_SAVE_RUNNING,
                False: libvirt.VIR_DOMAIN_SAVE_PAUSED,
            }[running]
            saved = self._ask(
                self._connection.saveImageGetXMLDesc,
                seen.memory_file,
                libvirt.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE,
            )
            self._ask(self._connection.restoreFlags, seen.memory_file, repointed(saved, made), flags)
        elif running:
            self._ask(self._domain(uuid).create)

    def _define(self, xml: str) -> None:
        self._ask(self._connection.defineXMLFlags, xml, 0)

    def _take_back(self, uuid: UUID, before: str, made: dict[str, str]) -> None:
        """After a failure: the definition as it was, and the new files removed. What fails here is not the cause."""
        try:
            domain = self._domain(uuid)
            if self._ask(domain.isActive) and made:
                running = self._ask(domain.XMLDesc, 0)
                if any(file in running for file in made.values()):
                    return  # it came up on the new files after all
            self._define(before)
        except libvirt.libvirtError:
            return  # nobody knows what the node has now: then nothing is removed
        for file in made.values():
            self._remove_file(file)

    def _remove_given_up(self, files: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Those that no domain and no volume uses; the others are left, and told."""
        if not files:
            return (), ()
        used = self.volume_users(files)
        removed = tuple(
            file for file in files if file not in used and self._run(partial(self._remove_file, file))
        )
        return removed, tuple(file for file in files if file not in removed)


def _format_of(snapshot_xml: str, target: str) -> str:
    """The format of a disk when the snapshot was taken; raw where nothing was said."""
    domain = parse(domain_of(snapshot_xml, running=True), "domain")
    for disk in domain.iterfind("devices/disk"):
        seen = read_disk(disk)
        if seen.target == target:
            return seen.format or "raw"
    return "raw"


def _given_up(before: str, layers: set[str], snapshots: Iterable[SnapshotSeen]) -> tuple[str, ...]:
    """What the definition `before` wrote to that no snapshot names now.

    Only what a snapshot or an earlier revert laid there: what a person made is not ours to remove.
    """
    named: set[str] = set()
    for seen in snapshots:
        named |= set(seen.before.values()) | {disk.source for disk in seen.disks}
    sources = {read_disk(disk).source for disk in parse(before, "domain").iterfind("devices/disk")}
    return tuple(
        sorted(
            source
            for source in sources - named
            if source in layers or _OURS.search(posixpath.basename(source)) is not None
        )
    )
