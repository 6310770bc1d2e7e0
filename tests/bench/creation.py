"""Making many domains in one call, as the defaults have it: defined and started, beside libvirt's bare calls for it."""

import time
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import libvirt

from tests.bench.row import Row
from tests.daemon import private_daemon
from tests.installation import PASSWORD, Installation, eventually
from tests.stack.person import Person

DOMAINS = 50  # with short names: below the private daemon's folder, sockets have little room for them
MIB = 2**20
SPEC: dict[str, Any] = {
    "memory_bytes": 32 * MIB, "vcpus": 1, "disks": [{"capacity_bytes": 16 * MIB}],
}  # fmt: skip


def measured(product: Installation) -> Iterator[Row]:
    """A domain's share of one call for fifty, from the click to the parent's end."""
    with private_daemon() as daemon:
        connection = libvirt.open(daemon.uri())
        pool = connection.storagePoolCreateXML(
            f"<pool type='dir'><name>bench</name><target><path>{daemon.directory('bench')}</path></target></pool>"
        )
        person = Person(product.address, "admin", PASSWORD)
        try:
            job = person.post("/hosts/", {"name": "creation", "uri": daemon.uri()}, expect=202)
            host = person.done(job)["object"]["id"]
            eventually(
                lambda: person.get("/pools/", host=host)["count"] == 1, within=20, what="the pool in the API"
            )
            taken = _by_us(person, host)
            xml = person.get(f"/domains/{_first(person, host)}/xml/")["inactive"]
            _end_all(connection)
            bare = _bare(connection, pool, xml)
            yield Row(f"creation: a domain of {DOMAINS} in one call", taken, bare, 1.5, "ms")
            person.delete(f"/hosts/{host}/")
        finally:
            person.close()
            connection.close()


def _by_us(person: Person, host: str) -> float:
    began = time.perf_counter()
    wish = {"host": host, "name": "b{n}", "count": DOMAINS, **SPEC}
    ended = person.ended(person.post("/domains/", wish, expect=202), within=300)
    taken = time.perf_counter() - began
    if ended["state"] != "succeeded":
        raise RuntimeError(f"the creation of {DOMAINS} domains ended as {ended['error']}")
    return taken * 1000 / DOMAINS


def _end_all(connection: Any) -> None:
    """Both begin on a machine that runs nothing."""
    for domain in connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE):
        domain.destroy()


def _first(person: Person, host: str) -> str:
    return str(person.get("/domains/", host=host, search="b1")["results"][0]["id"])


def _bare(connection: Any, pool: Any, xml: str) -> float:
    """One after the other on one connection, as a script would: the volume, the definition, the start."""
    began = time.perf_counter()
    for number in range(DOMAINS):
        name = f"r{number}"
        pool.createXML(
            f"<volume><name>{name}.qcow2</name><capacity unit='bytes'>{16 * MIB}</capacity>"
            "<target><format type='qcow2'/></target></volume>",
            0,
        )
        connection.defineXML(_named(xml, name)).create()
    return (time.perf_counter() - began) * 1000 / DOMAINS


def _named(xml: str, name: str) -> str:
    domain = ET.fromstring(xml)
    for tag in ("uuid", "name"):
        for element in domain.findall(tag):
            domain.remove(element)
    ET.SubElement(domain, "name").text = name
    for source in domain.iterfind("devices/disk/source"):
        source.set("file", source.get("file", "").rpartition("/")[0] + f"/{name}.qcow2")
    return ET.tostring(domain, encoding="unicode")
