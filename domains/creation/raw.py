"""A new domain by its definition alone: what it reaches on the host is a matter of permission."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from access.actor import Actor
from domains.copies.disks import Places
from domains.copies.users import told, users_of
from domains.creation import names
from domains.creation.complaints import Complaints
from domains.creation.wish import Wish
from domains.models import Backup, DeletedDomain, Domain
from domains.reaching import known_on
from domains.second import not_connected, not_given
from hosts.models import Host
from hypervisor.errors import InvalidXML
from hypervisor.xml.creation import identified
from hypervisor.xml.domain import read_domain
from hypervisor.xml.reach import reaches
from hypervisor.xml.sources import disk_uses

_BESIDE = frozenset({"host", "xml", "start", "autostart", "protected", "tags"})


def _belongs_to_another(uuid: UUID, host: Host, by: Actor) -> bool:
    """Whether something is kept under this UUID that `by` has no hand in.

    Whose the domain is of a UUID, theirs are its backups and what of it lies in the recycle bin.
    """
    kept = (
        Domain.objects.filter(pk=uuid).exists()
        or DeletedDomain.objects.filter(domain_id=uuid).exists()
        or Backup.objects.filter(domain_id=uuid).exists()
    )
    return kept and not by.scope("domain.undefine").covers({"domain": uuid, **host.within})


def decided(body: Mapping[str, Any], host: Host, *, by: Actor, complaints: Complaints) -> Wish | None:
    """The wish of a raw definition; None where it is none."""
    for name in sorted(set(body) - _BESIDE):
        complaints.add(name, "Not together with xml: write it there.")
    try:
        name, uuid, xml = identified(body["xml"])
        _check(xml, host, by, complaints)
    except InvalidXML as error:
        complaints.add("xml", error.detail)
        return None
    names.check(name, host, complaints)
    if Domain.objects.filter(pk=uuid, gone_at=None).exists() or _belongs_to_another(uuid, host, by):
        complaints.add("xml", "There is a domain with this UUID already, or was, and it can come back.")
    secret = {"xml": xml} if "passwd" in xml else {}
    return Wish(
        name=name,
        uuid=uuid,
        xml="" if secret else xml,
        made=(),
        seed=None,
        locked_screen=False,
        secret=secret,
        start=bool(body.get("start", True)),
        autostart=bool(body.get("autostart", False)),
        protected=bool(body.get("protected", False)),
        tags=tuple(dict.fromkeys(body.get("tags", ()))),
    )


def _check(xml: str, host: Host, by: Actor, complaints: Complaints) -> None:
    """Raises InvalidXML."""
    within = {"host": host.pk, "cluster": host.cluster_id}
    for reach in reaches(xml, known_on(host, by)):
        if not by.scope(f"domain.{reach.permission}").covers(within):
            complaints.add(
                "xml", f"{reach.what} ({reach.path}) needs the permission domain.{reach.permission}."
            )
    for text in [*not_given(None, xml, host, by), *not_connected(None, xml, host, by)]:
        complaints.add("xml", text)
    places = Places(host)
    paths = [
        places.path(use.type, use.source)
        for use in disk_uses(xml)
        if use.local and use.source and not use.readonly and use.device != "cdrom"
    ]
    for path, users in users_of(host, paths).items():
        complaints.add("xml", f"{path} is used by {told(users, by)[0]} already.")
    macs = [interface.mac.lower() for interface in read_domain(xml).interfaces if interface.mac]
    for mac in macs:
        if macs.count(mac) > 1 or Domain.objects.filter(gone_at=None, macs__icontains=mac).exists():
            complaints.add("xml", f"The address {mac} is another card's already.")
