"""The states of domains, pools and networks by libvirt's names, and what each state allows."""

from collections.abc import Mapping
from enum import StrEnum


class DomainState(StrEnum):
    """virDomainState by libvirt's names. The node decides it; we record it."""

    NOSTATE = "nostate"
    RUNNING = "running"
    BLOCKED = "blocked"
    PAUSED = "paused"
    SHUTDOWN = "shutdown"
    SHUTOFF = "shutoff"
    CRASHED = "crashed"
    PMSUSPENDED = "pmsuspended"


class PoolState(StrEnum):
    """virStoragePoolState by libvirt's names."""

    INACTIVE = "inactive"
    BUILDING = "building"
    RUNNING = "running"
    DEGRADED = "degraded"
    INACCESSIBLE = "inaccessible"


class DomainAction(StrEnum):
    """What a person may ask of a domain. Names are libvirt's verbs and the API's paths."""

    START = "start"
    SHUTDOWN = "shutdown"
    REBOOT = "reboot"
    RESET = "reset"
    DESTROY = "destroy"
    SUSPEND = "suspend"
    RESUME = "resume"
    SAVE = "save"
    RESTORE = "restore"
    MIGRATE = "migrate"
    UNDEFINE = "undefine"
    CONSOLE = "console"
    EDIT = "edit"
    EDIT_XML = "edit_xml"
    CLONE = "clone"
    SNAPSHOT = "snapshot"
    REVERT = "revert"
    GUEST = "guest"
    BACKUP = "backup"
    EXPORT = "export"


ACTIVE = frozenset(
    {
        DomainState.NOSTATE,
        DomainState.RUNNING,
        DomainState.BLOCKED,
        DomainState.PAUSED,
        DomainState.SHUTDOWN,
        DomainState.PMSUSPENDED,
    }
)
_EXECUTING = frozenset({DomainState.RUNNING, DomainState.BLOCKED})
_OFF = frozenset({DomainState.SHUTOFF, DomainState.CRASHED})
_ANY = frozenset(DomainState)

ALLOWED_FROM: Mapping[DomainAction, frozenset[DomainState]] = {
    DomainAction.START: _OFF,
    DomainAction.SHUTDOWN: _EXECUTING,
    DomainAction.REBOOT: _EXECUTING,
    DomainAction.RESET: _EXECUTING | {DomainState.PAUSED},
    DomainAction.DESTROY: ACTIVE | {DomainState.CRASHED},
    DomainAction.SUSPEND: _EXECUTING,
    DomainAction.RESUME: frozenset({DomainState.PAUSED, DomainState.PMSUSPENDED}),
    DomainAction.SAVE: _EXECUTING | {DomainState.PAUSED},
    DomainAction.RESTORE: _OFF,
    DomainAction.MIGRATE: _EXECUTING | {DomainState.PAUSED},
    DomainAction.UNDEFINE: _OFF,
    DomainAction.CONSOLE: ACTIVE,
    DomainAction.EDIT: _ANY,
    DomainAction.EDIT_XML: _ANY,
    DomainAction.CLONE: _OFF,
    DomainAction.SNAPSHOT: _ANY - {DomainState.CRASHED},
    DomainAction.REVERT: _ANY,
    DomainAction.GUEST: _EXECUTING,
    DomainAction.BACKUP: _ANY - {DomainState.CRASHED, DomainState.PMSUSPENDED},
    DomainAction.EXPORT: _OFF,
}
