"""Fixtures of the lab, for conftest.py to import: one lab for a whole run of tests, clean between them."""

from collections.abc import Iterator

import pytest

from tests.lab.cluster import Lab


@pytest.fixture(scope="session")
def standing_lab() -> Iterator[Lab]:
    """Three nodes, built once. Use `lab`, unless a fixture of a wider scope needs them."""
    with Lab.start() as lab:
        yield lab


@pytest.fixture
def lab(standing_lab: Lab) -> Iterator[Lab]:
    """The lab with every node on, plugged in and serving, and with no guest; left the same for the next test."""
    if not standing_lab.as_new:
        standing_lab.tidy()
    standing_lab.as_new = False
    yield standing_lab
    if not standing_lab.as_new:
        standing_lab.tidy()
