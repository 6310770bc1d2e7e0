"""`python -m tests.bench.fleet HOSTS DOMAINS`: fills the database of OVIRTLITE_HOME with so many hosts and domains.

No node is behind them: what is measured is how we answer from what we know.
"""

import os
import sys
import uuid

import django


def fill(hosts: int, domains: int) -> None:
    """Make hosts that nodewatch leaves alone, and domains shared out evenly among them."""
    from django.utils import timezone

    from domains.models import Domain
    from hosts.models import Host, HostState

    now = timezone.now()
    batch = Host.objects.count()
    made = Host.objects.bulk_create(
        Host(
            name=f"bench-{batch}-{number}",
            uri=f"qemu+ssh://bench-{number}/system",
            state=HostState.UP,
            seen_at=now,
        )
        for number in range(hosts)
    )
    Domain.objects.bulk_create(
        (
            Domain(
                id=uuid.uuid4(),
                host=made[number % hosts],
                name=f"guest-{batch}-{number:06}",
                state="running" if number % 3 else "shutoff",
                vcpus=2,
                memory_bytes=2**31,
                max_memory_bytes=2**31,
                consoles=["vnc", "serial"],
            )
            for number in range(domains)
        ),
        batch_size=500,
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ovirtlite.settings")
    django.setup()
    fill(int(sys.argv[1]), int(sys.argv[2]))
