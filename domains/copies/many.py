"""Who stands on many volumes at once, for lists: in a number of queries that grows neither with them nor with hosts.

From what is recorded of each domain's disks; what the documents say beside that (a chain of files outside of all pools)
only counts when somebody asks about one volume: domains.copies.users.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from domains.copies.users import VolumeUser, being_made, of_snapshots, worded
from domains.models import Definition, DeletedDomain, TemplateVersion
from hypervisor.errors import InvalidXML
from hypervisor.xml.sources import disk_uses
from storage.models import Volume
from storage.pools.peers import Peers

At = tuple[UUID, str]  # a host and a path on it
_DEEPEST = 32
_MOST_NAMED = 500  # more paths than this, and the database is asked for all layers


def users_of_many(paths: Mapping[UUID, Sequence[str]]) -> dict[At, list[VolumeUser]]:
    """Who stands on these paths, given by host, directly or over layers; only what has users is in it."""
    wanted = {(host, path) for host, of_host in paths.items() for path in of_host if path}
    if not wanted:
        return {}
    standing = _Standing(wanted, Peers(paths))
    standing.add_layers()
    standing.add_domains()
    standing.add_kept()
    return {at: worded(users) for at, users in standing.found.items()}


class _Standing:
    """What is found so far: `stands` gives for each place the wanted ones that it is, or is a layer over."""

    def __init__(self, wanted: Iterable[At], peers: Peers) -> None:
        self.hosts = list(peers.hosts)
        self.stands: dict[At, set[At]] = {}
        self.found: dict[At, set[VolumeUser]] = {}
        for at in wanted:
            for same in peers.of(*at):
                self.stands.setdefault(same, set()).add(at)

    def add(self, host: UUID | None, path: str, user: VolumeUser) -> None:
        if host is not None:
            for at in self.stands.get((host, path), ()):
                self.found.setdefault(at, set()).add(user)

    def add_layers(self) -> None:
        fresh = set(self.stands)
        seen: set[UUID] = set()
        for _ in range(_DEEPEST):
            layers = Volume.objects.filter(pool__host_id__in=self.hosts).exclude(backing="")
            if len(fresh) <= _MOST_NAMED:
                layers = layers.filter(backing__in={path for _, path in fresh})
            above: set[At] = set()
            for id, name, path, backing, host in layers.values_list(
                "pk", "name", "path", "backing", "pool__host_id"
            ):
                if id in seen or (host, backing) not in fresh:
                    continue
                seen.add(id)
                self.add(host, backing, VolumeUser("volume", name, id))
                if path:
                    self.stands.setdefault((host, path), set()).update(self.stands[host, backing])
                    above.add((host, path))
            if not above:
                return
            fresh = above

    def add_domains(self) -> None:
        rows = Definition.objects.filter(domain__host_id__in=self.hosts, domain__gone_at=None).order_by()
        by_name: list[tuple[UUID, str, VolumeUser]] = []
        for id, name, host, disks in rows.values_list("pk", "domain__name", "domain__host_id", "disks"):
            user = VolumeUser("domain", name, id)
            for disk in disks:
                if disk.get("type") == "volume":
                    by_name.append((host, disk["source"], user))
                elif disk.get("source"):
                    self.add(host, disk["source"], user)
        # `disks` is of one of its two definitions; where these differ, both are asked.
        differing = rows.filter(domain__has_pending=True)
        for id, name, host, *texts in differing.values_list(
            "pk", "domain__name", "domain__host_id", "live", "inactive"
        ):
            user = VolumeUser("domain", name, id)
            for text in filter(None, texts):
                self._add_document(text, host, user, by_name)
        self._add_by_name(by_name)
        for user, at, to_be in being_made(self.hosts):
            for path in to_be:
                self.add(at, path, user)

    def add_kept(self) -> None:
        versions = TemplateVersion.objects.filter(template__host_id__in=self.hosts)
        for id, name, host, disks in versions.values_list(
            "template_id", "template__name", "template__host_id", "disks"
        ):
            for disk in disks:
                self.add(host, disk["path"], VolumeUser("template", name, id))
        for user, host, files in of_snapshots(self.hosts):
            for path in files:
                self.add(host, path, user)
        by_name: list[tuple[UUID, str, VolumeUser]] = []
        entries = DeletedDomain.objects.filter(host_id__in=self.hosts)
        for id, name, host, volumes, xml in entries.values_list("pk", "name", "host_id", "volumes", "xml"):
            user = VolumeUser("deleted_domain", name, id)
            for volume in volumes:
                self.add(host, volume["path"], user)
            self._add_document(xml, host, user, by_name)
        self._add_by_name(by_name)

    def _add_document(
        self, xml: str, host: UUID, user: VolumeUser, by_name: list[tuple[UUID, str, VolumeUser]]
    ) -> None:
        try:
            uses = disk_uses(xml)
        except InvalidXML:
            return  # `disks` has what was read of it
        for use in uses:
            if use.type == "volume":
                by_name.append((host, use.source, user))
            for path in (use.source, *use.below):
                self.add(host, path, user)

    def _add_by_name(self, named: list[tuple[UUID, str, VolumeUser]]) -> None:
        """Of disks that name a pool and a volume."""
        if not named:
            return
        names = {source.partition("/")[2] for _, source, _ in named}
        paths = {
            (host, f"{pool}/{name}"): path
            for host, pool, name, path in Volume.objects.filter(
                pool__host_id__in={host for host, _, _ in named}, name__in=names
            ).values_list("pool__host_id", "pool__name", "name", "path")
        }
        for host, source, user in named:
            self.add(host, paths.get((host, source), ""), user)
