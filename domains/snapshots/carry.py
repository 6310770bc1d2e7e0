"""Carrying out what is wished of snapshots, and asking the node what became of it."""

from collections.abc import Callable
from typing import Any

from domains.models import Domain
from domains.quotas.holding import release
from domains.tasks import host_of, seen, settle
from hosts import looking, nodes
from hypervisor import errors
from hypervisor.node import Node
from hypervisor.snapshots import Kept, SnapshotDisk, SnapshotSeen, SnapshotWish
from hypervisor.states import ACTIVE
from jobs.carrying import Carrying
from jobs.errors import JobFailed
from jobs.kinds import Again, Failed, JobKind, Succeeded, Unknown, Verdict, register
from jobs.models import Job

_LONG_SECONDS = 2 * 3600


def register_kinds() -> None:
    for name, run, recover, ended in (
        ("domain.revert", revert, recover_revert, release),
        ("domain.snapshot-delete", remove, _recoverer(_removed), None),
    ):
        register(JobKind(name, run, recover, queue="long", deadline_seconds=_LONG_SECONDS, ended=ended))
    register(
        JobKind(
            "domain.snapshot",
            take,
            _recoverer(_taken),
            queue="long",
            deadline_seconds=_LONG_SECONDS,
            ended=release,
        )
    )
    register(JobKind("domain.snapshot-edit", edit, _again))


def take(carrying: Carrying) -> dict[str, Any]:
    """Take it. An earlier attempt may have: its name is not taken twice."""
    host, wish = host_of(carrying), wish_of(carrying.job)
    with nodes.pooled(host) as node:
        if carrying.first or not _taken(node, carrying.job):
            carrying.touching("taking memory and disks" if wish.memory is not Kept.NO else "taking disks")
            now = seen(node, carrying.job)
            if now is not None and now.state not in ACTIVE:
                node.forget_checkpoints(carrying.job.object_id)  # libvirt takes none beside them
            try:
                node.create_snapshot(carrying.job.object_id, wish)
            except errors.OperationInvalid as refused:
                raise JobFailed(refused.code, f"No snapshot was taken: {refused.detail}") from refused
    settle(carrying, host)
    return {"snapshot": wish.name, "external": wish.external}


def revert(carrying: Carrying) -> dict[str, Any]:
    """Go back. What an external one laid over, gave up and could not remove is the result."""
    host, job = host_of(carrying), carrying.job
    name = str(job.option("snapshot"))
    with nodes.pooled(host) as node:
        snapshot = _find(node, job, name)
        if snapshot is None:
            raise JobFailed("not_found_on_node", f"{job.object_name} has no snapshot {name} any more.")
        carrying.touching(f"going back to {name}")
        running = True if job.option("start") else None
        node.forget_checkpoints(job.object_id)  # QEMU refuses beside them, and the guest is dead by then
        result: dict[str, Any] = {"snapshot": name}
        if snapshot.external:
            try:
                changed = node.revert_to_external(
                    job.object_id, name, token=str(job.option("token")), running=running
                )
            except (errors.NodeUnreachable, errors.Timeout):
                raise
            except errors.HypervisorError as refused:
                now = seen(node, job)
                settle(carrying, host)
                off = now is not None and now.state not in ACTIVE
                raise JobFailed(
                    refused.code,
                    f"{refused} Its definition and disks are as they were"
                    + (", and it is off." if off else "."),
                ) from refused
            result |= {"made": changed.made, "removed": changed.removed, "left": changed.left}
        else:
            node.revert_to_snapshot(job.object_id, name, running=running, force=bool(job.option("force")))
    settle(carrying, host)
    return result


def remove(carrying: Carrying) -> dict[str, Any]:
    """One after the other, children first; what is done stays done."""
    host, job = host_of(carrying), carrying.job
    names: list[str] = job.option("snapshots")
    done: list[str] = []
    left: list[str] = []
    with nodes.pooled(host) as node:
        for number, name in enumerate(names):
            carrying.progress(int(99 * number / len(names)), f"removing {name}")
            carrying.touching(f"removing {name}")
            try:
                left += node.delete_snapshot(
                    job.object_id, name, metadata_only=bool(job.option("metadata_only"))
                )
            except errors.NotFound:
                if carrying.first and len(names) == 1:
                    raise
            except (errors.NodeUnreachable, errors.Timeout):
                raise
            except errors.HypervisorError as refused:
                settle(carrying, host)
                already = f" Removed before it: {', '.join(done)}." if done else ""
                raise JobFailed(refused.code, f"{name} stays: {refused}{already}") from refused
            done.append(name)
    settle(carrying, host)
    return {"removed": done, "left": left}


def edit(carrying: Carrying) -> None:
    """Its description, or that it is the current one."""
    host, job = host_of(carrying), carrying.job
    with nodes.pooled(host) as node:
        carrying.touching("writing it")
        node.edit_snapshot(
            job.object_id,
            str(job.option("snapshot")),
            description=job.option("description"),
            current=bool(job.option("current")),
        )
    settle(carrying, host)


def recover_revert(job: Job) -> Verdict:
    """An internal one may be gone back to twice. Of an external one the node's current snapshot tells."""
    domain = Domain.objects.select_related("host").filter(pk=job.object_id).first()
    if domain is None:
        return _gone(job)
    with nodes.pooled(domain.host) as node:
        if node.snapshot_under_way(job.object_id):
            return Unknown("The node is still going back.")
        name = str(job.option("snapshot"))
        snapshot = _find(node, job, name)
        if snapshot is None:
            return Failed("not_found_on_node", f"{job.object_name} has no snapshot {name} any more.")
        if not snapshot.external:
            return Again()
        xml = node.domain_xml(job.object_id)
    if f".revert-{job.option('token')}" in (xml.inactive or ""):
        looking.look(domain.host_id, "domain", domain.pk)
        return Succeeded({"snapshot": name})
    return Failed(
        "interrupted",
        f"The worker died while {job.object_name} was taken back; its disks are as they were. It may be off: "
        "look, and ask again.",
    )


def wish_of(job: Job) -> SnapshotWish:
    wish: dict[str, Any] = dict(job.option("wish"))
    wish["memory"] = Kept(wish["memory"])
    wish["disks"] = tuple(
        SnapshotDisk(disk["target"], Kept(disk["snapshot"]), disk["source"]) for disk in wish["disks"]
    )
    return SnapshotWish(**wish)


def _taken(node: Node, job: Job) -> bool:
    return _find(node, job, wish_of(job).name) is not None


def _removed(node: Node, job: Job) -> bool:
    left = {snapshot.name for snapshot in node.snapshots(job.object_id)}
    return not left & set(job.option("snapshots"))


def _find(node: Node, job: Job, name: str) -> SnapshotSeen | None:
    return next((one for one in node.snapshots(job.object_id) if one.name == name), None)


def _recoverer(reached: Callable[[Node, Job], bool]) -> Callable[[Job], Verdict]:
    def recover(job: Job) -> Verdict:
        """Done: done. Still at it: wait. Else it is safe to ask again."""
        domain = Domain.objects.select_related("host").filter(pk=job.object_id).first()
        if domain is None:
            return _gone(job)
        with nodes.pooled(domain.host) as node:
            if node.snapshot_under_way(job.object_id):
                return Unknown("The node is still at it.")
            if not reached(node, job):
                return Again()
        looking.look(domain.host_id, "domain", domain.pk)
        return Succeeded()

    return recover


def _again(job: Job) -> Verdict:
    return Again()


def _gone(job: Job) -> Verdict:
    return Failed("not_found_on_node", f"{job.object_name} is no longer there.")
