"""How many vCPUs and I/O threads a domain has: `<vcpu>` and `<iothreads>`."""

from dataclasses import dataclass
from typing import Any

from hypervisor.errors import InvalidField
from hypervisor.xml.codecs import Whole
from hypervisor.xml.document import Element, attr_at, number, text
from hypervisor.xml.places import At, Present, reach

_COUNT = Whole(1, 65535)


@dataclass(frozen=True, slots=True)
class Vcpus:
    """How many of the possible vCPUs are there; all of them where nothing is said."""

    def read(self, element: Element) -> int:
        return number(attr_at(element, "vcpu", "current"), most_vcpus(element))

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        count, most = _COUNT.write(value), most_vcpus(element)
        if value > most:
            raise ValueError(f"The domain has {most} at most.")
        if value == self.read(element):
            return
        self.clear(element)
        if value < most:
            reach(element, "vcpu").set("current", count)

    def clear(self, element: Element) -> None:
        # Which of them are there is for libvirt to say anew.
        Present("vcpus").clear(element)
        At("vcpu@current", keep=True).clear(element)


@dataclass(frozen=True, slots=True)
class MostVcpus:
    """How many vCPUs there can be. Those that are there stay, as far as there is place for them."""

    def read(self, element: Element) -> int:
        return most_vcpus(element)

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        count = _COUNT.write(value)
        if value == self.read(element) and element.find("vcpu") is not None:
            return
        now = Vcpus().read(element)
        vcpu = reach(element, "vcpu")
        vcpu.text = count
        Vcpus().clear(element)
        if now < value:
            vcpu.set("current", str(now))

    def clear(self, element: Element) -> None:
        raise InvalidField("max_vcpus", "It is required.")


@dataclass(frozen=True, slots=True)
class IoThreads:
    """How many threads serve disks that ask for one. Their ids are counted anew when there are more or fewer."""

    def read(self, element: Element) -> int:
        return number(text(element, "iothreads")) or len(element.findall("iothreadids/iothread"))

    def accept(self, value: Any) -> Any:
        return value

    def write(self, element: Element, value: Any) -> None:
        count = Whole(0, 1000).write(value)
        if value == self.read(element):
            return
        self.clear(element)
        if value:
            reach(element, "iothreads").text = count

    def clear(self, element: Element) -> None:
        Present("iothreads").clear(element)
        Present("iothreadids").clear(element)


def most_vcpus(element: Element) -> int:
    """One where the domain does not say."""
    return number(text(element, "vcpu"), 1)
