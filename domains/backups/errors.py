"""What the services of backups and of moving disks refuse."""

from access.errors import Conflict


class CannotBackUp(Conflict):
    """What is known already says that this backup cannot be made, or nothing can be done with it now."""

    code = "cannot_back_up"


class CannotMove(Conflict):
    """What is known already says that this disk cannot go there."""

    code = "cannot_move"
