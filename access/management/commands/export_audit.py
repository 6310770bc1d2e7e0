"""`manage.py export_audit`: the audit log as lines of JSON."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from access import chain, exporting
from access.models import AuditEntry


def _time(text: str) -> datetime:
    try:
        at = parse_datetime(text) or parse_datetime(f"{text}T00:00:00Z")
    except ValueError:
        at = None
    if at is None:
        raise CommandError(f"{text} is no time; write it as 2026-01-31 or 2026-01-31T12:00:00Z.")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = "Writes the audit log to standard output, one JSON object a line, oldest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--after", help="only what was asked at this time or later (2026-01-31T12:00:00Z)"
        )
        parser.add_argument("--before", help="only what was asked before this time")

    def handle(self, *args: Any, after: str | None, before: str | None, **options: Any) -> None:
        chosen = AuditEntry.objects.all()
        if after:
            chosen = chosen.filter(at__gte=_time(after))
        if before:
            chosen = chosen.filter(at__lt=_time(before))
        chain.seal_all()
        for lines in exporting.lines(chosen):
            self.stdout.write(lines.decode("ascii"), ending="")
