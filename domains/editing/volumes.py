"""Volumes that a change makes, and those that it makes larger."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domains.editing.live import Outcome
from hosts import looking
from hosts.models import Host
from hypervisor import errors
from hypervisor.data import NewVolume
from hypervisor.node import Node
from jobs.carrying import Carrying
from jobs.errors import JobFailed

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """A volume that this job made, or may have."""

    pool: UUID
    name: str


def make(carrying: Carrying, node: Node) -> Made | None:
    """The new disk's volume, where the job wants one. A later attempt finds that of an earlier one."""
    wish: Mapping[str, Any] | None = carrying.option("new_volume")
    if wish is None:
        return None
    made = Made(UUID(wish["pool"]), wish["name"])
    carrying.touching(f"making the volume {made.name}")
    if not carrying.first and _there(node, made):
        return made
    seen = node.create_volume(made.pool, NewVolume(made.name, wish["capacity_bytes"], wish["format"]))
    if seen.path != wish["path"]:
        node.delete_volume(made.pool, made.name)
        raise JobFailed(
            "not_supported", f"The pool keeps the volume at {seen.path}, and not at {wish['path']}."
        )
    return made


def unmake(node: Node, made: Made | None) -> str:
    """Take it back; what could not be taken back is said."""
    if made is None:
        return ""
    try:
        node.delete_volume(made.pool, made.name)
    except errors.NotFound:
        return ""
    except errors.HypervisorError as error:
        logger.warning("the volume %s is left behind: %s", made.name, error)
        return f" The volume {made.name} is left behind: {error.detail}"
    return ""


def enlarge(carrying: Carrying, node: Node, *, active: bool) -> Outcome | None:
    """Make a disk's volume larger, where the job wants that: through QEMU while it runs."""
    wish: Mapping[str, Any] | None = carrying.option("resize")
    if wish is None:
        return None
    target, size = str(wish["target"]), int(wish["capacity_bytes"])
    carrying.touching(f"enlarging {target}")
    if active:
        node.resize_disk(carrying.job.object_id, target, size)
    else:
        node.resize_volume(UUID(wish["pool"]), wish["volume"], size)
    return Outcome(f"disk:{target}", ("capacity_bytes",), live=True)


def show(carrying: Carrying, host: Host) -> None:
    """Have nodewatch see what was made or enlarged, so that who reads the volumes after the job sees it too."""
    for name in ("new_volume", "resize"):
        wish = carrying.option(name)
        if wish is not None:
            looking.look(host.pk, "pool", UUID(wish["pool"]))


def _there(node: Node, made: Made) -> bool:
    try:
        node.volume(made.pool, made.name)
    except errors.NotFound:
        return False
    return True
