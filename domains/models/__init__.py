"""The rows of domains: what is, what was, and what people keep of them."""

from domains.models.backup import Backup, Schedule
from domains.models.deleted import DeletedDomain
from domains.models.domain import STATES, Claim, Definition, Domain, Label, Tag
from domains.models.quota import Quota, Reservation
from domains.models.revision import Revision
from domains.models.seed import Seed
from domains.models.snapshot import Snapshot
from domains.models.template import Template, TemplateVersion

__all__ = [
    "STATES",
    "Backup",
    "Claim",
    "Definition",
    "DeletedDomain",
    "Domain",
    "Label",
    "Quota",
    "Reservation",
    "Revision",
    "Schedule",
    "Seed",
    "Snapshot",
    "Tag",
    "Template",
    "TemplateVersion",
]
