"""Having a whole host looked at within a job, which fails where nobody can look."""

from hosts import looking
from hosts.models import Host
from jobs.errors import JobFailed


def look_at(host: Host, seconds: float) -> None:
    """Returns once everything of the node that is true now is in the database. Raises JobFailed."""
    match looking.look(host.pk, "host", None, timeout=seconds):
        case "unreachable":
            host.refresh_from_db()
            raise JobFailed(
                host.error_code or "node_unreachable", host.error_detail or f"{host.name} does not answer."
            )
        case "silent":
            raise JobFailed(
                "no_monitor",
                "No nodewatch process took this host in time. Check that one runs, then refresh the host.",
            )
