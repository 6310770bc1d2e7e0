"""Writing what a node gives as a domain's XML. Only nodewatch calls this."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from domains.inventory import SIZES
from domains.journal import recording as journal
from domains.models import Definition, Domain
from domains.pending import pending
from domains.quotas.leaving import let_go
from hypervisor.data import DomainXML
from live.notices import tell


@transaction.atomic
def record_xml(host_id: UUID, uuid: UUID, xml: DomainXML) -> bool:
    """Keep both definitions and what they say for people. True when anything was new."""
    domain = (
        Domain.objects.select_for_update(of=("self",))
        .select_related("host", "owner")
        .filter(pk=uuid, host_id=host_id)
        .first()
    )
    if domain is None:
        return False  # it moved away meanwhile; its new host's word counts
    detail = xml.detail
    columns: dict[str, Any] = {
        "title": detail.title[:255],
        "description": detail.description,
        "os_type": detail.os_type,
        "arch": detail.arch,
        "machine": detail.machine,
        "domain_type": detail.domain_type,
        "firmware": detail.firmware,
        "macs": " ".join(interface.mac for interface in detail.interfaces)[:1000],
        "consoles": consoles(xml),
        # A bulk call without sizes leaves them at 0; else what it says is fresher than the document.
        **{name: getattr(detail, name) for name in SIZES if not getattr(domain, name)},
    }
    parts: dict[str, Any] = {
        "live": xml.live,
        "inactive": xml.inactive,
        "disks": [asdict(disk) for disk in detail.disks],
        "interfaces": [asdict(interface) for interface in detail.interfaces],
        "graphics": [
            {
                "type": graphics.type,
                "listen": graphics.listen,
                "port": graphics.port,
                "socket": graphics.socket,
            }
            for graphics in detail.graphics
        ],
    }
    known = Definition.objects.filter(pk=uuid).first()
    let_go(domain, known, xml.live, xml.inactive)
    parts["pending"] = pending(xml.live, xml.inactive)
    columns["has_pending"] = bool(parts["pending"])
    journal.record(domain, known, xml)
    same = known is not None and all(getattr(known, name) == value for name, value in parts.items())
    Definition.objects.update_or_create(domain=domain, defaults={**parts, "fetched_at": timezone.now()})
    if same and all(getattr(domain, name) == value for name, value in columns.items()):
        return False
    Domain.objects.filter(pk=uuid).update(version=F("version") + 1, updated_at=timezone.now(), **columns)
    tell("updated", "domain", uuid, domain.version + 1, domain.host.within)
    return True


def consoles(xml: DomainXML) -> list[str]:
    """Which consoles the domain has, in the order in which people want them."""
    kinds = ["vnc"] if any(graphics.type == "vnc" for graphics in xml.detail.graphics) else []
    return [*kinds, "serial"] if xml.detail.serials else kinds
