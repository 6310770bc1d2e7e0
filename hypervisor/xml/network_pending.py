"""What differs between a network that runs and its definition, and which of it libvirt can change while it runs."""

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from hypervisor.xml.document import Element, parse, written
from hypervisor.xml.model import Model
from hypervisor.xml.network_parts import Dns
from hypervisor.xml.network_spec import NetworkSpec, plain, read_spec
from hypervisor.xml.places import prune

_ANY_PORT = (1024, 65535)  # what libvirt writes into a NAT network that runs, where nobody chose
_MACVTAP = ("bridge", "private", "vepa", "passthrough")


@dataclass(frozen=True, slots=True)
class Pending:
    """One setting: None means that it is not there."""

    path: str
    live: str | None
    inactive: str | None


@dataclass(frozen=True, slots=True)
class Update:
    """One call of virNetworkUpdate. `index` tells of which `<ip>` a DHCP section is; -1 where there is but one."""

    section: str
    add: bool
    xml: str
    index: int = -1

    @property
    def words(self) -> str:
        return f"{'add' if self.add else 'remove'} {self.section} {self.xml}"


def pending(live: str, inactive: str) -> tuple[Pending, ...]:
    """In what the next start differs from what runs. Raises InvalidXML."""
    before, after = flat(read_spec(live)), flat(read_spec(inactive))
    found = tuple(
        Pending(path, before.get(path), after.get(path))
        for path in dict.fromkeys((*before, *after))
        if before.get(path) != after.get(path)
    )
    if not found and _canonical(_chosen(live)) != _canonical(_chosen(inactive)):
        return (Pending("xml", None, None),)
    return found


def flat(spec: NetworkSpec) -> dict[str, str]:
    """Every setting that somebody chose, by a path in which lists count by what identifies their items."""
    nat = spec.nat
    if nat is not None and (nat.port_start, nat.port_end) == _ANY_PORT:
        spec = replace(spec, nat=replace(nat, port_start=None, port_end=None))
    return dict(_flat(plain(spec), ""))


def unified(before: str, after: str) -> str:
    """Both documents, indented alike, as a unified diff; "" when nothing differs. Raises InvalidXML."""
    old, new = (_indented(xml).splitlines() for xml in (before, after))
    return "\n".join(difflib.unified_diff(old, new, "before", "after", lineterm=""))


def _indented(xml: str) -> str:
    network = parse(xml, "network")
    etree.indent(network, space="  ")
    return written(network)


def updates(live: str, wanted: str) -> tuple[Update, ...]:
    """What can change while the network runs, what goes before what comes. Raises InvalidXML."""
    old, new = read_spec(live), read_spec(wanted)
    found = [*_dhcp(old, new)]
    if old.dns is not None or new.dns is not None:
        for section, name in (("dns-host", "hosts"), ("dns-txt", "txts"), ("dns-srv", "srvs")):
            found += _items(section, getattr(old.dns, name, ()), getattr(new.dns, name, ()))
    found += _items("portgroup", old.port_groups, new.port_groups)
    if _shares_devices(old, new):
        found += [
            Update("forward-interface", add, written(etree.Element("interface", dev=device)))
            for add, some, other in ((False, old.devices, new.devices), (True, new.devices, old.devices))
            for device in some
            if device not in other
        ]
    return tuple(sorted(found, key=lambda update: update.add))


def remaining(live: str, wanted: str) -> frozenset[str]:
    """The paths that stay pending when all `updates` took hold. Raises InvalidXML."""
    old, new = read_spec(live), read_spec(wanted)
    there = {ip.address: ip for ip in new.ips}
    ips = tuple(
        replace(ip, dhcp=there[ip.address].dhcp)
        if ip.address in there and ip.dhcp is not None and there[ip.address].dhcp is not None
        else ip
        for ip in old.ips
    )
    dns, wish = old.dns or Dns(), new.dns or Dns()
    after = replace(
        old,
        ips=ips,
        dns=replace(dns, hosts=wish.hosts, txts=wish.txts, srvs=wish.srvs),
        port_groups=new.port_groups,
        devices=new.devices if _shares_devices(old, new) else old.devices,
    )
    before, later = flat(after), flat(new)
    return frozenset(path for path in (*before, *later) if before.get(path) != later.get(path))


def _shares_devices(old: NetworkSpec, new: NetworkSpec) -> bool:
    return old.forward == new.forward and old.forward in _MACVTAP and bool(old.devices) and bool(new.devices)


def _dhcp(old: NetworkSpec, new: NetworkSpec) -> Iterator[Update]:
    """Only of a subnet that has DHCP before and after: the server itself is started with the network."""
    wanted = {ip.address: ip for ip in new.ips}
    for index, ip in enumerate(old.ips):
        other = wanted.get(ip.address)
        if other is None or ip.dhcp is None or other.dhcp is None:
            continue
        yield from _items("ip-dhcp-range", ip.dhcp.ranges, other.dhcp.ranges, index)
        yield from _items("ip-dhcp-host", ip.dhcp.hosts, other.dhcp.hosts, index)


def _items(section: str, old: Sequence[Model], new: Sequence[Model], index: int = -1) -> list[Update]:
    gone = [Update(section, False, written(item.to_xml()), index) for item in old if item not in new]
    return gone + [Update(section, True, written(item.to_xml()), index) for item in new if item not in old]


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _flat(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        seen: Counter[str] = Counter()
        for one in value:
            if not isinstance(one, dict):
                yield f"{path}[{one}]", str(one)
                continue
            key = str(next((one[name] for name in _KEYS if one.get(name) is not None), ""))
            seen[key] += 1
            yield from _flat(one, f"{path}[{key}]" if seen[key] == 1 else f"{path}[{key}#{seen[key]}]")
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)


# What identifies an item to people, whichever of these it has first.
_KEYS = ("mac", "start", "address", "ip", "to", "name", "service", "id", "domain")


def _chosen(xml: str) -> Element:
    """The document without what libvirt wrote into it by itself."""
    network = parse(xml, "network")
    for port in network.findall("forward/nat/port"):
        nat = port.getparent()
        if nat is not None and (port.get("start"), port.get("end")) == tuple(map(str, _ANY_PORT)):
            nat.remove(port)
            prune(network, nat)
    return network


def _canonical(element: Element) -> Any:
    """Without what libvirt counts and orders by itself."""
    attributes = sorted((str(k), str(v)) for k, v in element.attrib.items() if k != "connections")
    children = sorted((_canonical(child) for child in element), key=repr)
    return (str(element.tag), attributes, (element.text or "").strip(), children)
