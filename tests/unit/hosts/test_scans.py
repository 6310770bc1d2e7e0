"""Whoever adds hosts asks machines for their keys too, as often as by probes, and no more."""

import pytest

from access.models import AuditEntry
from hosts import scans
from hosts.models import Host
from jobs.models import Job
from tests.unit.access.people import client_of, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("doorbell")]
HOSTS = "/api/v1/hosts/"


def test_all_ways_to_a_machines_key_share_one_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "MOST_A_MINUTE", 3)
    ada, bob = client_of(person("ada", "administrator")), client_of(person("bob", "administrator"))
    assert ada.post(f"{HOSTS}probe/", {"address": "192.0.2.1"}).status_code == 202
    first = ada.post(HOSTS, {"name": "one", "uri": "qemu+ssh://root@192.0.2.2/system"})
    assert first.status_code == 202
    id = Host.objects.get().pk
    Job.objects.update(state="failed")
    assert ada.patch(f"{HOSTS}{id}/", {"uri": "qemu+ssh://root@192.0.2.3/system"}).status_code == 200
    Job.objects.update(state="failed")
    kept = AuditEntry.objects.filter(result="accepted").count()
    for refused in (
        ada.post(f"{HOSTS}probe/", {"address": "192.0.2.4"}),
        ada.post(HOSTS, {"name": "two", "uri": "qemu+ssh://root@192.0.2.4/system"}),
        ada.patch(f"{HOSTS}{id}/", {"uri": "qemu+ssh://root@192.0.2.4/system"}),
    ):
        assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert Host.objects.get().uri.endswith("192.0.2.3/system")
    assert AuditEntry.objects.filter(result="accepted").count() == kept
    # What asks no machine for its key goes on, and so does anybody else.
    assert ada.patch(f"{HOSTS}{id}/", {"uri": "qemu+tls://192.0.2.4/system"}).status_code == 200
    assert ada.post(HOSTS, {"name": "three", "uri": "test:///default"}).status_code == 202
    line = "192.0.2.5 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIYdIKtIimJ+fU0K4TpuzLHVwJuWFFEUva+er5824vT3"
    known = {"name": "four", "uri": "qemu+ssh://root@192.0.2.5/system", "credentials": {"known_hosts": line}}
    assert ada.post(HOSTS, known).status_code == 202
    assert bob.post(HOSTS, {"name": "five", "uri": "qemu+ssh://root@192.0.2.6/system"}).status_code == 202
