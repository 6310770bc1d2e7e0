"""What the next boot of a running domain will bring that it does not have now."""

from typing import Any

from hypervisor.errors import InvalidXML
from hypervisor.xml.compare import compare


def pending(live: str | None, inactive: str | None) -> list[dict[str, Any]]:
    """`{"path", "live", "inactive"}` each, for `Definition.pending`; nothing for a domain that is off or transient."""
    if not live or not inactive:
        return []
    try:
        found = compare(live, inactive, running=True)
    except InvalidXML:
        return []  # what a node says and we cannot read is shown as it is, and compared by nobody
    return [{"path": one.path, "live": one.before, "inactive": one.after} for one in found]
