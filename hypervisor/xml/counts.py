"""How many vCPUs and how much memory a domain has, now and at most: `<vcpu>`, `<memory>` and `<currentMemory>`."""

from dataclasses import dataclass
from typing import Any

from hypervisor.errors import InvalidField
from hypervisor.xml.document import Element, attr_at, number, size_bytes, text
from hypervisor.xml.places import At, Present, Size, reach


@dataclass(frozen=True, slots=True)
class Vcpus:
    """How many of the possible vCPUs are there; all of them where nothing is said."""

    def read(self, element: Element) -> int:
        return number(attr_at(element, "vcpu", "current"), most_vcpus(element))

    def accept(self, value: Any) -> Any:
        return whole(value, 1)

    def write(self, element: Element, value: int) -> None:
        most = most_vcpus(element)
        if value > most:
            raise ValueError(f"The domain has {most} at most.")
        if value == self.read(element):
            return
        self.clear(element)
        if value < most:
            reach(element, "vcpu").set("current", str(value))

    def clear(self, element: Element) -> None:
        # Which of them are there is for libvirt to say anew.
        Present("vcpus").clear(element)
        At("vcpu@current", keep=True).clear(element)


@dataclass(frozen=True, slots=True)
class MostVcpus:
    """How many vCPUs it may have. All that it has stay, as far as there is place for them."""

    def read(self, element: Element) -> int:
        return most_vcpus(element)

    def accept(self, value: Any) -> Any:
        return whole(value, 1)

    def write(self, element: Element, value: int) -> None:
        if value == self.read(element) and element.find("vcpu") is not None:
            return
        now = Vcpus().read(element)
        vcpu = reach(element, "vcpu")
        vcpu.text = str(value)
        Vcpus().clear(element)
        if now < value and "current" not in vcpu.attrib:
            vcpu.set("current", str(now))

    def clear(self, element: Element) -> None:
        raise InvalidField("max_vcpus", "It is required.")


@dataclass(frozen=True, slots=True)
class Memory:
    """What the guest has now, in bytes; all of its memory where nothing is said."""

    def read(self, element: Element) -> int:
        return size_bytes(element.find("currentMemory")) or size_bytes(element.find("memory"))

    def accept(self, value: Any) -> Any:
        return whole(value, 1)

    def write(self, element: Element, value: int) -> None:
        most = size_bytes(element.find("memory"))
        if value > most:
            raise ValueError(f"The domain has {most} bytes at most.")
        Size("currentMemory").write(element, value)

    def clear(self, element: Element) -> None:
        Size("currentMemory").clear(element)


@dataclass(frozen=True, slots=True)
class MostMemory:
    """What the guest can have without another memory device, in bytes. With NUMA it is the sum of its cells."""

    def read(self, element: Element) -> int:
        return size_bytes(element.find("memory"))

    def accept(self, value: Any) -> Any:
        return whole(value, 1)

    def write(self, element: Element, value: int) -> None:
        if value == self.read(element):
            return
        Size("memory").write(element, value)
        now = size_bytes(element.find("currentMemory"))
        if now > value:
            Size("currentMemory").write(element, value)

    def clear(self, element: Element) -> None:
        raise InvalidField("max_memory_bytes", "It is required.")


def most_vcpus(element: Element) -> int:
    """One where the domain does not say."""
    return number(text(element, "vcpu"), 1)


def whole(value: Any, least: int) -> int:
    """A whole number from `least` on. Raises ValueError."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 2**63:
        raise ValueError(f"It must be a whole number, at least {least}.")
    return value
