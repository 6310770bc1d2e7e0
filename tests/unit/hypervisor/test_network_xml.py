"""Networks, filters and a machine's interfaces as documents: written as libvirt's schema wants, read as they were, and
edited with what no model knows left alone."""

from typing import Any
from uuid import UUID

import pytest

from hypervisor.errors import InvalidField, InvalidXML
from hypervisor.network_rules import complaints
from hypervisor.xml.network_pending import pending, remaining, unified, updates
from hypervisor.xml.network_spec import NetworkSpec, edited, plain, read_spec, rendered
from hypervisor.xml.node_interfaces import read_device, read_interface
from hypervisor.xml.nwfilter import PRESETS, read_filter, ready_made, settled
from hypervisor.xml.schema import filter_complaints, network_complaints

ID = UUID("7fb30cd3-1ce6-4d15-b754-a4138320d949")
NAT: dict[str, Any] = {
    "forward": "nat",
    "devices": ["eth0"],
    "nat": {"ipv6": True, "address_start": "10.0.0.5", "address_end": "10.0.0.9", "port_start": 2000, "port_end": 3000},
    "bridge": "virbr7",
    "stp": False,
    "zone": "trusted",
    "mtu": 1400,
    "domain": "lab.test",
    "domain_local_only": True,
    "dns": {
        "enabled": True,
        "forward_plain_names": False,
        "forwarders": [{"address": "1.1.1.1"}, {"domain": "corp.test", "address": "10.1.1.1"}],
        "hosts": [{"ip": "192.168.150.9", "names": ["printer", "lp"]}],
        "txts": [{"name": "about.lab.test", "value": "a <lab> & more"}],
        "srvs": [{"service": "ldap", "protocol": "tcp", "target": "printer.lab.test", "port": 389, "weight": 1}],
    },
    "ips": [
        {
            "address": "192.168.150.1/24",
            "dhcp": {
                "ranges": [
                    {"start": "192.168.150.10", "end": "192.168.150.20", "lease_seconds": 7200},
                    {"start": "192.168.150.30", "end": "192.168.150.40"},
                ],
                "hosts": [
                    {"mac": "52:54:00:00:00:01", "name": "one", "ip": "192.168.150.5"},
                    {"mac": "52:54:00:00:00:02", "ip": "192.168.150.6", "lease_seconds": 0},
                ],
            },
        },
        {"address": "fd00:5::1/64", "dhcp": {"hosts": [{"id": "0:3:0:1:52:54:0:0:0:9", "ip": "fd00:5::9"}]}},
    ],
    "routes": [{"to": "10.9.0.0/16", "gateway": "192.168.150.5", "metric": 2}],
    "port_groups": [
        {"name": "slow", "default": True, "bandwidth": {"inbound": {"average_bytes": 102400, "peak_bytes": 204800}}},
        {"name": "fast"},
    ],
    "bandwidth": {"outbound": {"average_bytes": 1024000, "burst_bytes": 10240}},
    "port_isolation": True,
}  # fmt: skip
SPECS: dict[str, dict[str, Any]] = {
    "nat": NAT,
    "routed": {"forward": "route", "devices": ["eth0"], "ips": [{"address": "10.3.0.1/24"}]},
    "open": {"forward": "open", "ips": [{"address": "10.3.0.1/24"}]},
    "isolated": {"forward": "none", "ips": [{"address": "10.3.0.1/24"}]},
    "bare": {"forward": "none"},
    "bridge": {"forward": "bridge", "bridge": "br0"},
    "macvtap": {"forward": "bridge", "devices": ["eth0", "eth1"]},
    "private": {"forward": "private", "devices": ["eth0"]},
    "vepa": {"forward": "vepa", "devices": ["eth0"]},
    "passthrough": {"forward": "passthrough", "devices": ["eth0", "eth1"], "vlan": {"tags": [{"id": 42}]}},
    "sriov": {"forward": "hostdev", "managed": True, "physical_function": "eth0"},
    "ovs": {
        "forward": "bridge",
        "bridge": "ovs0",
        "virtualport": {"type": "openvswitch", "profile": "lan"},
        "vlan": {"trunk": True, "tags": [{"id": 1}, {"id": 4094, "native_mode": "untagged"}]},
        "port_groups": [{"name": "dmz", "vlan": {"tags": [{"id": 30}]}}],
    },
}
FOREIGN = """<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0' ipv6='yes'>
  <name>old</name>
  <uuid>7fb30cd3-1ce6-4d15-b754-a4138320d949</uuid>
  <metadata><mine:note xmlns:mine='urn:mine'>kept</mine:note></metadata>
  <forward mode='nat'/>
  <bridge name='virbr3' stp='on' delay='0' macTableManager='libvirt'/>
  <mac address='52:54:00:84:0a:c9'/>
  <ip address='192.168.9.1' netmask='255.255.255.0' localPtr='yes'>
    <tftp root='/srv/tftp'/>
    <dhcp>
      <range start='192.168.9.10' end='192.168.9.20'/>
      <bootp file='pxe.0'/>
    </dhcp>
  </ip>
  <dnsmasq:options><dnsmasq:option value='foo=bar'/></dnsmasq:options>
</network>"""


