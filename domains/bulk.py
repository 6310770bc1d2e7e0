"""One wish about many domains: one parent job, whose children are each domain's own job, a few at a time a host."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from access import audit
from access.actor import Actor
from access.errors import NotPermitted, Refused
from domains import services
from domains.deletion import services as deletion
from domains.migration import services as migration
from domains.models import Domain
from hypervisor.states import DomainAction
from jobs.batches import Part, open_batch, register_batch
from jobs.models import Job

KIND = "domain.bulk"
Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Many:
    """What can be wished of many: how one domain's plan is made, and how its job is opened, as a part of `parent`."""

    plan: Callable[[UUID, Options, Actor], dict[str, Any]]
    open: Callable[[UUID, Options, Actor, Job], Job]


def _verb(action: DomainAction) -> Many:
    return Many(
        lambda uuid, options, by: services.plan(action, uuid, by=by),
        lambda uuid, options, by, parent: services.request(
            action, uuid, by=by, options=options, parent=parent
        ),
    )


ACTIONS: dict[str, Many] = {
    **{
        str(action): _verb(action)
        for action in (
            DomainAction.START,
            DomainAction.SHUTDOWN,
            DomainAction.REBOOT,
            DomainAction.RESET,
            DomainAction.DESTROY,
            DomainAction.SUSPEND,
            DomainAction.RESUME,
            DomainAction.SAVE,
            DomainAction.RESTORE,
        )
    },
    "migrate": Many(
        lambda uuid, options, by: migration.plan(
            uuid, UUID(options["host"]), by=by, copy_storage=options["copy_storage"]
        ),
        lambda uuid, options, by, parent: migration.request(
            uuid, UUID(options["host"]), by=by, parent=parent,
            copy_storage=options["copy_storage"], bandwidth_bytes=options.get("bandwidth_bytes"),
        ),
    ),
    "undefine": Many(
        lambda uuid, options, by: deletion.plan(uuid, by=by, **options),
        lambda uuid, options, by, parent: deletion.request(uuid, by=by, parent=parent, **options),
    ),
}  # fmt: skip


def register_kinds() -> None:
    """The parents of such wishes."""
    register_batch(KIND, _open_one)


def request(
    action: str, uuids: Sequence[UUID], *, by: Actor, options: Options | None = None
) -> tuple[Job | None, list[dict[str, Any]]]:
    """Record the wish: the parent job, and who is refused already with the reason; they keep no other back.

    No job where everybody is refused. Raises NotPermitted for whom none of them could obey.
    """
    said = dict(options or {})
    with transaction.atomic():
        looked_at = _look(action, uuids, by, said)
        able = [one for one in looked_at if one["allowed"]]
        job = None
        if able:
            parts = [_part(domain) for domain in _rows([one["id"] for one in able])]
            audit.record(
                by, KIND, "domain", None, _name(len(parts)), verb=action, options=said,
                domains=[part.object[2] for part in parts],
            )  # fmt: skip
            job = open_batch(
                KIND,
                f"domain.{action}",
                parts,
                name=_name(len(parts)),
                by=by,
                options={"action": action, "options": said},
                about={"action": action},
            )
    refused = [
        {"id": one["id"], "name": one["name"], "code": one["code"], "detail": one["detail"]}
        for one in looked_at
        if not one["allowed"]
    ]
    return job, refused


def plan(action: str, uuids: Sequence[UUID], *, by: Actor, options: Options | None = None) -> dict[str, Any]:
    """What the wish would meet, domain by domain, with nothing done. Raises NotPermitted."""
    looked_at = _look(action, uuids, by, dict(options or {}))
    able = sum(one["allowed"] for one in looked_at)
    return {
        "allowed": able > 0,
        "checks": [
            {
                "code": "domains",
                "ok": able == len(looked_at),
                "detail": f"{able} of {_name(len(looked_at))} can do this now.",
            }
        ],
        "affected": [
            {"kind": "domain", "id": one["id"], "name": one["name"]} for one in looked_at if one["allowed"]
        ],
        "domains": looked_at,
    }


def _look(action: str, uuids: Sequence[UUID], by: Actor, options: Options) -> list[dict[str, Any]]:
    """Each domain's plan; a domain that is not there for `by` counts as refused."""
    if not by.may(f"domain.{action}"):
        raise NotPermitted(f"This needs the permission domain.{action}.")
    wanted = list(dict.fromkeys(uuids))
    names = dict(Domain.objects.permitted(by, "domain.read").filter(pk__in=wanted).values_list("pk", "name"))
    return [_look_at(action, uuid, names.get(uuid, ""), by, options) for uuid in wanted]


def _look_at(action: str, uuid: UUID, name: str, by: Actor, options: Options) -> dict[str, Any]:
    try:
        planned = ACTIONS[action].plan(uuid, options, by)
    except Refused as refused:
        planned = {
            "allowed": False,
            "checks": [{"code": refused.code, "ok": False, "detail": refused.detail}],
        }
    failing = next((check for check in planned["checks"] if not check["ok"]), None)
    return {
        "id": uuid,
        "name": name,
        "allowed": planned["allowed"],
        "code": failing["code"] if failing else "",
        "detail": failing["detail"] if failing else "",
        "checks": planned["checks"],
        "changes": planned.get("changes", []),
    }


def _open_one(parent: Job, part: Part, by: Actor) -> Job:
    """Its permission and state are looked at once more: much may have changed since the wish."""
    return ACTIONS[parent.option("action")].open(part.object[1], parent.option("options"), by, parent)


def _rows(uuids: Sequence[UUID]) -> list[Domain]:
    rows = Domain.objects.select_related("host").in_bulk(list(uuids))
    return [rows[uuid] for uuid in uuids if uuid in rows]


def _part(domain: Domain) -> Part:
    return Part(
        ("domain", domain.pk, domain.name), (domain.host_id, domain.host.name), domain.host.cluster_id
    )


def _name(count: int) -> str:
    return "1 domain" if count == 1 else f"{count} domains"
