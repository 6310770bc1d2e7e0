"""How a snapshot can be taken of a domain, and why not; before anything changes."""

import posixpath
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from hypervisor.snapshots import Kept, Snapshotable, SnapshotableDisk, SnapshotDisk, SnapshotWish

LONGEST_NAME = 100
_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants. `memory` None: of a domain that runs; `disks` None: all; `external` None: as it can be."""

    name: str
    description: str = ""
    memory: bool | None = None
    disks: tuple[str, ...] | None = None
    quiesce: bool = False
    external: bool | None = None


@dataclass
class Answer:
    """The wish as the node will get it, or what stands in its way, by field; and what else a person should know."""

    wish: SnapshotWish | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def settle(
    asked: Asked,
    able: Snapshotable,
    *,
    active: bool,
    driver: str,
    taken: Collection[str],
    folder: str,
    token: str,
) -> Answer:
    """Decide how it is taken. `folder` is where a file of memory may lie when the disks name none; "" for nowhere."""
    answer = Answer()
    _check_name(answer, asked.name, taken)
    memory = active if asked.memory is None else asked.memory
    if memory and not active:
        _complain(answer, "memory", "The domain is off: it has no memory to take.")
    disks = _chosen(answer, asked, able)
    if driver != "qemu":
        if asked.quiesce or asked.external:
            _complain(
                answer, "external" if asked.external else "quiesce", f"Hosts of {driver} cannot do this."
            )
        kept = Kept.INTERNAL if memory else Kept.NO
        answer.wish = SnapshotWish(asked.name, asked.description, kept, ())  # its driver knows which disks
        return _ended(answer)
    if not memory and not disks:
        _complain(answer, "disks", "There is nothing to take: no memory, and no disk that is written to.")
        return _ended(answer)
    inside, outside = _against_internal(able, disks, active=active, memory=memory), _against_external(disks)
    folder = next((posixpath.dirname(disk.source) for disk in disks if disk.type == "file"), folder)
    if memory and not folder:
        outside.append(
            "There is no folder on the host for the file of its memory: no disk of it and no pool has one."
        )
    external = asked.external if asked.external is not None else bool(inside)
    why = outside if external else inside
    if why:
        if asked.external is None:
            why = [*inside, *outside]
        _complain(answer, "external" if asked.external is not None and able.pflash else "disks", *why)
    _check_quiesce(answer, asked, able, memory=memory, external=external, active=active)
    if memory and external and len(disks) < len(able.writable):
        answer.warnings.append(
            "Memory without the disks as they were at that moment: going back is only safe while they are the same."
        )
    if external and able.pflash:
        answer.warnings.append(
            "Its UEFI variables are in no snapshot: they stay as they are when you go back."
        )
    answer.wish = _wish(asked, able, disks, memory=memory, external=external, folder=folder, token=token)
    return _ended(answer)


def _wish(
    asked: Asked,
    able: Snapshotable,
    disks: Sequence[SnapshotableDisk],
    *,
    memory: bool,
    external: bool,
    folder: str,
    token: str,
) -> SnapshotWish:
    kind = Kept.EXTERNAL if external else Kept.INTERNAL
    ending = f"{_IN_FILE_NAMES.sub('_', asked.name)[:60]}-{token}"
    return SnapshotWish(
        name=asked.name,
        description=asked.description,
        memory=kind if memory else Kept.NO,
        disks=_named(able, disks, kind, ending),
        memory_file=posixpath.join(folder, f"{ending}.memory") if memory and external else "",
        quiesce=asked.quiesce,
        only_disks=external and not memory,
    )


def _named(
    able: Snapshotable, disks: Sequence[SnapshotableDisk], kind: Kept, ending: str
) -> tuple[SnapshotDisk, ...]:
    """Every disk: one that is not named would be taken."""
    chosen = {disk.target for disk in disks}
    return tuple(
        SnapshotDisk(
            disk.target,
            kind if disk.target in chosen else Kept.NO,
            f"{_stem(disk.source)}.{disk.target}.{ending}"
            if disk.target in chosen and kind is Kept.EXTERNAL
            else "",
        )
        for disk in able.disks
    )


def _stem(source: str) -> str:
    """A layer over a layer is named for what lies at the bottom, not for all that lies between."""
    folder, name = posixpath.split(source)
    return posixpath.join(folder, name.split(".", 1)[0] or name)


def _check_name(answer: Answer, name: str, taken: Collection[str]) -> None:
    if name in taken:
        _complain(answer, "name", "There is a snapshot of this name already.")
    elif not name or len(name) > LONGEST_NAME or not name.isprintable() or name != name.strip():
        _complain(
            answer,
            "name",
            f"A name has 1 to {LONGEST_NAME} printable characters, and no blank at an end.",
        )
    elif "/" in name or name.startswith(("-", ".")):
        _complain(answer, "name", "A name has no slash, and begins with neither a dash nor a dot.")


def _chosen(answer: Answer, asked: Asked, able: Snapshotable) -> tuple[SnapshotableDisk, ...]:
    if asked.disks is None:
        return able.writable
    known = {disk.target: disk for disk in able.disks}
    for target in asked.disks:
        if target not in known:
            _complain(answer, "disks", f"There is no disk {target}.")
        elif not known[target].writable:
            _complain(
                answer, "disks", f"Disk {target} is empty, read only or shared: a snapshot cannot hold it."
            )
    return tuple(disk for disk in able.writable if disk.target in asked.disks)


def _against_internal(
    able: Snapshotable, disks: Sequence[SnapshotableDisk], *, active: bool, memory: bool
) -> list[str]:
    """Why the disks' own files cannot hold it."""
    if able.pflash:
        return [
            "It has UEFI firmware, which libvirt does not put into an internal snapshot: take an external one."
        ]
    if active and not memory:
        return ["The disks of a running domain alone can only be taken as an external snapshot."]
    found = [
        f"Disk {disk.target} is {disk.format}: only qcow2 holds snapshots inside."
        for disk in disks
        if disk.format != "qcow2"
    ]
    if memory and len(disks) < len(able.writable):
        found.append("With memory inside, every disk that is written to must be in it.")
    if memory and not disks:
        found.append("It has no qcow2 disk that could hold its memory.")
    return found


def _against_external(disks: Sequence[SnapshotableDisk]) -> list[str]:
    """Why no layer can be laid over the disks."""
    return [
        f"Disk {disk.target} is of type {disk.type}: a layer can be laid over files alone."
        for disk in disks
        if disk.type != "file"
    ]


def _check_quiesce(
    answer: Answer, asked: Asked, able: Snapshotable, *, memory: bool, external: bool, active: bool
) -> None:
    if not asked.quiesce:
        return
    if not active:
        _complain(answer, "quiesce", "The domain is off: its file systems stand still.")
    elif memory or not external:
        _complain(
            answer, "quiesce", "This is for external snapshots without memory, where the guest goes on."
        )
    elif able.agent != "connected":
        _complain(
            answer, "quiesce", "The guest agent, which would freeze the file systems, is not connected."
        )


def _complain(answer: Answer, name: str, *texts: str) -> None:
    answer.errors.setdefault(name, []).extend(texts)


def _ended(answer: Answer) -> Answer:
    if answer.errors:
        answer.wish = None
    return answer
