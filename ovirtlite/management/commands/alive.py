"""`manage.py alive ROLE`: does this machine's worker or nodewatch say that it lives? A container's health check."""

import socket
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models.functions import Now

from jobs.models import Process

WITHIN = timedelta(seconds=15)


class Command(BaseCommand):
    help = "Exit code 0 when a process of this role runs on this machine and said so within the last 15 s."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=Process.Role.values)

    def handle(self, *args: Any, **options: Any) -> None:
        here = f"{socket.gethostname()}:"
        if not Process.objects.filter(
            role=options["role"], name__startswith=here, seen_at__gt=Now() - WITHIN
        ).exists():
            raise CommandError(
                f"No {options['role']} of this machine has said that it lives within {WITHIN.seconds} s."
            )