@pytest.mark.parametrize("body", SPECS.values(), ids=SPECS)
def test_what_is_written_is_valid_and_reads_as_it_was(body: dict[str, Any]) -> None:
    spec = NetworkSpec.from_values(body)
    assert complaints(spec) == {}
    xml = rendered("made", ID, spec)
    assert network_complaints(xml) == ()
    assert read_spec(xml) == spec
    assert NetworkSpec.from_values(plain(spec)) == spec, "and comes back from what is stored"


@pytest.mark.parametrize("body", SPECS.values(), ids=SPECS)
def test_an_edit_to_any_other_kind_is_valid_too(body: dict[str, Any]) -> None:
    """Everything cleared and set anew in one: what one kind has, the next must not keep."""
    xml = rendered("made", ID, NetworkSpec.from_values(NAT))
    nothing = plain(NetworkSpec())
    for changes in (nothing | body, nothing | NAT):
        xml = edited(xml, changes)
        assert network_complaints(xml) == ()
        assert read_spec(xml) == NetworkSpec.from_values(changes)


def test_what_no_model_knows_survives() -> None:
    spec = read_spec(FOREIGN)
    assert [ip.address for ip in spec.ips] == ["192.168.9.1/24"]
    wider = [
        {"address": "192.168.9.1/24", "dhcp": {"ranges": [{"start": "192.168.9.10", "end": "192.168.9.90"}]}}
    ]
    xml = edited(
        FOREIGN, {"ips": wider, "mtu": 1400, "dns": {"hosts": [{"ip": "192.168.9.3", "names": ["x"]}]}}
    )
    for kept in (
        "mine:note",
        "macTableManager",
        "52:54:00:84:0a:c9",
        "/srv/tftp",
        "pxe.0",
        "foo=bar",
        "localPtr",
    ):
        assert kept in xml
    assert 'netmask="255.255.255.0"' in xml, "nor is it written in another way"
    assert '"192.168.9.90"' in xml
    assert network_complaints(xml) == ()
    lines = [line for line in unified(FOREIGN, xml).splitlines() if line[:1] in "+-"]
    assert any("192.168.9.90" in line for line in lines)
    assert not any("tftp" in line for line in lines)


