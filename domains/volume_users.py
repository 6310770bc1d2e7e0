"""Tells storage, which lies below, who stands on a volume: domains, templates, the recycle bin, what is being made."""

from collections.abc import Hashable, Sequence
from typing import TypeVar
from uuid import UUID

from access.actor import Actor
from domains.copies import users
from domains.copies.many import users_of_many
from domains.copies.users import VolumeUser, told_names
from domains.models import Definition
from hosts.models import Host
from hypervisor.errors import InvalidXML
from hypervisor.xml.sources import DiskUse, disk_uses
from storage import users as storage_users
from storage.pools.peers import Peers
from storage.users import ByHost, DomainDisk, Told

At = TypeVar("At", bound=Hashable)
_FEW = 8  # each of them is looked for in all documents
_NAMED = 10


def register() -> None:
    storage_users.register(find, bulk=find_many)
    storage_users.register_disks(disks)
    storage_users.register_names(told_names)


def find(host: Host, paths: Sequence[str], by: Actor) -> dict[str, Told]:
    """Who stands on these volumes of a host."""
    if len(paths) > _FEW:
        return {path: told for (_, path), told in find_many({host.pk: paths}, by).items()}
    return _as_told(users.users_of(host, paths), by)


def find_many(paths: ByHost, by: Actor) -> dict[tuple[UUID, str], Told]:
    """The same of many hosts."""
    return _as_told(users_of_many(paths), by)


def kept_otherwise(host: Host, path: str, by: Actor) -> Told | None:
    """What else than domains and templates the volume is kept for: a backup, the library, an upload under way."""
    return storage_users.users_of(host, [path], by, without=find).get(path)


def disks(host: Host, path: str) -> list[DomainDisk]:
    """The disks of domains, on whatever host that sees it, which are this very volume."""
    found = []
    for at, same in Peers([host.pk]).of(host.pk, path):
        for definition in users.definitions_naming([at], same):
            written: dict[str, DomainDisk] = {}
            for use in _uses(definition):
                if users.is_at(use, same, definition.domain.host):
                    domain = definition.domain
                    known = written.get(use.target)
                    written[use.target] = DomainDisk(
                        domain.pk,
                        domain.name,
                        at,
                        use.target,
                        use.format,
                        domain.active,
                        use.own or (known is not None and known.written),
                    )
            found += list(written.values())
    return found


def _uses(definition: Definition) -> list[DiskUse]:
    """What is inactive first: what runs has the last word."""
    found: list[DiskUse] = []
    for text in (definition.inactive, definition.live):
        if text:
            try:
                found += disk_uses(text)
            except InvalidXML:
                continue  # it is named as a user all the same
    return found


def _as_told(standing: dict[At, list[VolumeUser]], by: Actor) -> dict[At, Told]:
    seen = users.visible((user for of_one in standing.values() for user in of_one), by)
    told = {}
    for at, of_one in standing.items():
        shown = [user for user in of_one if user.id in seen]
        hidden = len(of_one) - len(shown)
        words = [str(user) for user in shown[:_NAMED]]
        if len(shown) > _NAMED:
            words.append(f"{len(shown) - _NAMED} more")
        if hidden:
            words.append("others" if shown else "another object")
        told[at] = Told(", ".join(words), tuple((user.kind, user.id, user.name) for user in shown), hidden)
    return told
