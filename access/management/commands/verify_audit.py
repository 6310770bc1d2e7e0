"""`manage.py verify_audit`: is the audit log what was written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access import audit, chain, verifying, witness
from access.actor import Actor


class Command(BaseCommand):
    help = (
        "Verifies every entry of the audit log, its place in the chain, and the log's end against this machine's own "
        "note of it (HOME/audit-head). Exit code 0: it is what was written; 1: it says where it is not, and how."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--last",
            type=int,
            default=None,
            metavar="N",
            help="only the last N entries, upon the digest before them",
        )
        parser.add_argument(
            "--accept",
            action="store_true",
            help="take the log's present end for the right one: after an older copy of the database was put back. "
            "That is written into the log.",
        )

    def handle(self, *args: Any, last: int | None, accept: bool, **options: Any) -> None:
        if last is not None and last < 1:
            raise CommandError("--last takes a number from 1 on.")
        if accept:
            seen = witness.known()
            witness.accept(None)
            audit.record(
                Actor.SYSTEM,
                "audit.accept",
                "audit",
                None,
                "",
                seen=list(seen or ()),
                found=list(chain.head()),
            )
        verdict = verifying.verify(last=last)
        if not verdict.valid:
            raise CommandError(f"Broken at {verdict.broken_at} ({verdict.problem}). {verdict.detail}")
        self.stdout.write(f"Valid: {verdict.checked} entries, from {verdict.first} on.")
        if verdict.unsealed:
            self.stdout.write(f"{verdict.unsealed} more are genuine, and wait for their place.")
        if not verdict.head_known:
            self.stdout.write(
                "This machine has no note of the log's end: entries cut off there would not be missed."
            )