def test_what_holds_at_once_and_what_waits() -> None:
    live = rendered("made", ID, NetworkSpec.from_values(NAT))
    ips = [dict(NAT["ips"][0]), NAT["ips"][1]]
    ips[0]["dhcp"] = {
        "ranges": [{"start": "192.168.150.10", "end": "192.168.150.25", "lease_seconds": 7200}],
        "hosts": [{"mac": "52:54:00:00:00:01", "name": "one", "ip": "192.168.150.7"}],
    }
    changes = {"ips": ips, "mtu": 1300, "dns": {"hosts": [], "txts": []}, "port_groups": [{"name": "fast"}]}
    wanted = edited(live, changes)
    assert remaining(live, wanted) == {"mtu"}
    calls = [(update.section, update.add, update.index) for update in updates(live, wanted)]
    assert [add for _, add, _ in calls] == sorted(add for _, add, _ in calls), "what goes, goes first"
    assert set(calls) == {
        ("ip-dhcp-range", False, 0), ("ip-dhcp-range", True, 0), ("ip-dhcp-host", False, 0),
        ("ip-dhcp-host", True, 0), ("dns-host", False, -1), ("dns-txt", False, -1), ("portgroup", False, -1),
    }  # fmt: skip
    assert {one.path for one in pending(live, wanted)} >= {
        "mtu",
        "ips[192.168.150.1/24].dhcp.ranges[192.168.150.10].end",
    }
    without = [ips[0], {"address": "fd00:5::1/64"}]
    assert remaining(live, edited(live, {"ips": without})) != frozenset(), (
        "a DHCP server that goes needs a restart"
    )
    assert not updates(live, edited(live, {"bridge": "virbr8"}))


def test_nothing_waits_that_libvirt_wrote_itself() -> None:
    inactive = "<network><name>n</name><forward mode='nat'/><ip address='10.0.0.1' prefix='24'/></network>"
    live = inactive.replace(
        "<forward mode='nat'/>", "<forward mode='nat'><nat><port start='1024' end='65535'/></nat></forward>"
    )
    assert pending(live, inactive) == ()
    unknown = inactive.replace("</network>", "<metadata><a xmlns='urn:b'/></metadata></network>")
    assert [one.path for one in pending(live, unknown)] == ["xml"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bridge": "a-name-too-long-x"}, "bridge"),
        ({"bridge": "br/0"}, "bridge"),
        ({"bridge": ".."}, "bridge"),
        ({"devices": ["eth 0"]}, "devices"),
        ({"mtu": 10}, "mtu"),
        ({"ips": [{"address": "192.168.1.1"}]}, "ips.0.address"),
        ({"ips": [{"address": "192.168.1.1/33"}]}, "ips.0.address"),
        ({"ips": [{"address": "<x/>/24"}]}, "ips.0.address"),
        ({"ips": [{"address": "10.0.0.1/24"}, {"address": "10.0.0.1/24"}]}, "ips"),
        ({"ips": [{"address": "10.0.0.1/24", "dhcp": {"hosts": [{"ip": "10.0.0.3"}]}}]}, "ips.0.dhcp.hosts.0.mac"),
        ({"ips": [{"address": "10.0.0.1/24", "dhcp": {"hosts": [{"ip": "10.0.0.3", "mac": "53:54:00:00:00:01"}]}}]},
         "ips.0.dhcp.hosts.0.mac"),
        ({"ips": [{"address": "10.0.0.1/24", "dhcp": {"ranges": [{"start": "a", "end": "b"}]}}]},
         "ips.0.dhcp.ranges.0.start"),
        ({"vlan": {"tags": [{"id": 4095}]}}, "vlan.tags.0.id"),
        ({"vlan": {"tags": [{"id": 0}]}}, "vlan.tags.0.id"),
        ({"vlan": {"trunk": True}}, "vlan.tags"),
        ({"domain": "-bad.test"}, "domain"),
        ({"dns": {"hosts": [{"ip": "10.0.0.1", "names": []}]}}, "dns.hosts.0.names"),
        ({"dns": {"forwarders": [{}]}}, "dns.forwarders.0.address"),
        ({"routes": [{"to": "10.0.0.1/8", "gateway": "10.0.0.2"}]}, "routes.0.to"),
        ({"bandwidth": {"inbound": {"average_bytes": 1000}}}, "bandwidth.inbound.average_bytes"),
        ({"bandwidth": {"inbound": {"peak_bytes": 1024}}}, "bandwidth.inbound.average_bytes"),
        ({"port_groups": [{"name": "a"}, {"name": "a"}]}, "port_groups"),
        ({"forward": "teleport"}, "forward"),
        ({"nat": {"port_start": 1024}, "forward": "nat"}, "nat.port_end"),
        ({"unheard_of": 1}, "unheard_of"),
    ],
)  # fmt: skip
def test_what_no_network_can_have_is_named_by_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        NetworkSpec.from_values(changes)
    assert refused.value.field == field


