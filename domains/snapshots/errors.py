"""What the services of snapshots refuse."""

from access.errors import Conflict


class SnapshotForbids(Conflict):
    """What the snapshots of this domain are, or where its disks lie, is in the way."""

    code = "snapshot_refused"
