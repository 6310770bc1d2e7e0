"""What wishes about volumes are refused with."""

from access.errors import Conflict
from storage.models import Pool, Volume


class NameTaken(Conflict):
    """Another volume of the pool has the name, or will have it in a moment."""

    code = "name_taken"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors={"name": ["is taken"]})


class NoRoom(Conflict):
    """The pool has not the space for it."""

    code = "no_capacity"

    def __init__(self, pool: Pool, needed_bytes: int) -> None:
        super().__init__(
            f"{pool.name} has {_mib(pool.available_bytes)} free, and this needs {_mib(needed_bytes)}.",
            available_bytes=pool.available_bytes,
            needed_bytes=needed_bytes,
        )


class VolumeForbids(Conflict):
    """What the volume is does not allow it."""

    code = "operation_invalid"


class OtherHost(Conflict):
    """A copy to a pool of another host, which libvirt cannot make."""

    code = "other_host"

    def __init__(self, volume: Volume, pool: Pool) -> None:
        super().__init__(
            f"{pool.name} is on {pool.host.name}, and {volume.name} on {volume.pool.host.name}. "
            "Put it into the library and copy it to that pool from there."
        )


class NotShrunk(Conflict):
    """Smaller than it is, and nobody said that this is meant."""

    code = "shrink"

    def __init__(self, volume: Volume) -> None:
        super().__init__(
            f"{volume.name} has {volume.capacity_bytes} bytes. What lies beyond a smaller end is lost: say `force`.",
            capacity_bytes=volume.capacity_bytes,
        )


def _mib(size: int) -> str:
    return f"{-(-size // 2**20)} MiB"
