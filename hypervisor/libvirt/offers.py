"""What this machine itself can offer as nodes: for the first start, and for whoever adds a host."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from hypervisor.data import Credentials
from hypervisor.errors import HypervisorError
from hypervisor.libvirt.opening import open_node
from hypervisor.uri import NodeURI, UriPolicy

PLAYGROUND = "test:///default"
_SECONDS = 3.0
# (address, title, whether to name it where it does not answer)
_LOCAL = (
    ("qemu:///system", "QEMU and KVM on this machine", True),
    ("lxc:///system", "Containers (LXC) on this machine", True),
    ("xen:///system", "Xen on this machine", False),
    ("ch:///system", "Cloud Hypervisor on this machine", False),
    ("bhyve:///system", "bhyve on this machine", False),
    ("vz:///system", "Virtuozzo on this machine", False),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One local hypervisor. `detail` says why it does not answer, or which version does."""

    uri: str
    driver: str
    title: str
    answers: bool
    detail: str


def offered() -> list[Offer]:
    """Those of this machine that answer, those common ones that do not, and the playground. Takes seconds at most."""
    with (
        tempfile.TemporaryDirectory(prefix="ovirtlite-offers-") as folder,
        ThreadPoolExecutor(len(_LOCAL)) as asking,
    ):
        tried = list(asking.map(lambda local: _try(local[0], local[1], Path(folder)), _LOCAL))
    named = [offer for offer, (_, _, always) in zip(tried, _LOCAL, strict=True) if offer.answers or always]
    return [
        *named,
        Offer(PLAYGROUND, "test", "Playground: libvirt's test driver, nothing is real", True, "Built in."),
    ]


def _try(uri: str, title: str, folder: Path) -> Offer:
    driver = uri.partition(":")[0]
    try:
        node = open_node(NodeURI.parse(uri, UriPolicy()), Credentials(), workdir=folder, deadline=_SECONDS)
        try:
            info = node.info()
        finally:
            node.close()
    except HypervisorError as error:
        return Offer(uri, driver, title, False, error.detail)
    return Offer(uri, driver, title, True, f"libvirt {info.libvirt_version}, {info.hostname}.")
