"""The snapshots of one domain as the tree that they are: what going back to one costs, and which can be removed."""

import posixpath
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from domains.models import Snapshot
from hypervisor.snapshots import Kept


@dataclass
class Verdict:
    """What stands in the way for good, what only `force` goes over, and what else a person should know."""

    refused: list[str] = field(default_factory=list)
    risky: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Tree:
    """All snapshots of a domain, by name."""

    def __init__(self, snapshots: Iterable[Snapshot]) -> None:
        self._by_name = {snapshot.name: snapshot for snapshot in snapshots}
        self._children: dict[str, list[Snapshot]] = {}
        for snapshot in self._by_name.values():
            self._children.setdefault(snapshot.parent, []).append(snapshot)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Snapshot:
        return self._by_name[name]

    def names(self) -> Collection[str]:
        return self._by_name.keys()

    def children(self, name: str) -> list[Snapshot]:
        return self._children.get(name, [])

    def below(self, name: str) -> list[Snapshot]:
        """It and all that hang on it, children before parents: the order in which they are removed."""
        found = [self._by_name[name]]
        for snapshot in found:
            found.extend(child for child in self.children(snapshot.name) if child not in found)
        return found[::-1]

    # Going back

    def revert(self, name: str, *, running: bool, persistent: bool, folders: Collection[str]) -> Verdict:
        """`folders`: of the pools that run on its host."""
        snapshot, verdict = self._by_name[name], Verdict()
        if running:
            verdict.warnings.append("It runs: what its memory holds now is lost.")
        if snapshot.disks:
            verdict.warnings.append(
                "What was written to its disks since then is lost, but for other snapshots."
            )
        if snapshot.external:
            self._revert_external(verdict, snapshot, persistent, folders)
        else:
            self._revert_internal(verdict, snapshot)
        return verdict

    def _revert_external(
        self, verdict: Verdict, snapshot: Snapshot, persistent: bool, folders: Collection[str]
    ) -> None:
        if not persistent:
            verdict.refused.append("The domain is transient: it would be gone before it could be taken back.")
        if not any(disk["snapshot"] == Kept.EXTERNAL for disk in snapshot.disks) and snapshot.disks:
            verdict.risky.append(
                "It holds memory alone. If the disks were written to since, the guest damages them when it goes on."
            )
        for disk in snapshot.disks:
            folder = posixpath.dirname(disk.get("before") or "")
            if disk["snapshot"] == Kept.EXTERNAL and folder not in folders:
                verdict.refused.append(
                    f"Disk {disk['target']} was in {folder or 'a place that is not known'}, which is no running "
                    "storage pool of the host, so no new layer can be laid there. Define a pool for it, and start it."
                )

    def _revert_internal(self, verdict: Verdict, snapshot: Snapshot) -> None:
        """Going back writes into the file of each disk; what lies over that file as a layer breaks then."""
        files = {disk.get("before") for disk in snapshot.disks if disk["snapshot"] == Kept.INTERNAL} - {
            None,
            "",
        }
        broken = [
            other.name
            for other in self._by_name.values()
            if any(disk["snapshot"] == Kept.EXTERNAL and disk.get("before") in files for disk in other.disks)
        ]
        if broken:
            verdict.risky.append(
                f"Layers of external snapshots lie over the same files and would break: {', '.join(sorted(broken))}."
            )

    # Removing

    def remove(self, name: str, *, children: bool) -> Verdict:
        verdict = Verdict()
        going = self.below(name) if children else [self._by_name[name]]
        gone: set[str] = set()
        for snapshot in going:
            if snapshot.external:
                verdict.refused += self._against_merging(snapshot, gone)
            gone.add(snapshot.name)
        if any(snapshot.external for snapshot in going):
            verdict.warnings.append(
                "Layers are merged into the files below them; the present state stays as it is."
            )
        return verdict

    def _against_merging(self, snapshot: Snapshot, gone: Collection[str]) -> Iterator[str]:
        name = snapshot.name
        children = [child.name for child in self.children(name) if child.name not in gone]
        parent = self._by_name.get(snapshot.parent)
        other = "Take only its record away (metadata_only), and its files stay."
        if not any(disk["snapshot"] == Kept.EXTERNAL for disk in snapshot.disks):
            return  # memory alone: a file, and nothing to merge
        if parent is not None and not parent.external:
            yield f"{name} hangs on the internal snapshot {parent.name}: libvirt cannot merge it. {other}"
        if len(children) > 1:
            names = ", ".join(children)
            yield f"On {name} hang {names}: merging it would break all but one. Remove those first. {other}"
        elif name not in self._line(gone):
            yield f"{name} is not in the line of the present state, so nothing can be merged. {other}"
        elif snapshot.current and children:
            yield f"The present state and {children[0]} both stand on {name}: merging it would break one. {other}"

    def _line(self, gone: Collection[str]) -> set[str]:
        """The current snapshot and what it stands on; of those that went, their parents are the current then."""
        found: set[str] = set()
        name = next((one.name for one in self._by_name.values() if one.current), "")
        while name in self._by_name and name not in found:
            found.add(name)
            name = self._by_name[name].parent
        return found
