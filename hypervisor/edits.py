"""What can be changed of a domain: its definition, and what runs of it."""

from collections.abc import Callable, Mapping
from typing import Protocol
from uuid import UUID

# From a whole document to another one, or to one device's element. Called while the node is asked: it must be quick.
Change = Callable[[str], str]


class Edits(Protocol):
    """Changes of one domain. All but `redefine` concern what runs, and leave the definition alone.

    What a driver, a machine or a guest cannot do while it runs raises NotSupported: it may hold from the next boot on.
    """

    def redefine(self, uuid: UUID, change: Change) -> str:
        """Change the definition that the next boot takes; InvalidXML, NotSupported where the node refuses it.

        `change` gets it with its secrets, and so does the caller: the definition as it was, to be put back with
        `define` where the rest fails. It must not be kept.
        """
        ...

    def attach_device(self, uuid: UUID, device: str) -> None:
        """Plug the device of this XML in."""
        ...

    def detach_device(self, uuid: UUID, device: Change) -> None:
        """Ask the guest to let go of a device, which `device` finds in the live XML. Whether it did, that XML shows."""
        ...

    def update_device(self, uuid: UUID, device: Change, *, force: bool = False) -> None:
        """Change a device in place; `device` makes its new XML from the live one. `force`: open a locked tray."""
        ...

    def limit_disk(self, uuid: UUID, target: str, limits: Mapping[str, int | str]) -> None:
        """Its rates, by libvirt's names (`total_bytes_sec`); 0 is no limit, and so is what is not named."""
        ...

    def resize_disk(self, uuid: UUID, target: str, capacity_bytes: int) -> None:
        """Tell the running domain and its disk's file of another size."""
        ...

    def set_vcpus(self, uuid: UUID, count: int) -> None:
        """Plug vCPUs, or ask the guest to give some back. Whether it did, the live XML shows."""
        ...

    def set_memory(self, uuid: UUID, size_bytes: int) -> None:
        """Ask the guest's balloon for that size. How far it is, the live XML shows."""
        ...

    def set_words(self, uuid: UUID, *, title: str | None = None, description: str | None = None) -> None:
        """Its title and description; "" takes one away, None leaves it."""
        ...

    def pin(self, uuid: UUID, *, vcpus: Mapping[int, str], emulator: str = "") -> None:
        """On which of the node's CPUs (`0-3,^2`; "" for all) these vCPUs run, and the emulator where it is named."""
        ...

    def tune(
        self, uuid: UUID, *, cpu: Mapping[str, int], memory: Mapping[str, int], block: Mapping[str, int]
    ) -> None:
        """Weights and limits by libvirt's names (`cpu_shares`, `hard_limit` in KiB, `weight`); the others stay."""
        ...
