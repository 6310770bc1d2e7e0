"""Two hosts, and what they say of a domain."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from hosts.models import Host, HostState
from hypervisor.data import DomainSeen
from hypervisor.states import DomainState
from tests.unit.domains.says import seen


@pytest.fixture
def uuid() -> UUID:
    return uuid4()


@pytest.fixture
def two_hosts(db: Any) -> tuple[Host, Host]:
    return make_host("alpha"), make_host("beta")


def make_host(name: str) -> Host:
    host: Host = Host.objects.create(
        name=name, uri=f"qemu+tls://{name}/system", state=HostState.UP, enrolled=True, driver="qemu"
    )
    return host


@pytest.fixture
def running(uuid: UUID) -> DomainSeen:
    return seen(uuid, DomainState.RUNNING, id=1)
