"""What is kept of what domains may have on a host, and how it is found again."""

from dataclasses import asdict, replace

import pytest

from hosts.models import Host, HostOffers
from hosts.offers import offer_for, offers_of
from hypervisor.data import DomainCapabilities

Q35 = DomainCapabilities(
    domain_type="qemu",
    arch="x86_64",
    machine="pc-q35-7.2",
    emulator="/usr/bin/qemu-system-x86_64",
    max_vcpus=288,
    efi=True,
    secure_boot=False,
    loaders=("/usr/share/OVMF/OVMF_CODE_4M.fd",),
    cpu_modes=("custom",),
    cpu_models=("qemu64",),
    memory_sources=("memfd",),
    iothreads=True,
    devices={"disk": {"bus": ("virtio", "sata")}},
    features=("genid",),
)
PC = replace(Q35, machine="pc-i440fx-7.2", max_vcpus=255)
OLD = replace(Q35, arch="i686")
KVM = replace(Q35, domain_type="kvm")


@pytest.fixture
def host(db: None) -> Host:
    host = Host.objects.create(name="one", uri="qemu:///system", arch="x86_64")
    HostOffers.objects.create(host=host, offers=[asdict(one) for one in (OLD, PC, Q35, KVM)])
    return host


def test_it_comes_back_as_it_was(host: Host) -> None:
    assert set(map(repr, offers_of(host.pk))) == set(map(repr, (OLD, PC, Q35, KVM)))


def test_the_best_comes_first(host: Host) -> None:
    assert offer_for(host.pk) == KVM
    assert offer_for(host.pk, domain_type="qemu") == PC


@pytest.mark.parametrize(
    ("machine", "found"),
    [("pc-q35-7.2", Q35), ("q35", Q35), ("pc-q35-6.0", Q35), ("pc", PC), ("pc-i440fx-3.1", PC)],
)
def test_a_machine_by_its_name_or_family(host: Host, machine: str, found: DomainCapabilities) -> None:
    assert offer_for(host.pk, domain_type="qemu", arch="x86_64", machine=machine) == found


def test_what_nobody_said(host: Host) -> None:
    assert offer_for(host.pk, arch="s390x") is None
    assert offer_for(host.pk, machine="microvm") is None
    other = Host.objects.create(name="two", uri="lxc:///system")
    assert offers_of(other.pk) == ()


def test_what_an_older_release_kept(host: Host) -> None:
    HostOffers.objects.filter(pk=host.pk).update(offers=[{**asdict(Q35), "forgotten": 1}])
    assert offers_of(host.pk) == (Q35,)
