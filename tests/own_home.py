"""Every test runs on a HOME of its own, so that none ever meets this machine's installation.

A plugin (`-p tests.own_home` in pyproject.toml), because pytest-django reads the settings before any conftest.
"""

import atexit
import os
import shutil
import tempfile

HOME = tempfile.mkdtemp(prefix="ovirtlite-test-", dir="/tmp")
_owner = os.getpid()
os.environ["OVIRTLITE_HOME"] = HOME
os.environ["OVIRTLITE_SECRET_KEY"] = "a key of the tests alone, long enough for what is derived from it"
os.environ["OVIRTLITE_LOCAL_ROOTS"] = "/tmp"
os.environ["OVIRTLITE_ALLOW_TCP"] = "1"
os.environ["OVIRTLITE_RATE_LIMITS"] = "0"  # tests ask in one second what people ask in a day
for name in [one for one in os.environ if one.startswith(("OVIRTLITE_OIDC_", "OVIRTLITE_LDAP_"))]:
    os.environ.pop(name)
for name in ("OVIRTLITE_REDIS_URL", "OVIRTLITE_LISTEN", "OVIRTLITE_ORIGINS", "OVIRTLITE_CONSOLE_URL"):
    os.environ.pop(name, None)


def _forget() -> None:
    if os.getpid() == _owner:
        shutil.rmtree(HOME, ignore_errors=True)


atexit.register(_forget)
