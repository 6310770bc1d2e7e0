"""What became of a migration, from the words of both ends. A table, because the exceptions are what matters.

Measured with peer-to-peer migrations: either libvirtd killed, or the link cut, while data flows: the domain stays on
the source. The client killed: it completes anyway. The reply to Finish lost, on network disks: both copies run. So
neither end is believed alone, and a paused copy is never resumed by us.
"""

from enum import StrEnum

from hypervisor.data import DomainSeen
from hypervisor.states import ACTIVE, DomainState
from jobs.kinds import Again, Failed, Succeeded, Unknown, Verdict


class Word(StrEnum):
    """What one end says of the domain."""

    RUNS = "runs"
    MOVING = "moving"  # the source: its migration is still under way
    PAUSED = "paused"
    INCOMING = "incoming"  # the destination: a copy that is still being filled
    OFF = "off"
    ABSENT = "absent"
    SILENT = "silent"  # the node does not answer


def word(seen: DomainSeen | None, *, moving: bool = False) -> Word:
    """The word of a node that answered."""
    if moving:
        return Word.MOVING
    if seen is None:
        return Word.ABSENT
    if seen.incoming:
        return Word.INCOMING
    if seen.state not in ACTIVE:
        return Word.OFF
    return Word.PAUSED if seen.state is DomainState.PAUSED else Word.RUNS


def verdict(source: Word, destination: Word, *, patient: bool, was_paused: bool = False) -> Verdict:
    """Decide. `patient`: there is still time to wait for a silent end. `was_paused`: so it was before it began."""
    if was_paused:
        source = Word.RUNS if source is Word.PAUSED else source
        destination = Word.RUNS if destination is Word.PAUSED else destination
    match source, destination:
        case Word.MOVING, _:
            return Again()  # libvirt goes on by itself: another attempt only follows it
        case Word.SILENT, _:
            return Unknown("The source does not answer: it may run there.")
        case (Word.RUNS | Word.PAUSED, Word.RUNS):
            return Failed(
                "two_copies",
                "Both hosts have an active copy. Nothing was stopped by itself: look at both consoles, "
                "then force one off.",
            )
        case Word.RUNS, Word.SILENT if patient:
            return Unknown("The destination does not answer: it may run there too.")
        case Word.RUNS, _:
            return Failed("migration_stayed", "The migration did not finish; the domain runs on its source.")
        case (Word.PAUSED, Word.INCOMING | Word.SILENT):
            return Unknown("The source is paused and the destination cannot say yet.")
        case Word.PAUSED, _:
            return Failed(
                "migration_stayed_paused",
                "The migration did not finish; the domain is paused on its source. Resume it there.",
            )
        case (Word.OFF | Word.ABSENT | Word.INCOMING, Word.RUNS | Word.PAUSED):
            return Succeeded()
        case (_, Word.SILENT | Word.INCOMING | Word.MOVING):
            return Unknown("The destination cannot say yet.")
        case _:
            return Failed(
                "migration_lost",
                "The domain runs on neither host; it was stopped while it moved. Start it again.",
            )
