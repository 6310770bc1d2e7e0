"""A host with a network and a pool, a domain on it, and who changes it."""

from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from domains.models import Domain
from hosts.models import Host, HostOffers, HostState
from networks.models import Network
from storage.models import Pool, Volume
from tests.unit.access.people import client_of, person
from tests.unit.editing.world import OFFER, make_domain


@pytest.fixture
def host() -> Host:
    host: Host = Host.objects.create(
        name="alpha",
        uri="qemu:///system",
        state=HostState.UP,
        seen_at=timezone.now(),
        enrolled=True,
        driver="qemu",
        arch="x86_64",
        memory_bytes=8 * 2**30,
    )
    HostOffers.objects.create(host=host, offers=[OFFER])
    Network.objects.create(host=host, uuid=uuid4(), name="default", active=True)
    return host


@pytest.fixture
def domain(host: Host) -> Domain:
    return make_domain(host, "web", 1)


@pytest.fixture
def volume(host: Host) -> Volume:
    pool = Pool.objects.create(
        host=host,
        uuid=uuid4(),
        name="pool",
        type="dir",
        state="running",
        target="/pool",
        available_bytes=2**40,
    )
    volume: Volume = Volume.objects.create(
        pool=pool,
        key="k",
        name="data.qcow2",
        path="/pool/data.qcow2",
        type="file",
        format="qcow2",
        capacity_bytes=2**30,
    )
    return volume


@pytest.fixture
def client() -> APIClient:
    return client_of(person("ada", "administrator"))


@pytest.fixture
def operator() -> APIClient:
    """May edit, and let definitions reach nothing of their host."""
    return client_of(person("olga", "operator"))
