"""What people wish of a domain's snapshots."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Invalid, NotThere
from domains import services
from domains.copies.users import clones_on, told
from domains.models import Backup, Definition, Domain, Snapshot
from domains.quotas.amounts import Amounts
from domains.quotas.holding import hold_changed, planned_change
from domains.quotas.sizes import of_sources
from domains.snapshots.checks import Answer, Asked, settle
from domains.snapshots.errors import SnapshotForbids
from domains.snapshots.tree import Tree, Verdict
from hypervisor.snapshots import Kept
from hypervisor.states import DomainAction
from hypervisor.xml.snapshot import snapshotable
from jobs.models import Job
from jobs.services import open_job
from storage.models import Pool

_WITH_FOLDERS = ("dir", "fs", "netfs")


def take(uuid: UUID, asked: Asked, *, by: Actor, parent: Job | None = None) -> Job:
    """Record the wish to take one, as a part of `parent` if there is one.

    Raises NotThere, NotPermitted, Busy, HostSilent, StateForbids, Invalid.
    """
    with transaction.atomic():
        domain = _free(uuid, DomainAction.SNAPSHOT, by)
        answer = _answer(domain, asked)
        if answer.wish is None:
            raise Invalid(_first(answer.errors), errors=answer.errors)
        named = {"memory": str(answer.wish.memory), "external": answer.wish.external}
        job = _open(
            "domain.snapshot", domain, by, asked.name, {"wish": asdict(answer.wish)}, named, parent=parent
        )
        hold_changed(job, domain, lambda: _with_one_more(domain), by=by)
        return job


def plan_take(uuid: UUID, asked: Asked, *, by: Actor) -> dict[str, Any]:
    """What taking it would meet, and how it would be done. Raises NotThere, NotPermitted."""
    domain = services.find(uuid, DomainAction.SNAPSHOT, by)
    now = services.plan(DomainAction.SNAPSHOT, uuid, by=by)
    answer = _answer(domain, asked)
    checks = [*now["checks"]]
    checks += [
        {"code": name, "ok": False, "detail": text} for name, texts in answer.errors.items() for text in texts
    ]
    checks += [{"code": "warning", "ok": True, "detail": text} for text in answer.warnings]
    if not domain.active:
        checks += _of_backups(domain)
    quota = planned_change(domain, lambda: _with_one_more(domain), by=by)
    checks += quota
    wish = answer.wish
    changes = []
    if wish is not None:
        taken = ", ".join(disk.target for disk in wish.disks if disk.snapshot is not Kept.NO) or "none"
        kind = "external" if wish.external else "internal"
        checks.append({"code": "how", "ok": True, "detail": f"{kind}; memory: {wish.memory}; disks: {taken}"})
        changes = [
            {"path": f"disk {disk.target}", "before": None, "after": disk.source, "live": True}
            for disk in wish.disks
            if disk.source
        ]
    allowed = now["allowed"] and wish is not None and all(check["ok"] for check in quota)
    return {"allowed": allowed, "checks": checks, "changes": changes}


def revert(uuid: UUID, name: str, *, by: Actor, start: bool = False, force: bool = False) -> Job:
    """Record the wish to go back. Raises NotThere, NotPermitted, Busy, HostSilent, StateForbids, SnapshotForbids."""
    with transaction.atomic():
        domain = _free(uuid, DomainAction.REVERT, by)
        tree = tree_of(domain, name)
        verdict = _revert_verdict(domain, tree, name, by)
        _refuse(verdict, force=force)
        options = {
            "snapshot": name,
            "start": start,
            "force": force,
            "external": tree[name].external,
            "token": secrets.token_hex(4),
        }
        job = _open("domain.revert", domain, by, name, options, {"start": start, "force": force})
        hold_changed(job, domain, lambda: _as_it_was(domain, tree[name]), by=by)
        return job


def plan_revert(
    uuid: UUID, name: str, *, by: Actor, start: bool = False, force: bool = False
) -> dict[str, Any]:
    """What going back would meet and lose. Raises NotThere, NotPermitted."""
    domain = services.find(uuid, DomainAction.REVERT, by)
    tree = tree_of(domain, name)
    shown = _shown(DomainAction.REVERT, uuid, by, _revert_verdict(domain, tree, name, by), force=force)
    shown["checks"] += _of_backups(domain)
    quota = planned_change(domain, lambda: _as_it_was(domain, tree[name]), by=by)
    shown["checks"] += quota
    shown["allowed"] = shown["allowed"] and all(check["ok"] for check in quota)
    after = _state_after(tree[name], start)
    shown["changes"] = [{"path": "state", "before": domain.state, "after": after, "live": True}]
    return shown


def remove(uuid: UUID, name: str, *, by: Actor, children: bool = False, metadata_only: bool = False) -> Job:
    """Record the wish to remove one, or it and all that hang on it.

    Raises NotThere, NotPermitted, Busy, HostSilent, StateForbids, SnapshotForbids.
    """
    with transaction.atomic():
        domain = _free(uuid, DomainAction.SNAPSHOT, by)
        tree = tree_of(domain, name)
        if not metadata_only:
            _refuse(_removal_verdict(domain, tree, name, by, children=children), force=False)
        names = [one.name for one in tree.below(name)] if children else [name]
        options = {"snapshots": names, "metadata_only": metadata_only}
        named = {"children": children, "metadata_only": metadata_only}
        return _open("domain.snapshot-delete", domain, by, name, options, named)


def plan_remove(
    uuid: UUID, name: str, *, by: Actor, children: bool = False, metadata_only: bool = False
) -> dict[str, Any]:
    """What removing it would meet, and what goes with it. Raises NotThere, NotPermitted."""
    domain = services.find(uuid, DomainAction.SNAPSHOT, by)
    tree = tree_of(domain, name)
    verdict = Verdict() if metadata_only else _removal_verdict(domain, tree, name, by, children=children)
    shown = _shown(DomainAction.SNAPSHOT, uuid, by, verdict, force=False)
    going = tree.below(name) if children else [tree[name]]
    shown["affected"] = [{"kind": "snapshot", "id": one.pk, "name": one.name} for one in going]
    return shown


def edit(uuid: UUID, name: str, changes: Mapping[str, Any], *, by: Actor) -> Job:
    """Record the wish for another `description`, or that this one is the `current`.

    Raises NotThere, NotPermitted, Busy, HostSilent, StateForbids.
    """
    with transaction.atomic():
        domain = _free(uuid, DomainAction.SNAPSHOT, by)
        snapshot = tree_of(domain, name)[name]
        return _open(
            "domain.snapshot-edit",
            domain,
            by,
            name,
            {"snapshot": name, **changes},
            {"changes": audit.changed({path: getattr(snapshot, path) for path in changes}, changes)},
        )


def plan_edit(uuid: UUID, name: str, changes: Mapping[str, Any], *, by: Actor) -> dict[str, Any]:
    """What the edit would meet. Raises NotThere, NotPermitted."""
    domain = services.find(uuid, DomainAction.SNAPSHOT, by)
    snapshot = tree_of(domain, name)[name]
    shown = services.plan(DomainAction.SNAPSHOT, uuid, by=by)
    shown["changes"] = [
        {"path": path, "before": _word(getattr(snapshot, path)), "after": _word(value), "live": True}
        for path, value in changes.items()
        if getattr(snapshot, path) != value
    ]
    return shown


def tree_of(domain: Domain, name: str) -> Tree:
    """Its snapshots, with `name` among them. Raises NotThere."""
    tree = Tree(Snapshot.objects.filter(domain=domain))
    if name not in tree:
        raise NotThere(f"{domain.name} has no snapshot {name}.")
    return tree


def _free(uuid: UUID, action: DomainAction, by: Actor) -> Domain:
    domain = services.find(uuid, action, by, lock=True)
    services.check(domain, action, by)
    return domain


def _with_one_more(domain: Domain) -> Amounts:
    return Amounts(domains=1, snapshots=Snapshot.objects.filter(domain=domain).count() + 1)


def _as_it_was(domain: Domain, snapshot: Snapshot) -> Amounts:
    """What the domain takes once it is back there."""
    disks = {disk["before"] for disk in snapshot.disks if disk["snapshot"] != Kept.NO and disk.get("before")}
    storage = of_sources(domain, disks)
    return Amounts(1, snapshot.vcpus, snapshot.memory_bytes, storage)


def _answer(domain: Domain, asked: Asked) -> Answer:
    definition = Definition.objects.filter(pk=domain.pk).first()
    xml = (definition.live or definition.inactive) if definition is not None else None
    if xml is None:
        raise SnapshotForbids(f"The definition of {domain.name} was not read yet. Try again in a moment.")
    return settle(
        asked,
        snapshotable(xml),
        active=domain.active,
        driver=domain.host.driver,
        taken=set(Snapshot.objects.filter(domain=domain).values_list("name", flat=True)),
        folder=next(iter(_folders(domain)), ""),
        token=secrets.token_hex(3),
    )


def _folders(domain: Domain) -> list[str]:
    """Of the pools that run on its host."""
    pools = Pool.objects.filter(host_id=domain.host_id, state="running", type__in=_WITH_FOLDERS)
    return [target.rstrip("/") for target in pools.order_by("name").values_list("target", flat=True)]


def _revert_verdict(domain: Domain, tree: Tree, name: str, by: Actor) -> Verdict:
    verdict = tree.revert(
        name, running=domain.active, persistent=domain.persistent, folders=set(_folders(domain))
    )
    if not tree[name].external:  # else new layers are written to
        verdict.refused += _against_clones(domain, [tree[name]], by)
    return verdict


def _removal_verdict(domain: Domain, tree: Tree, name: str, by: Actor, *, children: bool) -> Verdict:
    verdict = tree.remove(name, children=children)
    going = tree.below(name) if children else [tree[name]]
    verdict.refused += _against_clones(domain, [one for one in going if one.external], by)
    return verdict


def _against_clones(domain: Domain, snapshots: Sequence[Snapshot], by: Actor) -> list[str]:
    """Linked clones that stand on files which would be written to or removed."""
    files = [
        file
        for one in snapshots
        for disk in one.disks
        if disk["snapshot"] != Kept.NO
        for file in (disk.get("before"), disk["source"])
        if file
    ]
    standing = clones_on(domain.host, files, besides=domain.pk) if files else []
    return [f"Linked clones stand on its disks and would break: {told(standing, by)[0]}."] if standing else []


def _of_backups(domain: Domain) -> list[dict[str, Any]]:
    """What a snapshot costs the chain of its backups: neither libvirt nor QEMU does this beside checkpoints."""
    rows = Backup.objects.filter(domain_id=domain.pk, state=Backup.State.COMPLETE)
    if not rows.exclude(checkpoint="").exists():
        return []
    text = "The chain of its backups ends here: the next one is full. Those that are there stay good."
    return [{"code": "warning", "ok": True, "detail": text}]


def _refuse(verdict: Verdict, *, force: bool) -> None:
    against = verdict.refused or ([] if force else verdict.risky)
    if against:
        hint = "" if verdict.refused else " With `force` it is done all the same."
        raise SnapshotForbids(
            f"{against[0]}{hint}",
            checks=[{"code": "snapshot", "ok": False, "detail": text} for text in against],
        )


def _shown(action: DomainAction, uuid: UUID, by: Actor, verdict: Verdict, *, force: bool) -> dict[str, Any]:
    now = services.plan(action, uuid, by=by)
    checks = [*now["checks"]]
    checks += [{"code": "snapshot", "ok": False, "detail": text} for text in verdict.refused]
    checks += [{"code": "force", "ok": force, "detail": text} for text in verdict.risky]
    checks += [{"code": "warning", "ok": True, "detail": text} for text in verdict.warnings]
    return {
        "allowed": now["allowed"] and not verdict.refused and (force or not verdict.risky),
        "checks": checks,
    }


def _state_after(snapshot: Snapshot, start: bool) -> str:
    if snapshot.memory:
        return "paused" if snapshot.state == "paused" and not start else "running"
    return "running" if start else "shutoff"


def _open(
    kind: str,
    domain: Domain,
    by: Actor,
    name: str,
    options: dict[str, Any],
    named: dict[str, Any],
    *,
    parent: Job | None = None,
) -> Job:
    audit.record(by, kind, "domain", domain.pk, domain.name, snapshot=name, **named)
    return open_job(
        kind,
        ("domain", domain.pk, domain.name),
        by=by,
        host=(domain.host_id, domain.host.name),
        cluster_id=domain.host.cluster_id,
        options=options,
        parent=parent,
    )


def _first(errors: Mapping[str, list[str]]) -> str:
    return next(iter(errors.values()))[0]


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
