"""Makes the database ready: migrations, the first administrator, the first hosts.

`python -m ovirtlite.supervisor.prepare [--enrol] [--embedded]`. Speaks to the supervisor in lines of JSON on standard
output, since a new administrator's password is in them and must reach a terminal only, never a log; everything else
goes to standard error. On its own (docker-compose's one-shot service) the same lines are what a person reads.
"""

import argparse
import contextlib
import io
import json
import os
import sys
import time
from collections.abc import Iterator

import django
from django.core.management import call_command
from django.db import connection

from ovirtlite.settings.home import Home

_MIGRATION_LOCK = 0x6F76697274  # "ovirt": any number that nothing else takes as a PostgreSQL advisory lock
_EMBEDDED_WITHIN = 180.0  # the first start makes the demo guest, which fetches a kernel package


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m ovirtlite.supervisor.prepare")
    asked.add_argument(
        "--enrol", action="store_true", help="enrol this machine's own hypervisors into an empty database"
    )
    asked.add_argument("--embedded", action="store_true", help="wait for the embedded hypervisor before that")
    options = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ovirtlite.settings")
    home = Home.from_env()
    home.make_folders()
    django.setup()
    with _alone():
        call_command("migrate", interactive=False, verbosity=1, stdout=sys.stderr)
        say = io.StringIO()
        call_command("first_admin", stdout=say)
    _tell("migrated", say.getvalue().strip())
    if options.enrol:
        if options.embedded:
            _wait_for_embedded(home)
        call_command("enrol_local", stdout=sys.stderr)
        _tell("enrolled")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Several machines may start on one PostgreSQL at once: one migrates, the others wait and find nothing to do."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])


def _wait_for_embedded(home: Home) -> None:
    from ovirtlite import embedded  # not wanted by the one-shot service, which has no hypervisor

    deadline = time.monotonic() + _EMBEDDED_WITHIN
    while not embedded.ready(home.path):
        if time.monotonic() > deadline:
            sys.exit(
                "The embedded hypervisor is not ready; its own lines say why. Hosts can be added by hand."
            )
        time.sleep(0.2)


def _tell(event: str, words: str = "") -> None:
    print(json.dumps({"event": event, "words": words}), flush=True)


if __name__ == "__main__":
    main()
