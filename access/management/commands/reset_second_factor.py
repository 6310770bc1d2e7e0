"""`manage.py reset_second_factor USER`: for who has the machine, where the last administrator lost theirs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access.actor import Actor
from access.models import User
from access.services import lock_out, second_factors


class Command(BaseCommand):
    help = "Take all second factors of a user, who then signs in with the password alone. Their sessions end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user: User | None = User.objects.filter(username__iexact=username).first()
        if user is None:
            raise CommandError(f"There is no user {username}.")
        removed, ended = second_factors.reset_of(user, by=Actor.SYSTEM)
        lock_out.unlock(user.username)
        taken = ", ".join(removed) or "none was set up"
        self.stdout.write(f"Second factors of {user.username} taken: {taken}; sessions that ended: {ended}.")
