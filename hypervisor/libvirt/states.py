"""libvirt's numbers of states and reasons, in words. Their order is libvirt's enumerations' own."""

from hypervisor.states import DomainState, PoolState

# virDomainState
DOMAIN_STATES = (
    DomainState.NOSTATE,
    DomainState.RUNNING,
    DomainState.BLOCKED,
    DomainState.PAUSED,
    DomainState.SHUTDOWN,
    DomainState.SHUTOFF,
    DomainState.CRASHED,
    DomainState.PMSUSPENDED,
)

# virDomainRunningReason, virDomainPausedReason …; number 0 is "unknown" for all of them.
_REASONS: dict[DomainState, tuple[str, ...]] = {
    DomainState.RUNNING: (
        "booted", "migrated", "restored", "from snapshot", "unpaused", "migration cancelled", "save cancelled", "woken",
        "crashed", "post-copy", "post-copy failed",
    ),
    DomainState.PAUSED: (
        "by a user", "migrating", "saving", "dumping", "input/output error", "watchdog", "from snapshot",
        "shutting down", "making a snapshot", "crashed", "starting", "post-copy", "post-copy failed",
    ),
    DomainState.SHUTDOWN: ("by a user",),
    DomainState.SHUTOFF: (
        "shut down", "destroyed", "crashed", "migrated", "saved", "failed to start", "from snapshot",
        "libvirtd lost it",
    ),
    DomainState.CRASHED: ("panicked",),
}  # fmt: skip
# VIR_DOMAIN_PAUSED_MIGRATION, and VIR_DOMAIN_PAUSED_STARTING_UP: a destination's before its first event.
PAUSED_BY_MIGRATION = frozenset({2, 11})

# virStoragePoolState
POOL_STATES = (
    PoolState.INACTIVE,
    PoolState.BUILDING,
    PoolState.RUNNING,
    PoolState.DEGRADED,
    PoolState.INACCESSIBLE,
)


def domain_state(number: int) -> DomainState:
    """NOSTATE for what a newer libvirt may add."""
    return DOMAIN_STATES[number] if 0 <= number < len(DOMAIN_STATES) else DomainState.NOSTATE


def reason(state: DomainState, number: int) -> str | None:
    """In words; None where the node gives none."""
    words = _REASONS.get(state, ())
    return words[number - 1] if 0 < number <= len(words) else None


def pool_state(number: int) -> PoolState:
    """INACCESSIBLE for what a newer libvirt may add."""
    return POOL_STATES[number] if 0 <= number < len(POOL_STATES) else PoolState.INACCESSIBLE