def _dhcp(**dhcp: Any) -> dict[str, Any]:
    return {"forward": "nat", "ips": [{"address": "10.0.0.1/24", "dhcp": dhcp}]}


def _host(ip: str, number: int = 1, **more: Any) -> dict[str, Any]:
    return {"ip": ip, "mac": f"52:54:00:00:00:{number:02x}", **more}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"forward": "nat"}, {"ips"}),
        ({"forward": "route"}, {"ips"}),
        ({"forward": "open", "devices": ["eth0"], "ips": [{"address": "10.0.0.1/24"}]}, {"devices"}),
        ({"forward": "nat", "devices": ["a", "b"], "ips": [{"address": "10.0.0.1/24"}]}, {"devices"}),
        ({"forward": "bridge"}, {"bridge"}),
        ({"forward": "bridge", "bridge": "br0", "devices": ["eth0"]}, {"bridge"}),
        ({"forward": "bridge", "bridge": "br0", "ips": [{"address": "10.0.0.1/24"}], "mtu": 1400, "domain": "x"},
         {"ips", "mtu", "domain"}),
        ({"forward": "bridge", "bridge": "br0", "vlan": {"tags": [{"id": 5}]}}, {"vlan"}),
        ({"forward": "bridge", "bridge": "br0", "port_groups": [{"name": "a", "vlan": {"tags": [{"id": 5}]}}]},
         {"port_groups.0.vlan"}),
        ({"forward": "private"}, {"devices"}),
        ({"forward": "vepa", "devices": ["eth0"], "bridge": "br0"}, {"bridge"}),
        ({"forward": "hostdev"}, {"physical_function"}),
        ({"forward": "none", "nat": {"port_start": 2, "port_end": 3}}, {"nat"}),
        ({"forward": "none", "virtualport": {"type": "openvswitch"}}, {"virtualport"}),
        ({"forward": "none", "ips": [{"address": "10.0.0.1/31"}]}, {"ips.0.address"}),
        ({"forward": "none", "ips": [{"address": "10.0.0.1/4"}]}, {"ips.0.address"}),
        ({"forward": "none", "ips": [{"address": "10.0.0.0/24"}]}, {"ips.0.address"}),
        ({"forward": "none", "ips": [{"address": "10.0.0.255/24"}]}, {"ips.0.address"}),
        ({"forward": "none", "ips": [{"address": "127.0.0.1/24"}]}, {"ips.0.address"}),
        ({"forward": "none", "ips": [{"address": "10.0.0.1/24"}, {"address": "10.0.0.130/25"}]}, {"ips.1.address"}),
        (_dhcp(ranges=[{"start": "10.0.1.5", "end": "10.0.1.9"}]),
         {"ips.0.dhcp.ranges.0.start", "ips.0.dhcp.ranges.0.end"}),
        (_dhcp(ranges=[{"start": "10.0.0.9", "end": "10.0.0.5"}]), {"ips.0.dhcp.ranges.0.end"}),
        (_dhcp(ranges=[{"start": "10.0.0.1", "end": "10.0.0.5"}]), {"ips.0.dhcp.ranges.0.start"}),
        (_dhcp(ranges=[{"start": "10.0.0.9", "end": "10.0.0.255"}]), {"ips.0.dhcp.ranges.0.start"}),
        (_dhcp(ranges=[{"start": "10.0.0.5", "end": "10.0.0.9"}, {"start": "10.0.0.9", "end": "10.0.0.12"}]),
         {"ips.0.dhcp.ranges.1.start"}),
        (_dhcp(ranges=[{"start": "fd00::5", "end": "fd00::9"}]),
         {"ips.0.dhcp.ranges.0.start", "ips.0.dhcp.ranges.0.end"}),
        (_dhcp(hosts=[_host("10.0.1.5")]), {"ips.0.dhcp.hosts.0.ip"}),
        (_dhcp(hosts=[_host("10.0.0.1")]), {"ips.0.dhcp.hosts.0.ip"}),
        (_dhcp(hosts=[_host("10.0.0.5"), _host("10.0.0.5", 2)]), {"ips.0.dhcp.hosts.1.ip"}),
        (_dhcp(hosts=[_host("10.0.0.5"), _host("10.0.0.6")]), {"ips.0.dhcp.hosts.1.mac"}),
        (_dhcp(hosts=[_host("10.0.0.5", name="a"), _host("10.0.0.6", 2, name="A")]), {"ips.0.dhcp.hosts.1.name"}),
        ({"forward": "none", "mtu": 1000, "ips": [{"address": "fd00::1/64"}]}, {"mtu"}),
        ({"forward": "none", "domain": "x", "domain_local_only": True}, set()),
        ({"forward": "none", "ips": [{"address": "10.0.0.1/24"}],
          "routes": [{"to": "10.9.0.0/16", "gateway": "10.1.0.1"}]}, {"routes.0.gateway"}),
        ({"forward": "none", "port_groups": [{"name": "a", "default": True}, {"name": "b", "default": True}]},
         {"port_groups.1.default"}),
        ({"forward": "none", "bandwidth": {"inbound": {"average_bytes": 2048, "peak_bytes": 1024}}},
         {"bandwidth.inbound.peak_bytes"}),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_named_by_field(body: dict[str, Any], fields: set[str]) -> None:
    assert set(complaints(NetworkSpec.from_values(body))) == fields


