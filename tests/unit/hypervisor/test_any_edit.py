"""Edits that nobody thought of: any property of any device of any golden domain, to any value that it takes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hypervisor.errors import InvalidField
from hypervisor.xml import codecs, places
from hypervisor.xml.devices import DEVICES
from hypervisor.xml.document import parse
from hypervisor.xml.hardware import Placed, change_device, change_settings, device_from, read_hardware
from hypervisor.xml.model import Many, Model, Part, model_of, properties
from hypervisor.xml.settings import Settings
from tests.unit.hypervisor import golden

HOSTILE = "</name><devices><disk type='file'/>&x;\"'<!--"
# Of another kind, a device takes along what only the old kind could have.
KINDS = {
    "type",
    "bus",
    "model",
    "backend",
    "mode",
    "device",
    "source",
    "listen",
    "port",
    "tls_port",
    "vlan_trunk",
}

T = TypeVar("T")

# Text that XML can hold, in one line; how long it may be is a test of its own.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=8,
).filter(lambda text: text.strip() == text)


def attempted(edit: Callable[[], T]) -> T | InvalidField:
    """What came of it, or why it was refused."""
    try:
        return edit()
    except InvalidField as refused:
        return refused


def values_of(codec: Any) -> st.SearchStrategy[Any]:
    """What a codec takes."""
    match codec:
        case codecs.Word():
            return st.sampled_from(codec.choices)
        case codecs.Whole():
            return st.integers(codec.least, codec.most)
        case codecs.Kibibytes():
            return st.integers(0, 2**32).map(lambda count: count * 1024)
        case codecs.Milliseconds():
            return st.integers(0, int(codec.most) * 1000).map(lambda count: count / 1000)
        case codecs.Switch() | codecs.Only():
            return st.booleans()
        case codecs.Text(pattern=""):
            return TEXT
    return st.from_regex(codec.pattern, fullmatch=True).filter(lambda text: _fits(codec, text))


def _fits(codec: codecs.Text, text: str) -> bool:
    try:
        codec.write(text)
    except ValueError:
        return False
    return text.strip() == text and text.isprintable()


def place_values(place: Any) -> st.SearchStrategy[Any] | None:
    """None for a place whose values hang on the rest of the document."""
    match place:
        case places.Secret():
            return None
        case places.At():
            return values_of(place.codec)
        case places.Present():
            return st.booleans()
        case places.Size():
            return st.integers(max(place.least, 1), 2**40)
        case places.SizeAttribute():
            return st.integers(1, 2**30).map(lambda count: count * 1024)
        case places.Of():
            return place_values(place.place)
        case Part():
            return model_values(place.model)
        case Many():
            key = place.key
            return st.lists(
                model_values(place.model, whole=True),
                max_size=3,
                unique_by=lambda item: item[key] if key else json.dumps(item, sort_keys=True),
            )
        case places.Items():
            return st.lists(values_of(place.codec), max_size=3, unique=True)
    return None


def model_values(model: type[Model], *, whole: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Some properties of a model; all that it needs where it is made anew."""
    known = {each.name: place_values(each.place) for each in properties(model)}
    required = {
        each.name: values
        for each in properties(model)
        if each.required and whole and (values := known[each.name]) is not None
    }
    optional = {name: values for name, values in known.items() if values is not None and name not in required}
    return st.fixed_dictionaries(required, optional=optional)


def editable() -> list[tuple[str, Placed]]:
    """Every device of every domain."""
    return [
        (name, placed)
        for name in golden.domains()
        for placed in read_hardware(golden.domain(name)).devices
        if placed.kind in DEVICES
    ]


