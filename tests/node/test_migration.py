"""Live migration between two real QEMU nodes: done, followed, cancelled, refused. The lab has it with storage."""

import threading
import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from hypervisor.data import Change, CopiedVolume, Event, Kind, MigrationOptions, MigrationProgress
from hypervisor.errors import (
    Cancelled,
    HypervisorError,
    MigrationRefused,
    NotFound,
    OperationInvalid,
)
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.states import DomainState
from tests.daemon import PrivateDaemon, private_daemon
from tests.node.conftest import Opener
from tests.node.guests import Guest, with_noise
from tests.node.waiting import until


@pytest.fixture(scope="module")
def other() -> Iterator[PrivateDaemon]:
    with private_daemon() as running:
        yield running


@pytest.fixture
def destination(other: PrivateDaemon, opened: Opener) -> LibvirtNode:
    node = opened(other.uri())
    node.info()  # a fresh libvirtd asks QEMU for its abilities first, which would hold everything up later
    return node


class Moving:
    """A migration under way in a thread."""

    def __init__(self, node: LibvirtNode, uuid: UUID, options: MigrationOptions) -> None:
        self.error: HypervisorError | None = None

        def move() -> None:
            try:
                node.migrate(uuid, options)
            except HypervisorError as error:
                self.error = error

        self.thread = threading.Thread(target=move, daemon=True)
        self.thread.start()

    def end(self) -> HypervisorError | None:
        self.thread.join(60)
        assert not self.thread.is_alive()
        return self.error


def test_a_domain_moves(qemu: LibvirtNode, destination: LibvirtNode, other: PrivateDaemon) -> None:
    left: list[Event] = []
    arrived: list[Event] = []
    qemu.watch(left.append, lambda _: None)
    destination.watch(arrived.append, lambda _: None)
    with Guest(qemu) as guest:
        qemu.start(guest.uuid)
        options = MigrationOptions(destination_uri=other.uri())
        qemu.check_migration(guest.uuid, options)
        qemu.migrate(guest.uuid, options)
        assert not qemu.has(Kind.DOMAIN, guest.uuid)
        there = destination.domain(guest.uuid)
        assert (there.state, there.reason, there.persistent, there.incoming) == (
            DomainState.RUNNING, "migrated", True, False,
        )  # fmt: skip
        until(lambda: Change.LEFT in {event.change for event in left if event.uuid == guest.uuid})
        assert Change.ARRIVED not in {event.change for event in left if event.uuid == guest.uuid}
        until(
            lambda: [event.change for event in arrived if event.uuid == guest.uuid].count(Change.ARRIVED) >= 2
        )
        destination.destroy(guest.uuid)
        destination.undefine(guest.uuid)


def test_followed_and_cancelled(
    daemon: PrivateDaemon, other: PrivateDaemon, qemu: LibvirtNode, destination: LibvirtNode
) -> None:
    with Guest(qemu, whole=with_noise(daemon, f"noise-{uuid4().hex[:8]}", 48)) as guest:
        qemu.start(guest.uuid)
        assert qemu.migration_progress(guest.uuid) is None
        moving = Moving(qemu, guest.uuid, MigrationOptions(other.uri(), bandwidth_bytes=4 * 2**20))
        seen: list[MigrationProgress] = []

        def halfway() -> bool:
            now = qemu.migration_progress(guest.uuid)
            if now is not None and now.total_bytes:
                seen.append(now)
            return (
                len(seen) > 3
                and seen[-1].iteration > 0
                and seen[-1].processed_bytes > seen[0].processed_bytes
            )

        until(halfway, 30)
        assert seen[-1].total_bytes >= 48 * 2**20
        assert 0 < seen[-1].rate_bytes < 64 * 2**20
        assert seen[-1].elapsed_seconds > 0
        assert 0 <= seen[0].fraction < seen[-1].fraction < 1
        incoming = destination.domain(guest.uuid)
        assert (incoming.state, incoming.incoming) == (DomainState.PAUSED, True)
        assert next(d for d in destination.inventory().domains if d.uuid == guest.uuid).incoming
        assert destination.migration_progress(guest.uuid) is None
        here = qemu.domain(guest.uuid)
        assert (here.state, here.incoming) == (DomainState.RUNNING, False)
        with pytest.raises(HypervisorError):
            qemu.migrate(guest.uuid, MigrationOptions(other.uri()))  # one at a time
        began = time.monotonic()
        qemu.abort_migration(guest.uuid)
        assert isinstance(moving.end(), Cancelled)
        assert time.monotonic() - began < 10
        assert qemu.domain(guest.uuid).state is DomainState.RUNNING
        until(lambda: not destination.has(Kind.DOMAIN, guest.uuid))
        with pytest.raises(OperationInvalid):
            qemu.abort_migration(guest.uuid)


