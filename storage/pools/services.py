"""What people wish of pools: may they, is it possible now, the job and its audit row in one transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import Conflict, Invalid, NotPermitted, Refused
from hosts.models import Host
from hypervisor.storage import NATURES, Build, PoolType
from jobs.models import Job
from jobs.services import open_job
from storage.models import Pool
from storage.pools import places, wish
from storage.pools.usage import check_unused, under_way
from storage.services.wishes import PoolForbids, check_free, check_host, find_pool, open_about

VERBS = ("start", "stop", "refresh", "build", "edit", "delete")
# These name disks of the host, or take all that an adapter has.
_ON_DEVICES = frozenset(
    {PoolType.FS, PoolType.LOGICAL, PoolType.DISK, PoolType.SCSI, PoolType.MPATH, PoolType.ZFS}
)
# Their hosts follow symbolic links in what a server gives, wherever these lead.
_MOUNTED = frozenset({PoolType.NETFS, PoolType.VSTORAGE})
ACTIVE = frozenset({"running", "degraded", "inaccessible"})
ALLOWED_FROM: Mapping[str, frozenset[str]] = {
    "start": frozenset({"inactive"}),
    "stop": ACTIVE,
    "refresh": ACTIVE,
    "build": frozenset({"inactive"}),
    "edit": ACTIVE | {"inactive"},
    "delete": ACTIVE | {"inactive"},
}


def create(body: Mapping[str, Any], *, by: Actor) -> Job:
    """Have a pool made. Raises Invalid by field, NotPermitted, HostSilent."""
    with transaction.atomic():
        host = _host(body["host"], by)
        check_host(host)
        _check_reach(PoolType(body["type"]), host, by)
        wished = wish.read(body, host)
        if wished.errors:
            raise Invalid(next(iter(wished.errors.values()))[0], errors=wished.errors)
        id, spec = uuid4(), wished.spec
        told: dict[str, Any] = {"type": str(spec.type), "target": spec.target, "build": str(wished.build)}
        audit.record(by, "pool.create", "pool", id, spec.name, host=host.name, **told)
        return open_job(
            "pool.create",
            ("pool", id, spec.name),
            by=by,
            host=(host.pk, host.name),
            cluster_id=host.cluster_id,
            options=wished.options(),
        )


def plan_create(body: Mapping[str, Any], *, by: Actor) -> dict[str, Any]:
    """What making it would meet. Raises NotPermitted, Invalid for a host that is not there."""
    host = _host(body["host"], by)
    _check_reach(PoolType(body["type"]), host, by)
    wished = wish.read(body, host)
    checks = [_check_host(host)] + [
        {"code": name, "ok": False, "detail": text} for name, texts in wished.errors.items() for text in texts
    ]
    if wished.build is Build.OVERWRITE:
        devices = ", ".join(wished.spec.source.devices)
        checks.append({"code": "overwrite", "ok": True, "detail": f"Everything on {devices} is lost."})
    return {
        "allowed": all(check["ok"] for check in checks),
        "checks": checks,
        "changes": [{"path": "pool", "before": None, "after": wished.spec.name, "live": wished.start}],
    }


def discover(body: Mapping[str, Any], *, by: Actor) -> Job:
    """Have a host look for sources. Raises Invalid by field, NotPermitted, HostSilent, Busy."""
    with transaction.atomic():
        host = _host(body["host"], by)
        check_host(host)
        type = PoolType(body["type"])
        source, errors = wish.read_search(type, body.get("source") or {})
        if errors:
            raise Invalid(next(iter(errors.values()))[0], errors=errors)
        audit.record(by, "pool.discover", "host", host.pk, host.name, type=str(type))
        return open_job(
            "pool.discover",
            ("host", host.pk, host.name),
            by=by,
            host=(host.pk, host.name),
            cluster_id=host.cluster_id,
            options={"type": str(type), "source": source.plain()},
        )


def request(verb: str, id: UUID, *, by: Actor, options: Mapping[str, Any] | None = None) -> Job:
    """One of `VERBS`. Raises NotThere, NotPermitted, Busy, HostSilent, PoolForbids, InUse, Invalid."""
    given = dict(options or {})
    with transaction.atomic():
        pool = find_pool(id, f"pool.{verb}", by, lock=True)
        why = _why_not(verb, pool, given, by)
        if why is not None:
            raise why
        told: dict[str, Any] = {
            "new_name" if word == "name" else word: value for word, value in given.items()
        }
        if verb == "edit":
            told = {"changes": audit.changed({"name": pool.name, "autostart": pool.autostart}, given)}
        return open_about(f"pool.{verb}", pool, by=by, options=given, told=told)


def plan(verb: str, id: UUID, *, by: Actor, options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What it would meet now, doing nothing. Raises NotThere, NotPermitted."""
    given = dict(options or {})
    pool = find_pool(id, f"pool.{verb}", by)
    why = _why_not(verb, pool, given, by)
    checks = [
        {"code": why.code, "ok": False, "detail": why.detail}
        if why is not None
        else {"code": "state", "ok": True, "detail": f"{pool.name} is {pool.state}."}
    ]
    if verb == "build" and given.get("overwrite"):
        checks.append({"code": "overwrite", "ok": True, "detail": _lost(pool)})
    if verb == "delete":
        stays = "What lies below it goes too." if given.get("storage") else "What lies in it stays there."
        checks.append({"code": "content", "ok": True, "detail": stays})
    return {"allowed": why is None, "checks": checks, "changes": _changes(verb, pool, given)}


