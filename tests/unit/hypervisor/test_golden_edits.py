"""Every modelled property, edited in a real domain's XML: what changes is what was expected, and nothing else."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from hypervisor.errors import InvalidField
from hypervisor.xml.devices import DEVICES
from hypervisor.xml.hardware import read_hardware
from hypervisor.xml.model import Model, properties
from hypervisor.xml.places import Secret
from hypervisor.xml.settings import Settings
from tests.unit.hypervisor import golden

EDITS = golden.edits()
# Beside what is asked for, these move other devices: there is one order of starting for all of them.
ACROSS = {"boot_order", "boot_devices"}
# Nothing is modelled of these, so that no change of a setting may touch them.
FOREIGN = ("seclabel", "sysinfo", "launchSecurity", "idmap", "resource", "perf", "bootloader")


def test_the_domains_are_many_and_valid() -> None:
    assert len(golden.domains()) >= 60
    for name in golden.domains():
        assert golden.faults(golden.domain(name)) == [], name


def test_every_domain_reads_and_is_edited_somewhere() -> None:
    for name in golden.domains():
        assert read_hardware(golden.domain(name)).settings.max_vcpus >= 1
    assert {edit.domain for edit in EDITS} == set(golden.domains())


def test_every_property_has_a_golden_edit() -> None:
    edited = {
        each
        for edit in EDITS
        if edit.verb != "remove"
        for each in golden.named_properties(edit.model(), edit.values)
    }
    assert sorted(golden.every_property() - edited) == []


def test_a_property_without_one_is_found() -> None:
    everything = golden.every_property()
    assert ("Disk", "cache") in everything
    assert ("FilterParameter", "value") in everything
    named = set(golden.named_properties(Settings, {"tuning": {"block": {"devices": [{"path": "/dev/x"}]}}}))
    assert ("BlockDevice", "path") in named
    assert ("BlockDevice", "weight") not in named


@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_an_edit(edit: golden.Edit) -> None:
    before, after = golden.domain(edit.domain), edit.apply()
    assert golden.changed_lines(before, after) == list(edit.lines)
    assert golden.faults(after) == []
    if edit.verb == "settings":
        _check_read_back(read_hardware(after).settings, edit.values)
    elif edit.verb == "change":
        key = _key_after(edit)
        _check_read_back(read_hardware(after).find(key).device, edit.values)
        if not ACROSS & edit.values.keys():
            assert golden.without(after, key) == golden.without(before, edit.target)
    if edit.verb == "settings" and not (ACROSS | {"os_id", "emulator"}) & edit.values.keys():
        _check_untouched(before, after, ("devices", "metadata"))
    _check_untouched(before, after, FOREIGN)


def test_an_edit_of_what_is_already_so_changes_nothing() -> None:
    for name in golden.domains():
        hardware = read_hardware(golden.domain(name))
        for placed in hardware.devices:
            values = {
                field.name: getattr(placed.device, field.name)
                for field in dataclasses.fields(placed.device)
                if getattr(placed.device, field.name) not in (None, (), False)
            }
            if placed.kind in DEVICES and _can_be_written(placed.device):
                edit = golden.Edit(name, "change", placed.key, values)
                assert golden.changed_lines(golden.domain(name), edit.apply()) == [], (name, placed.key)


def _can_be_written(device: Model) -> bool:
    """Sources and other words of kinds that are read alone."""
    try:
        device.to_xml()
    except InvalidField:
        return False
    return True


def _key_after(edit: golden.Edit) -> str:
    """A disk's key is its name and an interface's its address, so that both may change."""
    if edit.target.startswith("disk:"):
        keys = [placed.key for placed in read_hardware(golden.domain(edit.domain)).devices]
        after = [placed.key for placed in read_hardware(edit.apply()).devices]
        return after[keys.index(edit.target)]
    return f"interface:{edit.values['mac']}" if "mac" in edit.values else edit.target


def _check_read_back(model: Model, values: Mapping[str, Any]) -> None:
    secrets = {each.name for each in properties(type(model)) if isinstance(each.place, Secret)}
    for name, value in values.items():
        if value is not None and name not in secrets:
            _check_value(getattr(model, name), value, name)


def _check_value(found: Any, wanted: Any, name: str) -> None:
    if isinstance(wanted, dict):
        for inner, value in wanted.items():
            _check_value(getattr(found, inner, None), value, f"{name}.{inner}")
    elif isinstance(wanted, list):
        assert len(found) == len(wanted), name
        for one, other in zip(found, wanted, strict=True):
            _check_value(one, other, name)
    else:  # what a switch says by not being there is no
        assert (found or None) == (wanted or None), name


def _check_untouched(before: str, after: str, names: tuple[str, ...]) -> None:
    for name in names:
        assert golden.pieces(after, name) == golden.pieces(before, name), name