def test_filters_are_checked_and_get_their_name() -> None:
    for preset in PRESETS:
        xml = ready_made(preset, "mine", ID)
        assert filter_complaints(xml) == ()
        assert (read_filter(xml).name, read_filter(xml).uuid, read_filter(xml).references) == ("mine", ID, ())
    given = "<filter chain='root'><uuid>0fb30cd3-1ce6-4d15-b754-a4138320d949</uuid><filterref filter='a'/></filter>"
    said = read_filter(settled(given, "mine", ID))
    assert (said.name, said.uuid, said.references, said.rules) == ("mine", ID, ("a",), 0)
    for hostile in (
        "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><filter><rule>&a;</rule></filter>",
        "<domain/>",
        "<filter><script/></filter>",
        "<filter name='other'/>",
        "<filter",
    ):
        with pytest.raises(InvalidXML):
            settled(hostile, "mine", ID)
    assert filter_complaints(settled("<filter><rule action='explode' direction='out'/></filter>", "mine", ID))


def test_a_machines_interfaces() -> None:
    bridge = read_interface(
        "<interface type='bridge' name='br0'><mtu size='1500'/><protocol family='ipv4'>"
        "<ip address='10.0.0.2' prefix='24'/></protocol><bridge stp='off' delay='0'>"
        "<interface type='ethernet' name='eth0'><link speed='1000' state='up'/></interface>"
        "<interface type='ethernet' name='vnet3'/></bridge></interface>"
    )
    assert (bridge.type, bridge.ports, bridge.addresses) == ("bridge", ("eth0",), ("10.0.0.2/24",))
    card = read_interface(
        "<interface type='ethernet' name='eth0'><mac address='36:C4:A0:40:48:B3'/><link speed='1000' state='up'/>"
        "</interface>"
    )
    assert (card.mac, card.speed_mbits, card.link) == ("36:c4:a0:40:48:b3", 1000, "up")
    vlan = read_interface(
        "<interface type='vlan' name='eth0.5'><vlan tag='5'><interface name='eth0'/></vlan></interface>"
    )
    assert (vlan.tag, vlan.on) == (5, "eth0")
    device = read_device(
        "<device><name>net_eth0</name><capability type='net'><interface>eth0</interface>"
        "<address>36:c4:a0:40:48:b3</address><link speed='1000' state='up'/></capability></device>"
    )
    assert device is not None
    assert (device.name, device.active) == ("eth0", True)
    assert read_device("<device><capability type='pci'/></device>") is None
