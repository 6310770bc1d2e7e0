"""How long it takes from a person's wish to add a node of 500 domains until all of them can be read."""

from collections.abc import Iterator
from datetime import datetime

from tests.bench.row import Row
from tests.crowd import node_with
from tests.daemon import private_daemon
from tests.installation import PASSWORD, Installation
from tests.stack.person import Person

DOMAINS = 500
SECONDS = 3.0


def measured(product: Installation) -> Iterator[Row]:
    """One row, by the times that the job itself carries."""
    person = Person(product.address, "admin", PASSWORD)
    with private_daemon() as daemon:
        uri = daemon.uri("test", daemon.file("node.xml", node_with(DOMAINS)))
        job = person.done(person.post("/hosts/", {"name": "crowded", "uri": uri}, expect=202))
        found = person.get("/domains/", host=job["object"]["id"], limit="1")["count"]
        assert found == DOMAINS, f"{found} domains"
        person.delete(f"/hosts/{job['object']['id']}/")
    person.close()
    taken = datetime.fromisoformat(job["finished_at"]) - datetime.fromisoformat(job["created_at"])
    yield Row(f"first inventory of {DOMAINS} domains", taken.total_seconds(), SECONDS, 1.0, "s")