def possible(verb: str, state: str, type: str, persistent: bool) -> bool:
    """Whether the pool's state, type and keeping allow it, whoever asks."""
    if state not in ALLOWED_FROM[verb]:
        return False
    if verb == "build":
        return type in set(PoolType) and NATURES[PoolType(type)].builds
    return persistent or verb in {"stop", "refresh"}


def _why_not(verb: str, pool: Pool, options: Mapping[str, Any], by: Actor) -> Refused | None:
    try:
        check_host(pool.host)
        check_free("pool", pool.pk)
        _check_state(verb, pool, options)
        if verb in {"stop", "delete", "build"} or "name" in options:
            under_way(pool)
        if verb == "stop":
            check_unused(pool, by, running=True)
        elif verb in {"delete", "build"} or "name" in options:
            check_unused(pool, by, shared=bool(options.get("storage")) or verb == "build")
    except Refused as refused:
        return refused
    return None


def _check_state(verb: str, pool: Pool, options: Mapping[str, Any]) -> None:
    nature = NATURES[PoolType(pool.type)] if pool.type in set(PoolType) else None
    if pool.state not in ALLOWED_FROM[verb]:
        raise PoolForbids(f"{pool.name} is {pool.state}.", state=pool.state)
    if not possible(verb, pool.state, pool.type, pool.persistent):
        words = "Nothing can be built below" if verb == "build" else "The host keeps no definition of"
        raise PoolForbids(f"{words} {pool.name}.", state=pool.state)
    if options.get("overwrite") and (nature is None or not nature.overwrites):
        raise Invalid(
            "There is nothing to write over.", errors={"overwrite": ["There is nothing to write over."]}
        )
    if options.get("storage"):
        if nature is None or not nature.removes:
            raise PoolForbids(f"libvirt cannot remove what lies below a pool of type {pool.type}.")
        count = pool.volumes.count()
        if count:
            raise Conflict(f"{count} volumes are in {pool.name}. Delete them first.", code="not_empty")
    if "name" in options:
        _check_name(pool, str(options["name"]))


def _check_name(pool: Pool, name: str) -> None:
    fault = places.name_fault(name)
    if not fault and Pool.objects.filter(host_id=pool.host_id, name=name).exclude(pk=pool.pk).exists():
        fault = f"There is a pool {name} on {pool.host.name} already."
    if fault:
        raise Invalid(fault, errors={"name": [fault]})
    if pool.state != "inactive":
        raise PoolForbids(f"{pool.name} is {pool.state}. Stop it before it gets another name.")


def _host(id: UUID, by: Actor) -> Host:
    """Where a pool is to be made. Raises Invalid, NotPermitted."""
    host = Host.objects.permitted(by, "pool.create").filter(pk=id).first()
    if host is not None:
        return host
    if Host.objects.permitted(by, "host.read").filter(pk=id).exists():
        raise NotPermitted("You may see this host, but not make pools on it.")
    raise Invalid("There is no such host.", errors={"host": ["There is no such host."]})


def _check_reach(type: PoolType, host: Host, by: Actor) -> None:
    """Whose volumes lie on devices of the host can read and write all that is on these: the host's own disks as well.

    And whoever has a server mounted can put links there that lead to any file. Raises NotPermitted.
    """
    at = {"host": host.pk, "cluster": host.cluster_id}
    for types, permission, why in (
        (_ON_DEVICES, "domain.host_devices", "is on devices of the host"),
        (_MOUNTED, "domain.host_paths", "is mounted, with links that may lead to any file of the host"),
    ):
        if type in types and not by.scope(permission).covers(at):
            raise NotPermitted(
                f"A pool of type {type} {why}; that needs the permission {permission} on {host.name}."
            )


def _check_host(host: Host) -> dict[str, Any]:
    return {"code": "host", "ok": host.answers, "detail": f"{host.name} is {host.state}."}


def _lost(pool: Pool) -> str:
    devices = ", ".join(pool.detail.get("devices", ())) or "its device"
    return f"Everything on {devices} is lost."


def _changes(verb: str, pool: Pool, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    after = {"start": "running", "stop": "inactive"}.get(verb)
    if after:
        return [{"path": "state", "before": pool.state, "after": after, "live": True}]
    if verb == "delete":
        return [{"path": "pool", "before": pool.name, "after": None, "live": True}]
    return [
        {"path": name, "before": str(getattr(pool, name)), "after": str(options[name]), "live": True}
        for name in ("name", "autostart")
        if name in options and getattr(pool, name) != options[name]
    ]