def test_other_calls_do_not_wait_for_it(
    daemon: PrivateDaemon, other: PrivateDaemon, qemu: LibvirtNode, destination: LibvirtNode
) -> None:
    assert destination.alive()
    with (
        Guest(qemu, whole=with_noise(daemon, f"noise-{uuid4().hex[:8]}", 32)) as guest,
        Guest(qemu) as neighbour,
    ):
        qemu.start(guest.uuid)
        moving = Moving(qemu, guest.uuid, MigrationOptions(other.uri(), bandwidth_bytes=4 * 2**20))
        until(lambda: (now := qemu.migration_progress(guest.uuid)) is not None and now.total_bytes)
        slowest = 0.0
        for _ in range(30):
            began = time.monotonic()
            qemu.domain(neighbour.uuid)
            qemu.inventory()
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 1
        qemu.abort_migration(guest.uuid)
        moving.end()


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("qemu+tcp://127.0.0.1:1/system", "cannot reach the destination"),
        ("qemu+unix:///session?socket=/nonexistent", "No such file"),
    ],
)
def test_a_destination_that_is_not_there(qemu: LibvirtNode, uri: str, words: str) -> None:
    with Guest(qemu) as guest:
        qemu.start(guest.uuid)
        with pytest.raises(MigrationRefused, match=words):
            qemu.migrate(guest.uuid, MigrationOptions(uri))
        assert qemu.alive()
        assert qemu.domain(guest.uuid).state is DomainState.RUNNING


def test_to_itself(qemu: LibvirtNode, daemon: PrivateDaemon) -> None:
    with Guest(qemu) as guest:
        qemu.start(guest.uuid)
        with pytest.raises(MigrationRefused, match="same host"):
            qemu.migrate(guest.uuid, MigrationOptions(daemon.uri()))


def test_what_is_known_before(qemu: LibvirtNode, other: PrivateDaemon) -> None:
    options = MigrationOptions(other.uri())
    with pytest.raises(NotFound):
        qemu.check_migration(uuid4(), options)
    with Guest(qemu) as guest, pytest.raises(OperationInvalid, match="off"):
        qemu.check_migration(guest.uuid, options)


def test_a_disk_that_only_the_source_sees(
    daemon: PrivateDaemon, other: PrivateDaemon, qemu: LibvirtNode
) -> None:
    """Both daemons see one folder, which libvirt does not know as shared: unsafe, and it says so."""
    image = daemon.file(f"{uuid4().hex}.img", b"\0" * 2**20)
    disk = (
        f"<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{image}'/>"
        "<target dev='vda' bus='virtio'/></disk>"
    )
    with Guest(qemu, devices=disk) as guest:
        qemu.start(guest.uuid)
        (volume,) = qemu.volumes_to_copy(guest.uuid)
        assert (volume.target, volume.path, volume.format, volume.capacity_bytes) == (
            "vda",
            str(image),
            "raw",
            2**20,
        )
        with pytest.raises(MigrationRefused, match=r"[Uu]nsafe"):
            qemu.migrate(guest.uuid, MigrationOptions(other.uri()))
        assert qemu.domain(guest.uuid).state is DomainState.RUNNING


class TestVolumesForACopy:
    """On the destination, before the copy, in a real folder."""

    @pytest.fixture
    def pool(self, daemon: PrivateDaemon) -> Iterator[tuple[str, UUID]]:
        """The folder and the UUID of an active pool, made beside us."""
        import libvirt

        folder = daemon.directory(f"pool-{uuid4().hex[:8]}")
        connection = libvirt.open(daemon.uri("qemu"))
        made = connection.storagePoolCreateXML(
            f"<pool type='dir'><name>{folder.name}</name><target><path>{folder}</path></target></pool>", 0
        )
        yield str(folder), UUID(bytes=made.UUID())
        made.destroy()
        connection.close()

    def test_made_and_taken_back(self, qemu: LibvirtNode, pool: tuple[str, UUID]) -> None:
        folder, uuid = pool
        wanted = CopiedVolume("vda", f"{folder}/disk", "qcow2", 2**20)
        made = qemu.make_volumes([wanted])
        assert made == (wanted.path,)
        (volume,) = qemu.volumes(uuid)
        assert (volume.path, volume.capacity_bytes, volume.format) == (wanted.path, 2**20, "qcow2")
        # There already, as after a move back and forth: used again, and not ours to remove.
        assert qemu.make_volumes([wanted]) == ()
        with pytest.raises(MigrationRefused, match="smaller"):
            qemu.make_volumes([CopiedVolume("vda", wanted.path, "qcow2", 2**30)])
        qemu.remove_volumes(made)
        qemu.remove_volumes(made)
        assert qemu.volumes(uuid) == ()

    def test_no_pool_for_it(self, qemu: LibvirtNode, pool: tuple[str, UUID]) -> None:
        folder, uuid = pool
        first = CopiedVolume("vda", f"{folder}/disk", "raw", 2**20)
        with pytest.raises(MigrationRefused, match="no active storage pool for the folder /elsewhere"):
            qemu.make_volumes([first, CopiedVolume("vdb", "/elsewhere/disk", "raw", 2**20)])
        assert qemu.volumes(uuid) == ()

    def test_another_domains_disk(self, qemu: LibvirtNode, pool: tuple[str, UUID]) -> None:
        wanted = CopiedVolume("vda", f"{pool[0]}/disk", "raw", 2**20)
        qemu.make_volumes([wanted])
        disk = f"<disk type='file' device='disk'><source file='{wanted.path}'/><target dev='vda'/></disk>"
        with (
            Guest(qemu, devices=disk) as guest,
            pytest.raises(MigrationRefused, match=f"the disk of {guest.name}"),
        ):
            qemu.make_volumes([wanted])
