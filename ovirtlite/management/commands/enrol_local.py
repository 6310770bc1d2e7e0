"""`manage.py enrol_local`: at the first start, enrol what this machine itself has."""

import socket
from typing import Any

from django.core.management.base import BaseCommand

from access.actor import Actor
from access.models import AuditEntry
from hosts.models import Host
from hosts.services import enrol
from hypervisor.libvirt import offered
from ovirtlite import embedded
from ovirtlite.settings.home import Home


class Command(BaseCommand):
    help = "Enrols this machine's own hypervisors, once: an installation that ever had a host is left alone."

    def handle(self, *args: Any, **options: Any) -> None:
        home = Home.from_env()
        if Host.objects.exists() or AuditEntry.objects.filter(action="host.enrol").exists():
            return
        if not home.embedded:
            return
        name = socket.gethostname().partition(".")[0] or "local"
        found = [offer for offer in offered() if offer.answers and offer.driver != "test"]
        for offer in found:
            enrol(name=name if len(found) == 1 else f"{name}-{offer.driver}", uri=offer.uri, by=Actor.SYSTEM)
        if not found:
            enrol(name=f"{name}-embedded", uri=embedded.uri(home.path), by=Actor.SYSTEM)
