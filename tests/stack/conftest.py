"""One installation for all files that leave it as they found it; starting and ending one takes ten seconds."""

from collections.abc import Iterator
from secrets import token_hex

import pytest

from tests.installation import PASSWORD, Installation, free_port, installation
from tests.stack.canaries import Canaries
from tests.stack.person import Person


@pytest.fixture(scope="session")
def canaries() -> Canaries:
    return Canaries()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, canaries: Canaries) -> Iterator[Installation]:
    """In the end no log of it holds a traceback, nor a secret that it was told. Hosts go with who added them."""
    settings = {
        "OVIRTLITE_LOCAL_ROOTS": "/tmp",
        "OVIRTLITE_OIDC_ISSUER": f"http://127.0.0.1:{free_port()}",
        "OVIRTLITE_OIDC_CLIENT_ID": "ovirtlite",
        "OVIRTLITE_OIDC_CLIENT_SECRET": canaries.note("the provider's client secret", token_hex(16)),
    }
    with installation(tmp_path_factory.mktemp("stack") / "home", **settings) as made:
        made.start()
        made.wait_until_ready()
        yield made
        made.stop()
        said = {file.name: file.read_text(errors="replace") for file in (made.home / "log").iterdir()}
        said["the terminal"] = made.said()
    assert {name: found for name, text in said.items() if (found := canaries.found_in(text))} == {}
    assert [name for name, text in said.items() if "Traceback" in text or "seal:v2:" in text] == []


@pytest.fixture(scope="session")
def admin(product: Installation) -> Iterator[Person]:
    person = Person(product.address, "admin", PASSWORD)
    yield person
    person.close()
