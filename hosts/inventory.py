"""Writing what nodes say of themselves. Only nodewatch and enrolment call this."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from hosts.models import Host, HostOffers, HostState
from hypervisor.data import Capabilities, DomainCapabilities, NodeInfo
from hypervisor.errors import HostKeyChanged, HypervisorError
from live.models import happened
from live.notices import tell


def facts(info: NodeInfo, capabilities: Capabilities | None = None) -> dict[str, Any]:
    """The columns of a host that its node decides."""
    columns: dict[str, Any] = {
        "driver": info.driver,
        "hostname": info.hostname,
        "libvirt_version": info.libvirt_version,
        "hypervisor_version": info.hypervisor_version,
        "arch": info.arch,
        "cpu_model": info.cpu_model,
        "cpus": info.cpus,
        "memory_bytes": info.memory_bytes,
    }
    if capabilities is not None:
        columns["capabilities"] = {
            "migration": capabilities.migration,
            "migration_uris": list(capabilities.migration_uris),
            "consoles": capabilities.consoles,
            "storage": capabilities.storage,
            "networks": capabilities.networks,
            "events": capabilities.events,
            "guests": [
                {
                    "os_type": guest.os_type,
                    "arch": guest.arch,
                    "domain_types": list(guest.domain_types),
                    "machines": list(guest.machines),
                    "emulator": guest.emulator,
                }
                for guest in capabilities.guests
            ],
        }
    return columns


def node_key(info: NodeInfo) -> str | None:
    """What makes a node unlike any other; None where its driver has no identity."""
    return f"{info.driver}:{info.uuid}" if info.uuid else None


def connected(
    host_id: UUID, info: NodeInfo, capabilities: Capabilities, offered: Sequence[DomainCapabilities] = ()
) -> None:
    """The node answers. In maintenance it stays in maintenance. `offered`: what its domains may have."""
    with transaction.atomic():
        host = Host.objects.filter(pk=host_id).first()
        if host is None:
            return
        state = host.state if host.state == HostState.MAINTENANCE else HostState.UP
        HostOffers.objects.update_or_create(host=host, defaults={"offers": [asdict(one) for one in offered]})
        _record(host, state, "", "", {**facts(info, capabilities), "shown_host_key": None}, seen=True)


def refreshed(host_id: UUID) -> None:
    """The node answered just now: its objects are as fresh as this. Not worth a notice."""
    Host.objects.filter(pk=host_id).update(seen_at=Now())


def lost(host_id: UUID, state: HostState, error: HypervisorError) -> None:
    """The node does not answer (UNREACHABLE), or only a person can mend it (ERROR)."""
    shown = error.shown if isinstance(error, HostKeyChanged) else None
    stopped(host_id, state, error.code, str(error), shown)


def stopped(
    host_id: UUID, state: HostState, code: str, detail: str, shown: tuple[str, str] | None = None
) -> None:
    """As `lost`, in words of our own. `shown`: the type and fingerprint of a host key that is not the pinned one."""
    with transaction.atomic():
        host = Host.objects.filter(pk=host_id).first()
        if host is not None and host.state != HostState.MAINTENANCE:
            columns = {"shown_host_key": {"type": shown[0], "fingerprint": shown[1]}} if shown else {}
            _record(host, state, code, detail, columns)


def _record(
    host: Host, state: str, code: str, detail: str, columns: dict[str, Any], *, seen: bool = False
) -> None:
    new = {"state": state, "error_code": code, "error_detail": detail, **columns}
    changed = {name: value for name, value in new.items() if getattr(host, name) != value}
    stamp: dict[str, Any] = {"seen_at": Now()} if seen else {}
    if not changed:
        Host.objects.filter(pk=host.pk).update(**stamp) if stamp else None
        return
    Host.objects.filter(pk=host.pk).update(version=F("version") + 1, updated_at=Now(), **changed, **stamp)
    told(host.pk)
    if "state" in changed:
        happened(
            f"host.{state}",
            ("host", host.pk, host.name),
            within=host.within,
            host_name=host.name,
            detail=detail,
        )


def told(host_id: UUID) -> None:
    """Tell the browsers of a host's new version."""
    host = Host.objects.get(pk=host_id)
    tell("updated", "host", host.pk, host.version, host.within)