DEVICES_OF_DOMAINS = editable()


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_property_of_any_device(data: st.DataObject) -> None:
    name, placed = data.draw(st.sampled_from(DEVICES_OF_DOMAINS))
    before = golden.domain(name)
    each = data.draw(st.sampled_from(properties(type(placed.device))))
    values = place_values(each.place)
    if values is None or each.name in {"boot_order", "target", "mac"}:
        return
    value = data.draw(values)
    after = attempted(lambda: change_device(before, placed.key, {each.name: value}))
    if isinstance(after, InvalidField):
        assert after.field
        return
    key = _key_now(before, after, placed.key)
    changed = read_hardware(after).find(key).device
    assert golden.without(after, key) == golden.without(before, placed.key)
    if each.name not in KINDS:
        _check_value(getattr(changed, each.name), value)
        others = [field.name for field in fields(changed) if field.name != each.name]
        assert {other: getattr(changed, other) for other in others} == {
            other: getattr(placed.device, other) for other in others
        }


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_setting(data: st.DataObject) -> None:
    before = golden.domain(data.draw(st.sampled_from(golden.domains())))
    each = data.draw(st.sampled_from(properties(Settings)))
    values = place_values(each.place)
    if values is None:
        return
    value = data.draw(values)
    after = attempted(lambda: change_settings(before, {each.name: value}))
    if isinstance(after, InvalidField):
        assert after.field
        return
    for piece in ("seclabel", "sysinfo", "launchSecurity", "idmap", "resource", "perf", "metadata"):
        assert golden.pieces(after, piece) == golden.pieces(before, piece)
    if each.name not in {"emulator", "boot_devices"}:
        assert golden.pieces(after, "devices") == golden.pieces(before, "devices")
    if model_of(each.place) is None:
        _check_value(getattr(read_hardware(after).settings, each.name), value)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_is_written_reads_the_same(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(set(DEVICES) - {"graphics"})))
    values = data.draw(model_values(DEVICES[kind], whole=True))
    device = attempted(lambda: device_from(kind, values))
    if isinstance(device, InvalidField):
        assert device.field
        return
    written_once = DEVICES[kind].from_xml(device.to_xml())
    assert DEVICES[kind].from_xml(written_once.to_xml()) == written_once
    if not KINDS & values.keys():
        assert written_once == device


def test_what_is_read_is_json() -> None:
    for name in golden.domains():
        json.dumps(asdict(read_hardware(golden.domain(name))))


def texts(model: type[Model], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of every property that is text, through parts."""
    for each in properties(model):
        if isinstance(each.place, Part):
            yield from texts(each.place.model, (*path, each.name))
        elif each.type in (str, str | None):
            yield (*path, each.name)


@pytest.mark.parametrize("path", list(texts(Settings)), ids=".".join)
def test_hostile_text_in_a_setting(path: tuple[str, ...]) -> None:
    _try_hostile(golden.domain("tuning"), None, path)


@pytest.mark.parametrize("kind", sorted(DEVICES))
def test_hostile_text_in_a_device(kind: str) -> None:
    name, placed = next(found for found in DEVICES_OF_DOMAINS if found[1].kind == kind)
    for path in texts(DEVICES[kind]):
        _try_hostile(golden.domain(name), placed.key, path)


def _try_hostile(xml: str, key: str | None, path: tuple[str, ...]) -> None:
    """Refused, naming the property; or there as text, with not one element more than its own."""
    changes: Any = HOSTILE
    for name in reversed(path):
        changes = {name: changes}
    after = attempted(
        lambda: change_settings(xml, changes) if key is None else change_device(xml, key, changes)
    )
    if isinstance(after, InvalidField):
        assert after.field == ".".join(path)
        return
    root = parse(after, "domain")
    assert len(root.findall(".//devices")) == 1
    assert len(root.findall(".//disk")) == len(parse(xml, "domain").findall(".//disk"))
    found = [element.text for element in root.iter()] + [
        value for element in root.iter() for value in element.attrib.values()
    ]
    assert HOSTILE in found


def _key_now(before: str, after: str, key: str) -> str:
    keys = [placed.key for placed in read_hardware(before).devices]
    return [placed.key for placed in read_hardware(after).devices][keys.index(key)]


def _check_value(found: Any, wanted: Any) -> None:
    if isinstance(wanted, dict):
        for inner, value in wanted.items():
            _check_value(getattr(found, inner, None), value)
    elif isinstance(wanted, list):
        assert len(found) == len(wanted)
        wanted = wanted if not isinstance(found[0] if found else None, Model) else []
        assert not wanted or sorted(found) == sorted(wanted)
    else:
        assert (found or None) == (wanted or None)
