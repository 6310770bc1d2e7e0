"""What the whole of a domain's hardware does beyond one property: keys, names, the order of starting, refusals."""

from dataclasses import asdict
from typing import Any

import pytest

from hypervisor.errors import InvalidField, InvalidXML, NotFound
from hypervisor.xml.document import parse
from hypervisor.xml.hardware import (
    add_device,
    change_device,
    change_settings,
    completed,
    device_from,
    device_xml,
    newest_key,
    read_hardware,
    remove_device,
)
from tests.unit.hypervisor.golden import domain

LIVE_MAC = "interface:52:54:00:01:08:01"


def keys(xml: str) -> list[str]:
    return [placed.key for placed in read_hardware(xml).devices]


def test_keys() -> None:
    assert keys(domain("live")) == [
        "disk:vda", "disk:sda", "controller:0", LIVE_MAC, "serial:0", "console:0", "channel:0", "input:0",
        "graphics:0", "video:0", "memballoon:0",
    ]  # fmt: skip


def test_two_with_one_name_have_keys_of_their_own() -> None:
    twice = domain("live").replace('<target dev="sda"', '<target dev="vda"').replace("dev='sda'", "dev='vda'")
    assert keys(twice)[:2] == ["disk:vda", "disk:1"]
    assert len(set(keys(twice))) == len(keys(twice))
    assert keys(change_device(twice, "disk:1", {"readonly": False}))[:2] == ["disk:vda", "disk:1"]


def test_what_has_no_model_is_seen_and_can_be_removed() -> None:
    before = domain("sev")
    assert read_hardware(before).find("nvram:0").kind == "nvram"
    assert "nvram:0" not in keys(remove_device(before, "nvram:0"))
    with pytest.raises(InvalidField):
        change_device(before, "nvram:0", {"type": "x"})


def test_a_device_that_lacks_what_libvirt_writes_does_not_hide_the_others() -> None:
    odd = domain("live").replace("<model type='virtio' heads='1' primary='yes'/>", "")
    assert read_hardware(odd).find("video:0").device.KIND == "other"
    assert len(keys(odd)) == len(keys(domain("live")))


@pytest.mark.parametrize("key", ["disk:vdz", "interface:52:54:00:00:00:00", "nothing:0", "", "../x"])
def test_no_such_device(key: str) -> None:
    for act in (device_xml, remove_device):
        with pytest.raises(NotFound):
            act(domain("live"), key)
    with pytest.raises(NotFound):
        change_device(domain("live"), key, {})
    with pytest.raises(NotFound):
        read_hardware(domain("live")).find(key)


def test_a_device_alone() -> None:
    alone = parse(device_xml(domain("live"), "disk:sda"), "disk")
    assert alone.get("device") == "cdrom"
    assert alone.tail is None


def test_a_new_disk_gets_the_first_free_name_of_its_bus() -> None:
    xml = domain("live")
    values = {"source": {"type": "file", "file": "/a"}, "format": "raw"}
    for bus, key in (("virtio", "disk:vdb"), ("sata", "disk:sdb"), ("scsi", "disk:sdc"), ("usb", "disk:sdd")):
        xml = add_device(xml, device_from("disk", {**values, "bus": bus}))
        assert newest_key(xml, "disk") == key
    with pytest.raises(InvalidField) as refused:
        add_device(xml, device_from("disk", {**values, "target": "vdb"}))
    assert refused.value.field == "target"


def test_a_new_interface_gets_an_address_that_is_kept() -> None:
    device = completed(domain("live"), device_from("interface", {"source": {"type": "user"}}))
    after = add_device(domain("live"), device)
    mac = asdict(device)["mac"]
    assert mac.startswith("52:54:00:")
    assert newest_key(after, "interface") == f"interface:{mac}"
    with pytest.raises(InvalidField) as refused:
        add_device(after, device)
    assert refused.value.field == "mac"
    with pytest.raises(InvalidField) as refused:
        change_device(after, LIVE_MAC, {"mac": mac.upper()})
    assert refused.value.field == "mac"


def test_the_newest_of_none() -> None:
    with pytest.raises(NotFound):
        newest_key(domain("test-driver"), "disk")


def test_places_in_the_order_of_starting_make_way() -> None:
    xml = domain("gentoo-passthrough")
    xml = change_device(xml, "hostdev:0", {"boot_order": 1})
    order = ("hostdev:0", "disk:vda", "interface:52:54:00:01:01:01")
    assert read_hardware(xml).settings.boot_order == order
    with pytest.raises(InvalidField) as refused:
        change_settings(xml, {"boot_order": ["video:0"]})
    assert refused.value.field == "boot_order"
    with pytest.raises(InvalidField):
        change_settings(xml, {"boot_order": ["disk:vda", "disk:vda"]})


