"""The lab's fixtures, and a whole installation of the product that has the lab's nodes as its hosts."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.installation import PASSWORD, Installation, installation
from tests.lab.cluster import Lab
from tests.lab.fixtures import lab, standing_lab
from tests.stack.person import Person

__all__ = ["lab", "standing_lab"]


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The product, ready, without any host."""
    with installation(tmp_path_factory.mktemp("lab") / "home", OVIRTLITE_ALLOW_TCP="1") as running:
        running.start()
        running.wait_until_ready()
        yield running


@pytest.fixture(scope="session")
def person(product: Installation) -> Iterator[Person]:
    """The administrator."""
    signed_in = Person(product.address, "admin", PASSWORD)
    yield signed_in
    signed_in.close()


@pytest.fixture(scope="session")
def enrolled(standing_lab: Lab, person: Person) -> dict[str, Any]:
    """The three nodes as hosts, by name: one over ssh, one over TLS, one over TCP; they reach each other over TCP."""
    jobs = {}
    for body in standing_lab.hosts():
        name = str(body["name"])
        body["migration_uri"] = standing_lab.nodes[name].uri_by("tcp")
        jobs[name] = person.post("/hosts/", body, expect=202)
    return {name: person.get(f"/hosts/{person.done(job)['object']['id']}/") for name, job in jobs.items()}


@pytest.fixture
def hosts(lab: Lab, enrolled: dict[str, Any]) -> dict[str, Any]:
    """The hosts of a tidy lab."""
    return enrolled
