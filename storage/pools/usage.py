"""Who would lose something with a pool: domains on its volumes, layers over them, work that is under way in it."""

from access.actor import Actor
from access.errors import Conflict
from jobs.errors import Busy
from jobs.models import OPEN, Job
from storage.models import Pool
from storage.pools.domains import domains_on, standing_in
from storage.users import InUse, Told, users_of


def under_way(pool: Pool) -> None:
    """Raises Busy, Conflict: something is just being done to its volumes."""
    job = Job.objects.filter(
        object_kind="volume", object_id__in=pool.volumes.values("pk"), state__in=OPEN
    ).first()
    if job is not None:
        raise Busy(job)
    upload = pool.uploads.first()
    if upload is not None:
        raise Conflict(f"{upload.volume_name} is being uploaded to {pool.name}.", code="upload_under_way")


def check_unused(pool: Pool, by: Actor, *, running: bool = False, shared: bool = False) -> None:
    """Raises InUse, naming whom `by` may see.

    `running`: only domains that are active count. `shared`: those of other hosts too, whose storage it is as well.
    """
    paths = list(pool.volumes.exclude(path="").values_list("path", flat=True))
    standing = {
        path: told
        for path, told in users_of(pool.host, paths, Actor.SYSTEM).items()
        if _counts(pool, told, running=running, shared=shared)
    }
    if not standing:
        # Of a pool that is stopped no volume is known.
        by_name = standing_in(pool, by, running=running)
        if by_name is not None:
            raise InUse(pool.name, by_name)
        return
    found: Told | None = None
    seen: set[tuple[str, object]] = set()
    words: list[str] = []
    users: list[tuple[str, object, str]] = []
    for told in users_of(pool.host, list(standing), by).values():
        words += [told.words] if told.words not in words else []
        users += [user for user in told.users if user[:2] not in seen]
        seen |= {user[:2] for user in told.users}
        found = told
    if found is None:
        found = Told("another object")
    raise InUse(pool.name, Told(", ".join(words) or found.words, tuple(users)))  # type: ignore[arg-type]


def _counts(pool: Pool, told: Told, *, running: bool, shared: bool) -> bool:
    ids = [id for kind, id, _ in told.users if kind == "domain"]
    here = domains_on(pool.host, ids)
    if running:
        return any(here.values())
    inside = (
        set(pool.volumes.values_list("pk", flat=True))
        if any(kind == "volume" for kind, _, _ in told.users)
        else set()
    )
    for kind, id, _ in told.users:
        if kind == "domain":
            if shared or id in here:
                return True
        elif kind != "volume" or id not in inside:
            return True
    return False