def test_the_first_serial_port_goes_with_its_console() -> None:
    assert {"serial:0", "console:0"}.isdisjoint(keys(remove_device(domain("live"), "serial:0")))
    assert {"serial:0", "console:0"}.isdisjoint(keys(remove_device(domain("live"), "console:0")))
    assert "serial:0" in keys(remove_device(domain("character-devices"), "console:1"))


def test_secrets_go_in_and_never_come_out() -> None:
    after = change_device(domain("live"), "graphics:0", {"password": "canary"})
    assert 'passwd="canary"' in device_xml(after, "graphics:0")
    assert "canary" not in str(read_hardware(after))
    device = device_from("graphics", {"type": "vnc", "password": "canary"})
    assert device.to_xml().get("passwd") == "canary"


def test_what_others_keep_in_the_metadata_stays_to_the_letter() -> None:
    before = domain("clock-variants")
    note = before[before.index("<app:note") : before.index("</app:note>")]
    assert note in change_settings(before, {"title": "new", "description": None})


def test_an_empty_document_takes_a_device() -> None:
    assert keys(add_device("<domain/>", device_from("rng", {"backend": "random"}))) == ["rng:0"]


@pytest.mark.parametrize("act", [read_hardware, lambda xml: change_settings(xml, {})])
def test_hostile_documents(act: Any) -> None:
    with pytest.raises(InvalidXML):
        act('<!DOCTYPE domain [<!ENTITY x SYSTEM "file:///etc/passwd">]><domain>&x;</domain>')


