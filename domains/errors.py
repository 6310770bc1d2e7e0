"""What the services of domains refuse."""

from access.errors import Conflict
from domains.models import Domain
from hypervisor.states import DomainAction


class StateForbids(Conflict):
    """The action is not possible from the domain's present state."""

    code = "operation_invalid"

    def __init__(self, domain: Domain, action: DomainAction) -> None:
        super().__init__(
            f"{domain.name} is {domain.state}: it cannot {_WORDS.get(action, str(action))} now.",
            state=domain.state,
        )


class HostSilent(Conflict):
    """The domain's host does not answer, so nothing can be asked of it."""

    code = "host_not_up"

    def __init__(self, domain: Domain) -> None:
        super().__init__(
            f"{domain.host.name}, the host of {domain.name}, is {domain.host.state}. Try again when it answers.",
            host={"id": str(domain.host_id), "name": domain.host.name, "state": domain.host.state},
        )


class MigrationImpossible(Conflict):
    """What is known of both hosts already says that this migration cannot work."""

    code = "migration_refused"


_WORDS = {
    DomainAction.START: "be started",
    DomainAction.DESTROY: "be forced off",
    DomainAction.SUSPEND: "be suspended",
    DomainAction.RESUME: "be resumed",
    DomainAction.RESTORE: "be restored",
    DomainAction.SAVE: "be saved",
    DomainAction.RESET: "be reset",
    DomainAction.MIGRATE: "be migrated",
    DomainAction.UNDEFINE: "be undefined",
    DomainAction.SHUTDOWN: "shut down",
    DomainAction.CONSOLE: "show a console",
    DomainAction.EXPORT: "be exported",
}
