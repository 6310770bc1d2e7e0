"""Asking for changes of a domain. Nothing is refused half-way that can be known before."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted, NotThere, Refused, Stale
from domains import services, tags
from domains.copies.users import reserve
from domains.disguised import may_name_paths
from domains.editing.checks import Problem, problems
from domains.editing.drafts import Draft
from domains.editing.edits import Edit, settle
from domains.editing.prospects import holds_now
from domains.models import Definition, Domain
from domains.quotas.amounts import Amounts
from domains.quotas.holding import hold_changed, planned_change
from domains.quotas.leaving import lend, sources_of
from domains.quotas.sizes import of_definition
from hypervisor import errors
from hypervisor.states import DomainAction
from hypervisor.xml.compare import Difference, compare, unified
from hypervisor.xml.hardware import Hardware, read_hardware
from hypervisor.xml.sources import disk_uses
from jobs.models import Job
from jobs.services import open_job
from live.notices import tell

# From the domain and its hardware as recorded to what is asked. Raises Invalid, and NotFound for no such device.
Make = Callable[[Domain, Hardware], Draft]


class DiskInUse(Conflict):
    """Somebody else stands on that volume."""

    code = "volume_in_use"


class MacInUse(Conflict):
    """Another domain of the host has that address."""

    code = "mac_in_use"


_CONFLICTS = {"volume_in_use": DiskInUse, "mac_in_use": MacInUse}


@dataclass(frozen=True)
class _Wish:
    """What is asked, thought through."""

    domain: Domain
    draft: Draft
    edits: list[Edit]
    before: str
    after: str
    live: str | None
    problems: list[Problem]

    def takes(self) -> Amounts:
        """What the domain counts for in quotas afterwards."""
        new, larger = self.draft.new_volume, self.draft.resize
        made = {new["path"]: new["capacity_bytes"]} if new else {}
        if larger:
            sources = {use.target: use.source for use in disk_uses(self.before)}
            made[sources[larger["target"]]] = larger["capacity_bytes"]
        return of_definition(self.after, self.domain.host, made=made, of=self.domain)


def request(uuid: UUID, make: Make, *, by: Actor, version: int | None = None) -> Job | None:
    """Record the wish. None where nothing of it concerns the node: then it is done.

    Raises NotThere, NotPermitted, Stale, Busy, HostSilent, Invalid by field, DiskInUse, MacInUse.
    """
    with transaction.atomic():
        domain = services.find(uuid, DomainAction.EDIT, by, lock=True)
        if version is not None and domain.version != version:
            raise Stale(f"{domain.name} changed meanwhile; look at it again.")
        reserve(domain.host)
        wish = _think(domain, make, by)
        if wish.problems:
            raise _refusal(wish)
        if wish.draft.touches_node:
            services.check(domain, DomainAction.EDIT, by)
        changes = _audited(wish)
        _write_ours(wish)
        options = {**_options(wish), "may_host_paths": may_name_paths(by, domain.host, domain)}
        audit.record(by, "domain.edit", "domain", domain.pk, domain.name, changes=changes, **_told(wish))
        if not wish.draft.touches_node:
            return None
        job = open_job(
            "domain.edit",
            ("domain", domain.pk, domain.name),
            by=by,
            host=(domain.host_id, domain.host.name),
            cluster_id=domain.host.cluster_id,
            options=options,
        )
        hold_changed(job, domain, wish.takes, by=by)
        lend(domain.host, sources_of(wish.after) - sources_of(wish.before))
        return job


def plan(uuid: UUID, make: Make, *, by: Actor) -> dict[str, Any]:
    """What it would meet and change, doing nothing. Raises NotThere, NotPermitted, Invalid for what makes no sense."""
    domain = services.find(uuid, DomainAction.EDIT, by)
    wish = _think(domain, make, by)
    checks = [
        {"code": _field(wish, one) or one.code, "ok": False, "detail": one.detail} for one in wish.problems
    ]
    try:
        if wish.draft.touches_node:
            services.check(domain, DomainAction.EDIT, by)
        checks.insert(0, {"code": "state", "ok": True, "detail": f"{domain.name} is {domain.state}."})
    except Refused as refused:
        checks.insert(0, {"code": refused.code, "ok": False, "detail": refused.detail})
    if wish.draft.touches_node:
        checks += planned_change(domain, wish.takes, by=by)
    if not by.scope("domain.read_xml").covers({"domain": domain.pk, **domain.host.within}):
        documents = {}
    else:
        documents = {"xml": wish.after, "diff": unified(wish.before, wish.after)}
    changes = list(_changes(wish))
    return {
        "allowed": all(check["ok"] for check in checks),
        "checks": checks,
        "changes": changes,
        "needs_restart": domain.active and not all(change["live"] for change in changes),
        "affected": [{"id": str(domain.pk), "name": domain.name, "kind": "domain"}],
        **documents,
    }


def definition_of(domain: Domain) -> tuple[str, str | None]:
    """What is edited (of a transient domain, what runs), and what runs. Raises Conflict while nothing is known."""
    definition = Definition.objects.filter(pk=domain.pk).first()
    edited = (definition.inactive or definition.live) if definition is not None else None
    if definition is None or edited is None:
        raise Conflict(f"The definition of {domain.name} has not been read yet. Try again in a moment.")
    return edited, definition.live


def _think(domain: Domain, make: Make, by: Actor) -> _Wish:
    before, live = definition_of(domain)
    draft = Draft()
    try:
        draft = make(domain, read_hardware(before))
        edits, _ = settle(before, draft.edits)
        _, after = settle(before, [edit.without_secrets() for edit in edits])
    except errors.InvalidField as wrong:
        field = draft.fields.get(wrong.field, wrong.field) or "detail"
        raise Invalid(f"{field}: {wrong.detail}", errors={field: [wrong.detail]}) from None
    except errors.NotFound as missing:
        raise NotThere(missing.detail) from None
    except errors.InvalidXML as wrong:
        raise Conflict(f"The definition of {domain.name} cannot be read: {wrong.detail}") from None
    if draft.tags is not None:
        tags.check(domain, draft.tags, by=by)
    new = draft.new_volume["path"] if draft.new_volume else ""
    found = problems(domain, before, after, edits, by, new=new) if edits else []
    return _Wish(domain, draft, edits, before, after, live, found)


def _refusal(wish: _Wish) -> Refused:
    """The gravest reason, with all complaints by field."""
    fields: dict[str, list[str]] = {}
    for one in wish.problems:
        fields.setdefault(_field(wish, one) or "detail", []).append(one.detail)
    first = wish.problems[0]
    for one in wish.problems:
        if one.code == "not_permitted":
            return NotPermitted(one.detail, errors=fields)
    wrong = next((one for one in wish.problems if not one.conflict), None)
    if wrong is not None:
        return Invalid(wrong.detail, errors=fields)
    return _CONFLICTS.get(first.code, Conflict)(first.detail, errors=fields)


def _field(wish: _Wish, one: Problem) -> str:
    """By the name that the person gave it."""
    return wish.draft.fields.get(one.field, one.field)


def _options(wish: _Wish) -> dict[str, Any]:
    options: dict[str, Any] = {
        "edits": [edit.as_option() for edit in wish.edits],
        "autostart": wish.draft.autostart,
        "new_volume": wish.draft.new_volume,
        "resize": wish.draft.resize,
    }
    return {name: value for name, value in options.items() if value is not None}


def _told(wish: _Wish) -> dict[str, Any]:
    """For the audit log: what was asked, without secrets."""
    draft = wish.draft
    ours = {"tags": draft.tags, "protected": draft.protected, "autostart": draft.autostart}
    told: dict[str, Any] = {name: value for name, value in ours.items() if value is not None}
    if wish.edits:
        told["edits"] = [
            {
                name: value
                for name, value in asdict(edit.without_secrets()).items()
                if name in {"verb", "key", "values"}
            }
            for edit in wish.edits
        ]
    for name in ("new_volume", "resize"):
        if (value := getattr(draft, name)) is not None:
            told[name] = value
    return told


def _audited(wish: _Wish) -> dict[str, dict[str, Any]]:
    """What each place of the definition was and is to become."""
    changes = _changes(wish)
    before = {one["path"]: one["before"] for one in reversed(changes)}  # of two edits of one place, the first
    return audit.changed(before, {one["path"]: one["after"] for one in changes})


def _write_ours(wish: _Wish) -> None:
    """What no node knows of: it holds at once."""
    domain, draft = wish.domain, wish.draft
    if draft.tags is None and draft.protected is None:
        return
    if draft.tags is not None:
        tags.hang(domain, draft.tags, only=True)
    columns = {} if draft.protected is None else {"protected": draft.protected}
    Domain.objects.filter(pk=domain.pk).update(version=F("version") + 1, updated_at=timezone.now(), **columns)
    tell("updated", "domain", domain.pk, domain.version + 1, domain.host.within)


def _changes(wish: _Wish) -> "list[dict[str, Any]]":
    found: list[dict[str, Any]] = []
    document = wish.before
    for edit in wish.edits:
        shown = edit.without_secrets()
        after = shown.apply(document)
        found += [
            _change(one, wish.domain.active and not holds_now(edit, one.path, wish.live))
            for one in compare(document, after)
        ]
        if shown.values != edit.values:
            found.append(
                _change(Difference(f"{edit.key} password", "…", "…"), not holds_now(edit, "", wish.live))
            )
        document = after
    draft = wish.draft
    if draft.autostart is not None and draft.autostart != wish.domain.autostart:
        found.append(
            _change(Difference("autostart", str(wish.domain.autostart).lower(), str(draft.autostart).lower()))
        )
    if draft.resize is not None:
        path = f"devices/disk[{draft.resize['target']}]/capacity"
        found.append(_change(Difference(path, None, f"{draft.resize['capacity_bytes']} bytes")))
    if draft.protected is not None and draft.protected != wish.domain.protected:
        found.append(
            _change(Difference("protected", str(wish.domain.protected).lower(), str(draft.protected).lower()))
        )
    if draft.tags is not None:
        before = list(wish.domain.tags.values_list("name", flat=True))
        if set(before) != set(draft.tags):
            found.append(_change(Difference("tags", ", ".join(before), ", ".join(sorted(draft.tags)))))
    return found


def _change(one: Difference, later: bool = False) -> dict[str, Any]:
    return {"path": one.path, "before": one.before, "after": one.after, "live": not later}
