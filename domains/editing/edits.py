"""One change of a domain's definition, as a job keeps it and as it is applied to a document. Asks nobody anything."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self

from access import secrets
from hypervisor.errors import NotFound
from hypervisor.xml.hardware import (
    add_device,
    change_device,
    change_settings,
    completed,
    device_from,
    newest_key,
    read_hardware,
    remove_device,
)
from hypervisor.xml.memory_devices import MemoryDevice
from hypervisor.xml.model import Model

_SEALED = "sealed_password"
Verb = Literal["settings", "add", "change", "remove"]


@dataclass(frozen=True, slots=True)
class Edit:
    """Settings changed, or one device added, changed or removed.

    `values` are what the models of `hypervisor.xml` take. `seen` is the device as the person saw it where its key is
    but a number: another one may have that number by the time a worker gets there. `left` is how many of its kind the
    definition has afterwards.
    """

    verb: Verb
    values: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""
    key: str = ""
    seen: Mapping[str, Any] | None = None
    left: int = 0

    @classmethod
    def from_option(cls, option: Mapping[str, Any]) -> Self:
        values = dict(option["values"])
        sealed = values.pop(_SEALED, None)
        if sealed is not None:
            values["password"] = secrets.unseal(sealed)
        return cls(**{**option, "values": values})

    def as_option(self) -> dict[str, Any]:
        """As JSON; a password in it is sealed."""
        option = asdict(self)
        password = option["values"].pop("password", None)
        if password is not None:
            option["values"][_SEALED] = secrets.seal(password)
        return option

    def without_secrets(self) -> "Edit":
        """For what people are shown."""
        return replace(
            self, values={name: value for name, value in self.values.items() if name != "password"}
        )

    def settled(self, xml: str) -> "tuple[Edit, str]":
        """With all that the definition decides (target, MAC, key), and the definition that it makes of this one.

        Raises InvalidField, NotFound.
        """
        if self.verb == "settings":
            return self, change_settings(xml, self.values)
        if self.verb == "add":
            device = completed(xml, device_from(self.kind, self.values))
            values = {name: value for name, value in plain(device).items() if value not in (None, [], {})}
            after = _add(xml, device)
            key = newest_key(after, self.kind)
            return replace(self, values=values, key=key, left=_count(after, self.kind)), after
        placed = read_hardware(xml).find(self.key)
        seen = None if self.key != f"{placed.kind}:{_position(xml, self.key)}" else plain(placed.device)
        edit = replace(self, kind=placed.kind, seen=seen)
        after = edit.apply(xml)
        return replace(edit, left=_count(after, edit.kind)), after

    def apply(self, xml: str) -> str:
        """The definition with this change. Raises InvalidField, NotFound."""
        match self.verb:
            case "settings":
                return change_settings(xml, self.values)
            case "add":
                return _add(xml, device_from(self.kind, self.values))
            case "change":
                return change_device(xml, self.place(xml), self.values)
            case "remove":
                return remove_device(xml, self.place(xml))

    def place(self, xml: str) -> str:
        """The key of its device in this document. Raises NotFound where it is not there, or not told from others."""
        hardware = read_hardware(xml)
        if self.seen is None:
            return hardware.find(self.key).key
        of_kind = [placed for placed in hardware.devices if placed.kind == self.kind]
        alike = [placed.key for placed in of_kind if plain(placed.device) == self.seen]
        if self.key in alike or len(alike) == 1:
            return self.key if self.key in alike else alike[0]
        raise NotFound(f"The {self.kind} that was meant ({self.key}) is no longer there as it was.")

    def place_live(self, live: str, before: str) -> str | None:
        """The key of its device in what runs; None where it is not there. `before`: the definition without the change.

        What runs says more of a device than its definition does, so one that is but a number is the one of the same
        number, where both have as many of its kind.
        """
        keys = {placed.key for placed in read_hardware(live).devices}
        if self.seen is None:
            return self.key if self.key in keys else None
        try:
            return self.place(live)
        except NotFound:
            same = _count(live, self.kind) == _count(before, self.kind)
            return self.key if same and self.key in keys else None

    def done(self, xml: str) -> bool:
        """Whether an earlier attempt has put it into the definition. Settings and changes may be said twice."""
        if self.verb == "add":
            return _count(xml, self.kind) >= self.left and self.key in {
                placed.key for placed in read_hardware(xml).devices
            }
        return self.verb == "remove" and _count(xml, self.kind) <= self.left


def settle(xml: str, edits: Sequence[Edit]) -> tuple[list[Edit], str]:
    """All of them, one after the other. Raises InvalidField, NotFound."""
    settled = []
    for edit in edits:
        one, xml = edit.settled(xml)
        settled.append(one)
    return settled, xml


def apply(xml: str, edits: Sequence[Edit], *, again: bool = False) -> str:
    """The definition with all of them; `again`: an earlier attempt may have done so already."""
    for edit in edits:
        if again and edit.done(xml):
            continue
        try:
            xml = edit.apply(xml)
        except NotFound:
            if not (again and edit.verb == "change"):
                raise  # else an earlier attempt gave it another key
    return xml


def plain(model: Any) -> dict[str, Any]:
    """A model as JSON has it."""
    return {name: _plain(value) for name, value in asdict(model).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def _add(xml: str, device: Model) -> str:
    """A module of memory is the guest's at once, as it is when it is plugged in, where the balloon keeps none back."""
    settings = read_hardware(xml).settings
    if isinstance(device, MemoryDevice) and settings.memory_bytes == settings.max_memory_bytes:
        xml = change_settings(xml, {"memory_bytes": None})
    return add_device(xml, device)


def _count(xml: str, kind: str) -> int:
    return sum(placed.kind == kind for placed in read_hardware(xml).devices)


def _position(xml: str, key: str) -> int:
    """Which of its kind it is."""
    kind = key.partition(":")[0]
    keys = [placed.key for placed in read_hardware(xml).devices if placed.kind == kind]
    return keys.index(key) if key in keys else -1
