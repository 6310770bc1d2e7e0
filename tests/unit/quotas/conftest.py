"""The hosts and the pool of the domains' tests."""

from tests.unit.domains.conftest import two_hosts
from tests.unit.domains.test_copies_api import pool

__all__ = ["pool", "two_hosts"]
