"""The lab's network: a bridge on this machine and one cable to each node's own network namespace."""

import contextlib
import json
import os
from pathlib import Path

from tests.lab.cluster.plan import Plan
from tests.lab.cluster.run import run

_NAMED = Path("/run/netns")


def used_second_parts() -> set[int]:
    """Every X of an address 10.X.… that this machine has."""
    addresses = (
        info["local"]
        for interface in json.loads(run("ip", "-j", "-4", "addr"))
        for info in interface.get("addr_info", ())
        if "local" in info
    )
    return {int(address.split(".")[1]) for address in addresses if address.startswith("10.")}


def lay_bridge(plan: Plan) -> None:
    run("ip", "link", "add", plan.bridge, "type", "bridge")
    run("ip", "addr", "add", f"{plan.gateway}/24", "dev", plan.bridge)
    run("ip", "link", "set", plan.bridge, "up")


def lay_cable(plan: Plan, node: str) -> None:
    """A network namespace for the node with eth0 in it, plugged into the bridge."""
    netns, cable = plan.netns(node), plan.cable(node)
    run("ip", "netns", "add", netns)
    run("ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", netns)
    run("ip", "link", "set", cable, "master", plan.bridge, "up")
    run("ip", "-n", netns, "addr", "add", f"{plan.address(node)}/24", "dev", "eth0")
    run("ip", "-n", netns, "link", "set", "eth0", "up")
    run("ip", "-n", netns, "link", "set", "lo", "up")


def set_cable(plan: Plan, node: str, *, plugged: bool) -> None:
    run("ip", "link", "set", plan.cable(node), "up" if plugged else "down")


def forget_links(plan: Plan, node: str) -> None:
    """What a node made itself, such as the bridges of its networks, is gone with its power; its cable stays."""
    netns = plan.netns(node)
    for link in json.loads(run("ip", "-n", netns, "-j", "link")):
        if link["ifname"] not in {"lo", "eth0"}:
            run("ip", "-n", netns, "link", "del", link["ifname"])


def processes_in(netns: str) -> list[int]:
    """The pids of everything that lives in this network namespace; none when there is no such namespace."""
    try:
        wanted = os.stat(_NAMED / netns)
    except FileNotFoundError:
        return []
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):  # gone meanwhile
                if os.path.samestat(os.stat(f"/proc/{entry.name}/ns/net"), wanted):
                    found.append(int(entry.name))
    return found


def existing_netns() -> list[str]:
    return sorted(path.name for path in _NAMED.glob("*"))


def remove(plan: Plan) -> None:
    """Take away every namespace and the bridge, whether the lab was complete or not. Cables go with their ends."""
    # Cables first: with a namespace its end of them goes too, but later, as the kernel finds time.
    links = {link["ifname"] for link in json.loads(run("ip", "-j", "link"))}
    for name in links:
        if name == plan.bridge or name.startswith(f"{plan.bridge}c"):
            run("ip", "link", "del", name)
    for name in existing_netns():
        if name.startswith(f"{plan.bridge}-"):
            run("ip", "netns", "del", name)


def remove_one(plan: Plan, node: str) -> None:
    """Take away the cable and the namespace of one machine of a lab that stands."""
    run("ip", "link", "del", plan.cable(node))
    run("ip", "netns", "del", plan.netns(node))