@pytest.mark.parametrize(
    ("key", "changes", "field"),
    [
        ("disk:vda", {"cache": "sometimes"}, "cache"),
        ("disk:vda", {"nothing": 1}, "nothing"),
        ("disk:vda", {"iotune": {"read_bytes_sec": -1}}, "iotune.read_bytes_sec"),
        ("disk:vda", {"iotune": {"read_bytes_sec": True}}, "iotune.read_bytes_sec"),
        ("disk:vda", {"iotune": {"total_iops_sec": 1, "read_iops_sec": 1}}, "iotune.total_iops_sec"),
        ("disk:vda", {"iotune": 5}, "iotune"),
        ("disk:vda", {"source": None}, "source"),
        ("disk:vda", {"source": {"type": "volume", "pool": "p"}}, "source.volume"),
        ("disk:vda", {"source": {"type": "volume", "pool": "p", "volume": "../x"}}, "source.volume"),
        ("disk:vda", {"source": {"type": "nvme"}}, "source.type"),
        ("disk:vda", {"source": {}}, "source.type"),
        ("disk:vda", {"source": {"type": "network", "hosts": [{"port": 70000}]}}, "source.hosts.0.port"),
        ("disk:vda", {"bus": "fdc"}, "bus"),
        ("disk:sda", {"bus": "virtio"}, "bus"),
        ("disk:sda", {"queues": 4}, "queues"),
        ("disk:sda", {"startup_policy": "optional"}, "startup_policy"),
        ("disk:vda", {"target": "sda"}, "target"),
        ("disk:vda", {"target": None}, "target"),
        ("disk:vda", {"target": "../../x"}, "target"),
        ("disk:vda", {"serial": "a\0b"}, "serial"),
        ("disk:vda", {"serial": "x" * 37}, "serial"),
        ("disk:vda", {"boot_order": 0}, "boot_order"),
        (LIVE_MAC, {"mac": "01:00:5e:00:00:01"}, "mac"),
        (LIVE_MAC, {"source": {"type": "bridge"}}, "source.bridge"),
        (LIVE_MAC, {"source": None}, "source"),
        (LIVE_MAC, {"vlans": [{"id": 1}, {"id": 1}]}, "vlans"),
        (LIVE_MAC, {"vlans": [{"id": 5000}]}, "vlans.0.id"),
        (LIVE_MAC, {"vlans": [5]}, "vlans.0"),
        (LIVE_MAC, {"vlans": "5"}, "vlans"),
        (LIVE_MAC, {"vlan_trunk": True}, "vlan_trunk"),
        (LIVE_MAC, {"filter_parameters": [{"name": "IP", "value": "1"}]}, "filter"),
        (LIVE_MAC, {"mtu": "1500"}, "mtu"),
        ("graphics:0", {"port": 99999}, "port"),
        ("graphics:0", {"listen": {"type": "network"}}, "listen.network"),
        ("graphics:0", {"password": "a\nb"}, "password"),
        ("video:0", {"model": None}, "model"),
        ("video:0", {"ram_bytes": 1024}, "ram_bytes"),
    ],
)  # fmt: skip
def test_refused_changes_of_a_device(key: str, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        change_device(domain("live"), key, changes)
    assert refused.value.field == field
    assert refused.value.detail


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "a\nb"}, "title"),
        ({"title": 5}, "title"),
        ({"description": "\x1b"}, "description"),
        ({"vcpus": 0}, "vcpus"),
        ({"vcpus": 9}, "vcpus"),
        ({"max_vcpus": 16}, "topology"),
        ({"max_vcpus": None}, "max_vcpus"),
        ({"max_vcpus": 1, "topology": None}, "pinning.vcpus"),
        ({"topology": {"sockets": 3}}, "topology"),
        ({"topology": {"sockets": 0}}, "topology.sockets"),
        ({"cpu": {"mode": "custom", "model": None}}, "cpu.model"),
        ({"cpu": {"mode": "host-model", "model": "EPYC"}}, "cpu.model"),
        ({"cpu": {"migratable": True}}, "cpu.migratable"),
        ({"cpu": {"features": [{"name": "vmx", "policy": "perhaps"}]}}, "cpu.features.0.policy"),
        ({"memory_bytes": 2**60}, "memory_bytes"),
        ({"memory_bytes": -1}, "memory_bytes"),
        ({"max_memory_bytes": 2**20}, "max_memory_bytes"),
        ({"max_memory_bytes": 2**40}, "memory_limit_bytes"),
        ({"memory_limit_bytes": 2**30}, "memory_limit_bytes"),
        ({"numa": {"cells": [{"id": 0}]}}, "numa.cells.0.memory_bytes"),
        ({"numa": {"cells": []}}, "memory_limit_bytes"),
        ({"memory_backing": {"pages": [{"size_bytes": 5}]}}, "memory_backing.pages.0.size_bytes"),
        ({"pinning": {"vcpus": [{"vcpu": 8, "cpus": "0"}]}}, "pinning.vcpus"),
        ({"pinning": {"vcpus": [{"vcpu": 0, "cpus": "all"}]}}, "pinning.vcpus.0.cpus"),
        ({"tuning": {"cpu": {"quota_microseconds": -2}}}, "tuning.cpu.quota_microseconds"),
        ({"tuning": {"block": {"weight": 5}}}, "tuning.block.weight"),
        ({"firmware": "coreboot"}, "firmware"),
        ({"clock": {"offset": "timezone"}}, "clock.timezone"),
        ({"clock": {"timezone": "Europe/Vienna"}}, "clock.timezone"),
        ({"clock": {"timers": [{"name": "rtc"}, {"name": "rtc"}]}}, "clock.timers"),
        ({"boot_devices": ["usb"]}, "boot_devices"),
        ({"boot_menu_timeout_seconds": 100}, "boot_menu_timeout_seconds"),
        ({"loader": {"path": "relative"}}, "loader.path"),
        ({"os_id": "javascript:x"}, "os_id"),
        ({"autostart": True}, "autostart"),
    ],
)  # fmt: skip
def test_refused_changes_of_a_setting(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        change_settings(domain("tuning"), changes)
    assert refused.value.field == field
    assert refused.value.detail


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("floppycontroller", {}, "kind"),
        ("disk", {}, "source"),
        ("disk", {"device": "floppy", "bus": "virtio"}, "bus"),
        ("interface", {}, "source"),
        ("video", {}, "model"),
        ("tpm", {"backend": "passthrough"}, "device"),
        ("tpm", {"backend": "emulator", "device": "/dev/tpm0"}, "device"),
        ("hostdev", {"type": "usb", "pci_address": "0000:00:00.0"}, "pci_address"),
        ("hostdev", {"type": "pci", "pci_address": "0000:00:00.9"}, "pci_address"),
        ("rng", {"backend": "builtin", "path": "/dev/urandom"}, "path"),
        ("filesystem", {"source_dir": "etc"}, "source_dir"),
        ("memory", {"model": "dimm"}, "size_bytes"),
        ("vsock", {"cid": 2}, "cid"),
        ("lease", {"lockspace": "a", "key": "b"}, "path"),
    ],
)
def test_refused_devices(kind: str, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        add_device(domain("live"), device_from(kind, values))
    assert refused.value.field == field


def test_a_tpm_passed_through_is_made() -> None:
    after = add_device(
        domain("alpine"), device_from("tpm", {"backend": "passthrough", "device": "/dev/tpm0"})
    )
    assert read_hardware(after).find("tpm:0").device == device_from(
        "tpm", {"backend": "passthrough", "device": "/dev/tpm0"}
    )


def test_secure_boot_needs_a_machine_for_it() -> None:
    with pytest.raises(InvalidField) as refused:
        change_settings(domain("host-devices"), {"firmware": "efi-secure"})
    assert refused.value.field == "firmware"
    assert read_hardware(domain("lxc")).settings.firmware is None
