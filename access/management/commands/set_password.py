"""`manage.py set_password USER`: for who has the machine and whose account nobody can open any more."""

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access.actor import Actor
from access.errors import Invalid
from access.models import User
from access.services.users import set_password_of


class Command(BaseCommand):
    help = "Set a user's password: asked for without echo, or the first line of what is piped in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user: User | None = User.objects.filter(username__iexact=username).first()
        if user is None:
            raise CommandError(f"There is no user {username}.")
        try:
            ended = set_password_of(user, self._password(), by=Actor.SYSTEM)
        except Invalid as refused:
            raise CommandError(" ".join(refused.errors.get("password", [refused.detail]))) from None
        self.stdout.write(f"The password of {user.username} is set; sessions that ended: {ended}.")
        if not user.is_active:
            self.stdout.write("The account is closed: nobody can sign in with it.")

    def _password(self) -> str:
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\n")
        password = getpass.getpass("New password: ")
        if getpass.getpass("Once more: ") != password:
            raise CommandError("These were two different passwords; nothing was changed.")
        return password
