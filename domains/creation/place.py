"""Where a new domain goes: the host that was named, or the best of a cluster."""

from collections.abc import Mapping
from typing import Any

from access.actor import Actor
from access.errors import Invalid, NotPermitted
from domains.models import Template
from hosts.models import Host
from live.figures import latest
from networks.models import Network
from storage.pools.shared import pool_on, volume_on

MOST_AT_ONCE = 200  # domains of one wish


def host_for(body: Mapping[str, Any], *, by: Actor) -> Host:
    """The host of the wish. Raises Invalid by field, NotPermitted.

    In a cluster: of those that are up and have every pool, volume and network that was named, the one with most
    memory free by its latest figures; where there are none yet, the one with most memory that no domain was given.
    """
    if (host := of_template(body, by)) is not None:
        return host
    if ("host" in body) == ("cluster" in body):
        raise Invalid("Name a host or a cluster.", errors={"host": ["name a host or a cluster, not both"]})
    if "host" in body:
        return _named(body, by)
    hosts = Host.objects.permitted(by, "domain.create").filter(cluster=body["cluster"]).order_by("name")
    if not hosts.exists():
        raise Invalid(
            "There is no such cluster with a host of yours.", errors={"cluster": ["there is no such cluster"]}
        )
    fitting = [host for host in hosts.filter(state="up") if _has_what_is_named(host, body)]
    if not fitting:
        raise Invalid(
            "No host of the cluster is up and has what was named.",
            errors={
                "cluster": ["no host of it is up and has the pools, volumes and networks that were named"]
            },
        )
    figures = latest("host", [host.pk for host in fitting])
    return max(fitting, key=lambda host: (free_memory(host, figures.get(host.pk, {})), host.name))


def of_template(body: Mapping[str, Any], by: Actor) -> Host | None:
    """The host of a template on which `by` may make domains; None where they may not, or name another place.

    A right on the template is one to make domains where it is, and says nothing of the host otherwise.
    """
    if "template" not in body:
        return None
    templates = Template.objects.permitted(by, "template.read").permitted(by, "domain.create")
    template = templates.select_related("host").filter(pk=body["template"]).first()
    if template is None or body.get("host", template.host_id) != template.host_id:
        return None
    there = body.get("cluster", template.host.cluster_id) == template.host.cluster_id
    return template.host if there else None


def free_memory(host: Host, figures: Mapping[str, Any]) -> int:
    """Bytes that nobody uses, as far as it is known."""
    used = figures.get("memory_used_bytes")
    if used is not None:
        return max(0, host.memory_bytes - int(used))
    given = sum(
        host.domains.filter(gone_at=None, state__in=("running", "paused", "blocked")).values_list(
            "memory_bytes", flat=True
        )
    )
    return max(0, host.memory_bytes - given)


def _named(body: Mapping[str, Any], by: Actor) -> Host:
    seen = Host.objects.permitted(by, "host.read").filter(pk=body["host"]).first()
    host = Host.objects.permitted(by, "domain.create").filter(pk=body["host"]).first()
    if host is not None:
        return host
    if seen is not None:
        raise NotPermitted("You may see this host, but not make domains on it.")
    raise Invalid("There is no such host.", errors={"host": ["there is no such host"]})


def _has_what_is_named(host: Host, body: Mapping[str, Any]) -> bool:
    disks, interfaces = body.get("disks", ()), body.get("interfaces", ())
    pools = {disk["pool"] for disk in disks if "pool" in disk}
    volumes = {disk[name] for disk in disks for name in ("volume", "copy_of", "backing") if name in disk}
    volumes |= {body[name] for name in ("iso", "cloud_image") if name in body}
    volumes |= {body["kernel"][name] for name in ("kernel", "initrd") if name in body.get("kernel", {})}
    volumes |= {body["root"]["volume"]} if "volume" in body.get("root", {}) else set()
    networks = {interface["network"] for interface in interfaces if "network" in interface}
    return (
        all(pool_on(pool, host) is not None for pool in pools)
        and all(volume_on(volume, host) is not None for volume in volumes)
        and Network.objects.filter(host=host, pk__in=networks).count() == len(networks)
    )
