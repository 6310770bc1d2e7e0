"""Which disks go with a domain, and who is in the way. Asks no node."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from access.actor import Actor
from access.errors import Conflict, Invalid
from domains.copies.disks import Disk, Places, definition_xml, own_disks
from domains.copies.errors import InUse
from domains.copies.users import VolumeUser, told, users_of
from domains.models import Domain

Volumes = bool | Sequence[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """The disks that go, those that stay with the reason, and who else stands on one that would go, by target."""

    go: list[Disk]
    stay: dict[str, str]
    users: dict[str, list[VolumeUser]]

    def check(self, domain: Domain, by: Actor) -> None:
        """Raises InUse."""
        for disk in self.go:
            if disk.use.target in self.users:
                raise InUse(
                    f"The disk {disk.use.target} of {domain.name}", told(self.users[disk.use.target], by)
                )

    def options(self) -> list[dict[str, Any]]:
        """The volumes that go, as a job and the recycle bin keep them."""
        return [
            {
                "target": disk.use.target,
                "pool": str(disk.place.pool_id),
                "name": disk.place.name,
                "path": disk.place.path,
            }
            for disk in self.go
            if disk.place is not None
        ]


def choose(domain: Domain, volumes: Volumes) -> Choice:
    """`volumes`: none (False), all that are the domain's alone (True), or those with these targets.

    Raises Invalid for a target that is not there or cannot go, Conflict while the definition is not known.
    """
    xml = definition_xml(domain)
    if not xml:
        if volumes is False:
            return Choice([], {}, {})
        raise Conflict(f"The definition of {domain.name} has not been read yet. Try again in a moment.")
    disks = Places(domain.host).disks(xml)
    stay = {disk.use.target: reason for disk in disks if (reason := _stays(disk))}
    if isinstance(volumes, bool):
        go = own_disks(disks) if volumes else []
    else:
        go = [disk for disk in disks if disk.use.target in set(volumes)]
        wrong = [
            f"{target}: {stay.get(target, 'there is no such disk')}"
            for target in volumes
            if target in stay or target not in {disk.use.target for disk in disks}
        ]
        if wrong:
            raise Invalid("These disks cannot be deleted.", errors={"volumes": wrong})
    by_path = users_of(domain.host, [disk.path for disk in go], besides=domain.pk)
    return Choice(go, stay, {disk.use.target: by_path[disk.path] for disk in go if disk.path in by_path})


def _stays(disk: Disk) -> str:
    """Why this disk never goes with its domain; "" when it may."""
    if disk.use.device != "disk":
        return f"it is a {disk.use.device}"
    if disk.use.readonly:
        return "it is read-only"
    if disk.use.shareable:
        return "it is shared with other domains"
    if disk.place is None:
        return f"{disk.use.source} is in no storage pool that is known"
    return ""
