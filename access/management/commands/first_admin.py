"""`manage.py first_admin`: makes the first administrator and prints a generated password once."""

import os
from typing import Any

from django.core.management.base import BaseCommand

from access.services.first import NAME, make_first_administrator


class Command(BaseCommand):
    help = "Make the user admin when there is no user. A generated password is printed once."

    def handle(self, *args: Any, **options: Any) -> None:
        given = os.environ.get("OVIRTLITE_ADMIN_PASSWORD") or None
        password = make_first_administrator(given)
        if password is None:
            return
        if given is None:
            self.stdout.write(
                f"Sign in as {NAME} with the password {password} (shown once, kept nowhere in clear)."
            )
        else:
            self.stdout.write(f"Sign in as {NAME} with the password that OVIRTLITE_ADMIN_PASSWORD gives.")
