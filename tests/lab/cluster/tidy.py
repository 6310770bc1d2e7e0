"""Puts a lab back as it was new, in a second or less when nothing was broken: for the next test."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from tests.lab.cluster.node import LOCAL_IMAGES, SERIAL_LOGS, Node
from tests.lab.cluster.run import CommandFailed
from tests.lab.cluster.storage import Storage

_DRIVERS = ("qemu:///system", "lxc:///system")


def tidy(nodes: list[Node], storage: Storage) -> None:
    """Every node on, plugged in and serving; no guest, container or disk left."""
    with ThreadPoolExecutor() as together:
        list(together.map(_repair, nodes))
        list(together.map(_clear, nodes))
    storage.clear()


def _repair(node: Node) -> None:
    node.plug_cable()
    if not node.is_on():
        node.power_on()
    elif not node.pids_of("libvirtd"):
        node.start_libvirtd()
    else:
        node.thaw_libvirtd()
        node.wait_ready()


def _clear(node: Node) -> None:
    for driver in _DRIVERS:
        for uuid in _listed(node, driver, "--all"):
            if uuid in _listed(node, driver):
                with suppress(
                    CommandFailed
                ):  # it may end by itself between the two looks; undefine below tells
                    node.virsh("destroy", uuid, driver=driver)
            if uuid in _listed(node, driver, "--all"):
                kept = ("--managed-save", "--snapshots-metadata", "--checkpoints-metadata")
                extra = kept if driver.startswith("qemu") else ()
                node.virsh("undefine", *extra, uuid, driver=driver)
    for inside in (LOCAL_IMAGES, SERIAL_LOGS):
        for file in node.path(inside).glob("*"):
            file.unlink()
    node.virsh("pool-refresh", "default")


def _listed(node: Node, driver: str, *options: str) -> list[str]:
    return node.virsh("list", "--uuid", *options, driver=driver).split()
