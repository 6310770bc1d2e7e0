"""Names of volumes: what every kind of pool takes, and which are free."""

import re

from jobs.models import OPEN, Job
from storage.models import Pool, Upload, Volume

LONGEST = 200  # bytes: a file's name has 255, and a copy on its way to a name has a longer one
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
# Where a volume is no file: what LVM, ZFS and Ceph take.
PLAIN_NAMES = frozenset({"logical", "zfs", "rbd", "disk"})


def fault(name: str) -> str:
    """What is wrong with a name, as a sentence; "" when nothing is."""
    if not name or len(name.encode(errors="replace")) > LONGEST:
        return f"A name has 1 to {LONGEST} bytes."
    if not name.isprintable() or "/" in name or "\\" in name:
        return "A name is of printable characters, without a slash."
    if name != name.strip() or name[0] in ".-":
        return "A name does not begin with a dot, a hyphen or white space, nor end with white space."
    return ""


def fault_in(name: str, pool: Pool) -> str:
    """The same, of a name in this pool."""
    problem = fault(name)
    if not problem and pool.type in PLAIN_NAMES and not _PLAIN.fullmatch(name):
        problem = f"In a pool of type {pool.type} a name is of letters, digits and the characters _ . + -"
    return problem


def taken(pool: Pool, name: str) -> str:
    """Who has the name in this pool already, as a sentence; "" when it is free.

    Asked with the pool's row locked, it stays free until the job that takes it is committed.
    """
    if Volume.objects.filter(pool=pool, name=name).exists():
        return f"There is a volume {name} in {pool.name} already."
    making = Job.objects.filter(
        object_kind="volume", state__in=OPEN, options__pool=str(pool.pk), options__name=name
    )
    if making.exists() or Upload.objects.filter(pool=pool, volume_name=name, made=True).exists():
        return f"A volume {name} is being made in {pool.name} at this moment."
    return ""
