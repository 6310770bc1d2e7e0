"""`manage.py rotate_secrets`: a new key for what is sealed, while the product runs."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from access import audit, keys, resealing
from access.actor import Actor

# As long as anything could be between being sealed and being written down.
WAIT_SECONDS = 600.0


class Command(BaseCommand):
    help = (
        "Makes a new key and seals every secret in the database anew with it. Run it while the product runs: every "
        "process takes the new key at its next secret. With --retire, drops the keys that nothing is sealed with any "
        "more. Where the keys stand in OVIRTLITE_SECRETS_KEY, put the new one in front of the old ones there, restart, "
        "then run this. Keep a copy of the keys apart from the database's."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--no-new-key",
            action="store_true",
            help="only seal anew what another key than today's has sealed",
        )
        parser.add_argument(
            "--retire",
            action="store_true",
            help="make no key; seal anew, then drop the old keys that were replaced ten minutes ago or earlier",
        )

    def handle(self, *args: Any, no_new_key: bool, retire: bool, **options: Any) -> None:
        try:
            self._rotate(new=not (no_new_key or retire), retire=retire)
        except keys.RingUnreadable as error:
            raise CommandError(str(error)) from error

    def _rotate(self, *, new: bool, retire: bool) -> None:
        in_file = not settings.SECRETS_KEYS and settings.KEYS_FILE is not None
        if not in_file and not settings.SECRETS_KEYS:
            raise CommandError(
                "Secrets are sealed with a key that is derived from OVIRTLITE_SECRET_KEY. Set OVIRTLITE_SECRETS_KEY "
                "or OVIRTLITE_KEYS_FILE to the same for every process, restart, then run this."
            )
        if new and in_file:
            self.stdout.write(f"New key: {keys.add_key().id}, in {settings.KEYS_FILE}.")
        changed = resealing.seal_anew()
        for column, rows in changed.items():
            self.stdout.write(f"Sealed anew: {rows} in {column}.")
        if not changed:
            self.stdout.write("Everything was sealed with today's key.")
        dropped = self._retire(in_file=in_file) if retire else []
        audit.record(
            Actor.SYSTEM, "secrets.rotate", "system", None, "", key=keys.ring().current.id,
            sealed_anew=sum(changed.values()), dropped=dropped,
        )  # fmt: skip

    def _retire(self, *, in_file: bool) -> list[str]:
        ring, used = keys.ring(), resealing.keys_in_use()
        dropped: list[str] = []
        for key in ring.keys[1:]:
            if key.id in used:
                self.stdout.write(f"Key {key.id} is still used: {used[key.id]}.")
            elif in_file and (left := keys.replaced_at(ring, key.id) + WAIT_SECONDS - time.time()) > 0:
                self.stdout.write(f"Key {key.id} was replaced just now: again in {int(left) + 1} s.")
            else:
                dropped.append(key.id)
                if not in_file:
                    self.stdout.write(
                        f"Key {key.id} seals nothing: put in its place {keys.retired_word(key)}, "
                        "by which old entries of the audit log are verified."
                    )
        if in_file:
            keys.drop_keys(set(dropped))
            self.stdout.write(f"Dropped: {', '.join(dropped) or 'none'}.")
        return dropped if in_file else []
