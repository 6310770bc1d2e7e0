"""What quotas refuse."""

from access.errors import Conflict


class QuotaExceeded(Conflict):
    """The wish would take more than a quota leaves; of one's own the members say which, how much it is and is used."""

    code = "quota_exceeded"


class QuotaExists(Conflict):
    """There is one of the same person or group, in the same place."""

    code = "quota_exists"
