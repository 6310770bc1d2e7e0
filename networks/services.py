"""What people wish of networks. Each wish: permission, is it possible now, job and audit row in one transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Invalid, Refused
from hosts.models import Host
from hypervisor.errors import InvalidField, InvalidXML
from hypervisor.network_rules import complaints
from hypervisor.xml.network_pending import flat, remaining, unified
from hypervisor.xml.network_spec import edited, plain, read_spec, rendered
from jobs.models import OPEN, Job
from networks import checks, users
from networks.models import Network
from networks.wishes import (
    NameTaken,
    NetworkForbids,
    Subject,
    check_free,
    check_host,
    find_host,
    find_network,
    open_about,
)

_BESIDE = frozenset({"host", "name", "autostart", "start"})


def create(body: Mapping[str, Any], *, by: Actor, id: UUID | None = None, parent: Job | None = None) -> Job:
    """Record the wish for a new network. `id`: what its row shall have.

    Raises NotPermitted, Invalid, HostSilent, NameTaken, Busy.
    """
    with transaction.atomic():
        host = find_host(body["host"], "network.create", by)
        check_host(host)
        _check_name(body["name"], host)
        uuid = uuid4()
        xml, spec, errors = _new(body, host, uuid)
        if errors:
            raise Invalid(_first(errors), errors=errors)
        options = {
            "uuid": str(uuid),
            "xml": xml,
            "spec": spec,
            "autostart": body.get("autostart", True),
            "start": body.get("start", True),
        }
        subject: Subject = ("network", id or uuid4(), body["name"])
        told = {"spec": spec}
        return open_about("network.create", subject, host, by=by, options=options, told=told, parent=parent)


def plan_create(body: Mapping[str, Any], *, by: Actor) -> dict[str, Any]:
    """What making it would meet. Raises NotPermitted, Invalid for a host that is not there."""
    host = find_host(body["host"], "network.create", by)
    found = []
    try:
        check_host(host)
        _check_name(body["name"], host)
    except Refused as refused:
        found.append({"code": refused.code, "ok": False, "detail": refused.detail})
    xml, _, errors = _new(body, host, uuid4())
    found += _failed(errors)
    shown: dict[str, Any] = {"allowed": not found, "checks": found or [_fits(host)]}
    return shown | ({"xml": xml} if xml else {})


def edit(
    id: UUID, changes: Mapping[str, Any], *, by: Actor, version: int | None = None, parent: Job | None = None
) -> Job:
    """Record the wish for other settings. Raises NotThere, NotPermitted, Stale, Invalid, HostSilent, NetworkForbids."""
    with transaction.atomic():
        network = find_network(id, "network.edit", by, lock=True, version=version)
        _check(network, "edit", by)
        settings, autostart = _settings(changes)
        xml, errors = _edited(network, settings)
        if errors:
            raise Invalid(_first(errors), errors=errors)
        before, after = flat(read_spec(network.inactive_xml or network.xml)), flat(read_spec(xml))
        told = audit.changed(
            {**before, "autostart": network.autostart},
            {
                **dict.fromkeys(before),
                **after,
                "autostart": network.autostart if autostart is None else autostart,
            },
        )
        return _open(
            "network.edit",
            network,
            by,
            {"changes": settings, "autostart": autostart},
            {"changes": told},
            parent,
        )


def plan_edit(id: UUID, changes: Mapping[str, Any], *, by: Actor) -> dict[str, Any]:
    """What changes at once, what waits for a restart and who loses the link then. Raises NotThere, NotPermitted."""
    network = find_network(id, "network.edit", by)
    shown = plan("edit", id, by=by)
    settings, autostart = _settings(changes)
    xml, errors = _edited(network, settings)
    failed = _failed(errors)
    shown["allowed"] = shown["allowed"] and not failed
    shown["checks"] += failed
    if not xml:
        return shown
    inactive = network.inactive_xml or network.xml
    before, after = flat(read_spec(inactive)), flat(read_spec(xml))
    waiting = remaining(network.xml, xml) if network.active else frozenset()
    shown["changes"] = [
        {"path": path, "before": before.get(path), "after": after.get(path), "live": path not in waiting}
        for path in dict.fromkeys((*before, *after))
        if before.get(path) != after.get(path)
    ]
    if autostart is not None and autostart != network.autostart:
        shown["changes"].append(
            {
                "path": "autostart",
                "before": str(network.autostart).lower(),
                "after": str(autostart).lower(),
                "live": True,
            }
        )
    shown["needs_restart"] = any(not change["live"] for change in shown["changes"])
    shown["xml"] = xml
    shown["diff"] = unified(inactive, xml)
    if shown["needs_restart"]:
        told = _used(network, by).running()
        shown["affected"] = _affected(told)
        if told:
            shown["checks"].append(
                {
                    "code": "restart",
                    "ok": True,
                    "detail": f"When the network restarts, these lose their link until they are plugged in anew:"
                    f" {told.words}.",
                }
            )
    return shown


def start(id: UUID, *, by: Actor) -> Job:
    """Record the wish. Raises NotThere, NotPermitted, Busy, HostSilent, NetworkForbids."""
    return _wish("start", id, by)


def stop(id: UUID, *, by: Actor, force: bool = False) -> Job:
    """Record the wish. Raises InUse, unless it is forced, and what `start` raises."""
    return _wish("stop", id, by, force=force)


def delete(id: UUID, *, by: Actor, version: int | None = None) -> Job:
    """Record the wish. Raises Stale, InUse and what `start` raises."""
    return _wish("delete", id, by, version=version)


def plan(verb: str, id: UUID, *, by: Actor, force: bool = False) -> dict[str, Any]:
    """What the verb would meet now, doing nothing. Raises NotThere, NotPermitted."""
    network = find_network(id, f"network.{verb}", by)
    shown: dict[str, Any]
    try:
        _check(network, verb, by, force=force)
    except Refused as refused:
        shown = {"allowed": False, "checks": [{"code": refused.code, "ok": False, "detail": refused.detail}]}
    else:
        state = "runs" if network.active else "does not run"
        shown = {
            "allowed": True,
            "checks": [{"code": "state", "ok": True, "detail": f"{network.name} {state}."}],
        }
    if verb in {"stop", "delete"}:
        shown["affected"] = _affected(_used(network, by))
    return shown


def _wish(verb: str, id: UUID, by: Actor, *, force: bool = False, version: int | None = None) -> Job:
    with transaction.atomic():
        network = find_network(id, f"network.{verb}", by, lock=True, version=version)
        _check(network, verb, by, force=force)
        return _open(f"network.{verb}", network, by, {"force": force}, {"force": force} if force else {})


def _check(network: Network, verb: str, by: Actor, *, force: bool = False) -> None:
    check_free("network", network.pk)
    check_host(network.host)
    if verb == "start" and network.active:
        raise NetworkForbids(f"{network.name} runs already.")
    if verb == "stop" and not network.active:
        raise NetworkForbids(f"{network.name} does not run.")
    if verb == "edit" and not network.persistent:
        raise NetworkForbids(f"{network.name} is transient: it has no definition that could be changed.")
    if verb == "edit" and not (network.inactive_xml or network.xml):
        raise NetworkForbids(f"{network.name} was not read yet. Try again in a moment.")
    if verb == "delete":
        refuse_users(network, by)
    if verb == "stop" and not force:
        told = _used(network, by).running()
        if told:
            raise users.InUse(
                network.name, told, "With `force` it stops all the same, and they lose their link."
            )


def refuse_users(network: Network, by: Actor) -> None:
    """Raises InUse: domains name it."""
    told = _used(network, by)
    if told:
        raise users.InUse(network.name, told)


def _used(network: Network, by: Actor) -> users.Told:
    return users.of_network(network.host_id, network.name, network.bridge, by)


def _affected(told: users.Told) -> list[dict[str, Any]]:
    return [
        {"kind": "domain", "id": id, "name": name}
        for id, name in dict.fromkeys((user.id, user.name) for user in told.users)
    ]


def _check_name(name: str, host: Host) -> None:
    """Also against those that are just being made: libvirt would find out only after their job began."""
    making = Job.objects.filter(
        kind="network.create", host_id=host.pk, object_name=name, state__in=OPEN
    ).exists()
    if making or Network.objects.filter(host=host, name=name).exists():
        raise NameTaken("network", name, host.name)


def _new(body: Mapping[str, Any], host: Host, uuid: UUID) -> tuple[str, dict[str, Any], dict[str, list[str]]]:
    """The document, the settings as plain data and what is wrong with them."""
    settings = {name: value for name, value in body.items() if name not in _BESIDE}
    settings.setdefault("forward", checks.DEFAULT_FORWARD)
    spec, errors = checks.wanted(settings)
    if spec is None:
        return "", {}, errors
    for field, sentences in checks.against_host(spec, host).items():
        errors.setdefault(field, []).extend(sentences)
    return rendered(body["name"], uuid, spec), plain(spec), errors


def _edited(network: Network, settings: Mapping[str, Any]) -> tuple[str, dict[str, list[str]]]:
    """The document as it would be, and what is wrong with it. What was wrong before is nobody's fault now."""
    inactive = network.inactive_xml or network.xml
    try:
        xml = edited(inactive, settings)
        spec = read_spec(xml)
    except InvalidField as wrong:
        return "", {wrong.field: [wrong.detail]}
    except InvalidXML as wrong:
        return "", {"forward": [wrong.detail]}
    known = complaints(read_spec(inactive))
    errors = {field: said for field, said in complaints(spec).items() if said != known.get(field)}
    named = set(settings) | ({"bridge", "devices", "ips"} if "forward" in settings else set())
    for field, sentences in checks.against_host(spec, network.host, besides=network).items():
        # A device that went away since the network was made is not what this edit is about.
        if field.split(".")[0] in named:
            errors.setdefault(field, []).extend(sentences)
    return xml, errors


def _settings(changes: Mapping[str, Any]) -> tuple[dict[str, Any], bool | None]:
    return {name: value for name, value in changes.items() if name != "autostart"}, changes.get("autostart")


def _open(
    kind: str,
    network: Network,
    by: Actor,
    options: Mapping[str, Any],
    told: Mapping[str, Any],
    parent: Job | None = None,
) -> Job:
    subject: Subject = ("network", network.pk, network.name)
    return open_about(
        kind,
        subject,
        network.host,
        by=by,
        options={"uuid": str(network.uuid), **options},
        told=told,
        parent=parent,
    )


def _failed(errors: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    return [
        {"code": field, "ok": False, "detail": f"{field}: {sentence}"}
        for field, sentences in errors.items()
        for sentence in sentences
    ]


def _fits(host: Host) -> dict[str, Any]:
    return {"code": "host", "ok": True, "detail": f"Nothing on {host.name} is in the way."}


def _first(errors: Mapping[str, list[str]]) -> str:
    field, sentences = next(iter(errors.items()))
    return f"{field}: {sentences[0]}"
