"""What people wish of network filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid, Refused
from hosts.models import Host
from hypervisor.errors import InvalidXML
from hypervisor.xml.network_pending import unified
from hypervisor.xml.nwfilter import read_filter, ready_made, settled, statements
from hypervisor.xml.schema import filter_complaints
from jobs.models import OPEN, Job
from networks import users
from networks.models import NetworkFilter
from networks.wishes import NameTaken, Subject, check_free, check_host, find_filter, find_host, open_about


@dataclass(frozen=True, slots=True)
class UsedBy:
    """Who names a filter: interfaces of domains, and other filters of its host."""

    told: users.Told
    filters: tuple[str, ...]


class FilterInUse(Conflict):
    code = "in_use"


def used_by(host_id: UUID, name: str, by: Actor) -> UsedBy:
    others = NetworkFilter.objects.filter(host_id=host_id).exclude(name=name).order_by("name")
    calling = tuple(other for other, called in others.values_list("name", "references") if name in called)
    return UsedBy(users.of_filter(host_id, name, by), calling)


def create(*, host: UUID, name: str, xml: str = "", preset: str = "", by: Actor) -> Job:
    """Record the wish. Raises NotPermitted, Invalid, HostSilent, NameTaken, Busy."""
    with transaction.atomic():
        row = find_host(host, "filter.manage", by)
        check_host(row)
        uuid = uuid4()
        document = _checked(xml, preset, name, uuid, row)
        _check_name(name, row)
        return _open("filter.create", ("filter", uuid, name), row, by, uuid, document)


def plan_create(*, host: UUID, name: str, xml: str = "", preset: str = "", by: Actor) -> dict[str, Any]:
    """What making it would meet. Raises NotPermitted, Invalid for a host that is not there."""
    row = find_host(host, "filter.manage", by)
    return _planned(
        lambda: check_host(row),
        lambda: _check_name(name, row),
        document=lambda: _checked(xml, preset, name, uuid4(), row),
    )


def edit(id: UUID, xml: str, *, by: Actor, version: int | None = None) -> Job:
    """Record the wish. Raises NotThere, NotPermitted, Stale, Invalid, HostSilent, Busy."""
    with transaction.atomic():
        row = find_filter(id, by, lock=True, version=version)
        check_free("filter", row.pk)
        check_host(row.host)
        document = _checked(xml, "", row.name, row.uuid, row.host)
        told = {"changes": _difference(row.xml, document)}
        return _open("filter.edit", ("filter", row.pk, row.name), row.host, by, row.uuid, document, told)


def plan_edit(id: UUID, xml: str, *, by: Actor) -> dict[str, Any]:
    """What the change would meet, and whose interfaces follow at once. Raises NotThere, NotPermitted."""
    row = find_filter(id, by)
    shown = _planned(
        lambda: check_free("filter", row.pk),
        lambda: check_host(row.host),
        document=lambda: _checked(xml, "", row.name, row.uuid, row.host),
    )
    if shown.get("xml"):
        shown["diff"] = unified(row.xml, shown["xml"]) if row.xml else ""
    return shown | {"affected": _affected(used_by(row.host_id, row.name, by))}


def delete(id: UUID, *, by: Actor, version: int | None = None) -> Job:
    """Record the wish. Raises NotThere, NotPermitted, Stale, FilterInUse, HostSilent, Busy."""
    with transaction.atomic():
        row = find_filter(id, by, lock=True, version=version)
        check_free("filter", row.pk)
        check_host(row.host)
        refuse_users(row, by)
        return _open("filter.delete", ("filter", row.pk, row.name), row.host, by, row.uuid, "")


def plan_delete(id: UUID, *, by: Actor) -> dict[str, Any]:
    """What removing it would meet. Raises NotThere, NotPermitted."""
    row = find_filter(id, by)
    shown = _planned(
        lambda: check_free("filter", row.pk),
        lambda: check_host(row.host),
        lambda: refuse_users(row, by),
    )
    return shown | {"affected": _affected(used_by(row.host_id, row.name, by))}


def refuse_users(row: NetworkFilter, by: Actor) -> None:
    """Raises FilterInUse."""
    used = used_by(row.host_id, row.name, by)
    if used.told:
        raise users.InUse(f"The filter {row.name}", used.told)
    if used.filters:
        raise FilterInUse(
            f"The filter {row.name} is called by {', '.join(used.filters)}.",
            users=[{"kind": "filter", "id": None, "name": name} for name in used.filters],
        )


def _checked(xml: str, preset: str, name: str, uuid: UUID, host: Host) -> str:
    """The document as it goes to the node. Raises Invalid."""
    field = "preset" if preset else "xml"
    try:
        document = ready_made(preset, name, uuid) if preset else settled(xml, name, uuid)
        complaints = filter_complaints(document)
        references = read_filter(document).references
    except InvalidXML as wrong:
        raise Invalid(wrong.detail, errors={field: [wrong.detail]}) from None
    if complaints:
        raise Invalid(complaints[0], errors={field: list(complaints)})
    if name in references:
        raise Invalid("A filter cannot call itself.", errors={field: ["A filter cannot call itself."]})
    there = set(NetworkFilter.objects.filter(host=host).values_list("name", flat=True))
    missing = [reference for reference in references if reference not in there]
    if missing:
        sentence = f"{host.name} has no filter {', '.join(missing)}."
        raise Invalid(sentence, errors={field: [sentence]})
    return document


def _check_name(name: str, host: Host) -> None:
    making = Job.objects.filter(kind="filter.create", host_id=host.pk, object_name=name, state__in=OPEN)
    if making.exists() or NetworkFilter.objects.filter(host=host, name=name).exists():
        raise NameTaken("filter", name, host.name)


def _planned(*checks: Any, document: Any = None) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    for check in checks:
        try:
            check()
        except Refused as refused:
            found.append({"code": refused.code, "ok": False, "detail": refused.detail})
    shown: dict[str, Any] = {}
    if document is not None:
        try:
            shown["xml"] = document()
        except Invalid as wrong:
            found += [
                {"code": field, "ok": False, "detail": said} for field, all in wrong.errors.items() for said in all
            ]  # fmt: skip
    allowed = not found
    return {
        **shown,
        "allowed": allowed,
        "checks": found or [{"code": "host", "ok": True, "detail": "Nothing is in the way."}],
    }


def _affected(used: UsedBy) -> list[dict[str, Any]]:
    return [
        {"kind": "domain", "id": id, "name": name}
        for id, name in dict.fromkeys((user.id, user.name) for user in used.told.users)
    ]


def _difference(before: str, after: str) -> audit.Changes:
    """The rules that were and those that are, without those at the beginning and at the end that are the same."""
    was, now = (list(statements(xml)) if xml else [] for xml in (before, after))
    while was and now and was[0] == now[0]:
        del was[0], now[0]
    while was and now and was[-1] == now[-1]:
        del was[-1], now[-1]
    return audit.changed({"rules": was}, {"rules": now})


def _open(
    kind: str,
    subject: Subject,
    host: Host,
    by: Actor,
    uuid: UUID,
    xml: str,
    told: Mapping[str, Any] | None = None,
) -> Job:
    options: Mapping[str, Any] = {"uuid": str(uuid), **({"xml": xml} if xml else {})}
    return open_about(kind, subject, host, by=by, options=options, told=told)
