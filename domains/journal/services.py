"""Reading the journal of one domain."""

from typing import Any

from access.errors import Invalid
from domains.models import Domain, Revision
from hypervisor.xml.compare import compare, unified

COLUMNS = ("number", "at", "by_id", "by_name", "job_id", "job_kind", "changes")


def newest(domain: Domain) -> int:
    """The number of the present version; 0 while there is none."""
    last = Revision.objects.filter(domain=domain).values_list("number", flat=True).first()
    return last or 0


def revision(domain: Domain, number: int) -> Revision | None:
    """One version; None when it was never there or is no longer kept."""
    return Revision.objects.filter(domain=domain, number=number).first()


def difference(domain: Domain, old: int, new: int) -> dict[str, Any]:
    """What became of one version in another, as lines and as changes. Raises Invalid."""
    found = {one.number: one for one in Revision.objects.filter(domain=domain, number__in=(old, new))}
    missing = {name: number for name, number in (("from", old), ("to", new)) if number not in found}
    if missing:
        raise Invalid(
            "There is no such version.",
            errors={name: [f"{domain.name} has no version {number}."] for name, number in missing.items()},
        )
    before, after = found[old].xml, found[new].xml
    return {
        "from": old,
        "to": new,
        "diff": unified(before, after),
        "changes": [
            {"path": one.path, "before": one.before, "after": one.after} for one in compare(before, after)
        ],
    }
