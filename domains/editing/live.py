"""Applying changes to what runs, as far as its driver, its machine and its guest can while it runs."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from domains.editing.edits import Edit, plain
from hypervisor import errors
from hypervisor.node import Node
from hypervisor.xml.hardware import change_device, device_xml, newest_key, read_hardware

# How long a guest has to let go of a device, of vCPUs or of memory.
GUEST_SECONDS = 30.0
_VCPU_SECONDS = 10.0  # beside the five that libvirt has waited then
_ASK_AGAIN_SECONDS = 12.0
_LOOK_SECONDS = 0.3
_LATER = "Only a new start brings it."
# What can be set while it runs, by libvirt's names.
_TUNED: Mapping[str, Mapping[str, str]] = {
    "cpu": {
        "shares": "cpu_shares",
        "period_microseconds": "vcpu_period",
        "quota_microseconds": "vcpu_quota",
        "global_period_microseconds": "global_period",
        "global_quota_microseconds": "global_quota",
        "emulator_period_microseconds": "emulator_period",
        "emulator_quota_microseconds": "emulator_quota",
        "iothread_period_microseconds": "iothread_period",
        "iothread_quota_microseconds": "iothread_quota",
    },
    "memory": {
        "hard_limit_bytes": "hard_limit",
        "soft_limit_bytes": "soft_limit",
        "swap_hard_limit_bytes": "swap_hard_limit",
    },
    "block": {"weight": "weight"},
}
_REMOVABLE = frozenset({"cdrom", "floppy"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change, or of some properties of one: whether it holds now, else why not before a boot."""

    change: str  # a device's key, or "settings"
    properties: tuple[str, ...]
    live: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """One running domain while it is changed. `before`: its definition without the changes, None for a transient one.

    `waiting` is called while a guest is waited for; what it raises ends the wait.
    """

    node: Node
    uuid: UUID
    before: str | None
    waiting: Callable[[str], None]

    def apply(self, edit: Edit, after: str | None) -> list[Outcome]:
        """Make it hold now, as far as that can be. `after`: the definition with the changes.

        Raises HypervisorError where the node refuses for another reason than that it runs.
        """
        match edit.verb:
            case "settings":
                return list(self._settings(edit.values, after))
            case "add":
                return [self._add(edit)]
            case "remove":
                return [self._remove(edit)]
            case "change":
                return list(self._change(edit, after))

    def _settings(self, values: Mapping[str, Any], after: str | None) -> Iterator[Outcome]:
        setters: dict[str, Callable[[Any], str]] = {
            "vcpus": self._set_vcpus,
            "memory_bytes": self._set_memory,
            "title": lambda value: self._set_words(title=value or ""),
            "description": lambda value: self._set_words(description=value or ""),
            "pinning": lambda value: self._pin(value, after),
            "tuning": self._tune,
        }
        now = plain(read_hardware(self._live()).settings)
        for name, value in values.items():
            if now.get(name) == value:
                yield Outcome("settings", (name,), live=True)
            elif name not in setters:
                yield Outcome("settings", (name,), live=False, detail=_LATER)
            else:
                try:
                    detail = setters[name](value)
                except (errors.NotSupported, errors.OperationInvalid) as refused:
                    detail = refused.detail
                yield Outcome("settings", (name,), live=not detail, detail=detail)

    def _set_vcpus(self, count: int) -> str:
        self.node.set_vcpus(self.uuid, count)
        if self._until(
            lambda: read_hardware(self._live()).settings.vcpus == count,
            "waiting for its vCPUs",
            seconds=_VCPU_SECONDS,
        ):
            return ""
        return "The guest was asked to give its vCPUs back, and did not in time; it may still."

    def _set_memory(self, size: int) -> str:
        self.node.set_memory(self.uuid, size)
        if self._until(
            lambda: read_hardware(self._live()).settings.memory_bytes == size // 1024 * 1024,
            "waiting for its balloon",
        ):
            return ""
        return f"The guest's balloon did not get there within {GUEST_SECONDS:g} s; it may still."

    def _set_words(self, *, title: str | None = None, description: str | None = None) -> str:
        self.node.set_words(self.uuid, title=title, description=description)
        return ""

    def _pin(self, value: Any, after: str | None) -> str:
        """Of the vCPUs that are there now. That one is pinned no more cannot be said to what runs."""
        if after is None or not isinstance(value, Mapping) or not set(value) <= {"vcpus", "emulator"}:
            return _LATER
        now, then = read_hardware(self._live()).settings, read_hardware(after).settings.pinning
        wanted = {pin.vcpu: pin.cpus for pin in (then.vcpus if then else ())}
        if now.pinning and {pin.vcpu for pin in now.pinning.vcpus} - set(wanted):
            return _LATER
        self.node.pin(
            self.uuid,
            vcpus={vcpu: cpus for vcpu, cpus in wanted.items() if vcpu < now.vcpus},
            emulator=value.get("emulator") or "",
        )
        absent = [str(vcpu) for vcpu in wanted if vcpu >= now.vcpus]
        return f"vCPU {', '.join(absent)} is not there yet." if absent else ""

    def _tune(self, value: Any) -> str:
        """Weights and limits that are set; one that is taken away again goes with the next boot."""
        parts = {name: dict((value or {}).get(name) or {}) for name in _TUNED}
        given = {name: part for name, part in parts.items() if part}
        if not given or set(value) - set(_TUNED):
            return _LATER
        for name, part in given.items():
            if any(one not in _TUNED[name] or figure is None for one, figure in part.items()):
                return _LATER
        self.node.tune(
            self.uuid,
            cpu={_TUNED["cpu"][one]: figure for one, figure in parts["cpu"].items()},
            memory={_TUNED["memory"][one]: figure // 1024 for one, figure in parts["memory"].items()},
            block={_TUNED["block"][one]: figure for one, figure in parts["block"].items()},
        )
        return ""

    def _add(self, edit: Edit) -> Outcome:
        """By the live document: an address that the definition got may be one that only the next boot has."""
        names, live = tuple(edit.values), self._live()
        named = edit.key != f"{edit.kind}:{edit.left - 1}"
        if named and edit.key in {placed.key for placed in read_hardware(live).devices}:
            return Outcome(edit.key, names, live=True)  # an earlier attempt did it
        try:
            plugged = edit.apply(live)
            self.node.attach_device(self.uuid, device_xml(plugged, newest_key(plugged, edit.kind)))
        except (errors.NotSupported, errors.InvalidField) as refused:
            return Outcome(edit.key, names, live=False, detail=refused.detail)
        return Outcome(edit.key, names, live=True)

    def _remove(self, edit: Edit) -> Outcome:
        key = edit.place_live(self._live(), self.before or self._live())
        if key is None:
            return Outcome(edit.key, (), live=True)  # it was to come with the next boot only
        count = self._count(edit.kind)

        def gone() -> bool:
            return self._count(edit.kind) < count

        ask = partial(self.node.detach_device, self.uuid, lambda live: device_xml(live, key))
        try:
            ask()
            done = self._until(gone, "waiting for the guest to let go of it", again=ask)
        except errors.NotFound:
            done = gone()
        except errors.NotSupported as refused:
            return Outcome(edit.key, (), live=False, detail=refused.detail)
        detail = "" if done else f"The guest did not let go of it within {GUEST_SECONDS:g} s."
        return Outcome(edit.key, (), live=done, detail=detail)

    def _change(self, edit: Edit, after: str | None) -> Iterator[Outcome]:
        key = edit.place_live(self._live(), self.before or self._live())
        if key is None:
            yield Outcome(edit.key, tuple(edit.values), live=False, detail="It comes with the next boot.")
            return
        rest = dict(edit.values)
        if edit.kind == "disk" and "iotune" in rest:
            del rest["iotune"]
            yield self._limit(edit, key, after)
        if rest:
            yield self._update(edit, key, rest)

    def _limit(self, edit: Edit, key: str, after: str | None) -> Outcome:
        """The limits as the definition has them afterwards: a part of them may have been changed alone."""
        source = after or change_device(self._live(), key, {"iotune": edit.values["iotune"]})
        disk = plain(read_hardware(source).find(key if after is None else edit.key).device)
        limits = {name: value for name, value in (disk.get("iotune") or {}).items() if value is not None}
        try:
            self.node.limit_disk(self.uuid, key.partition(":")[2], limits)
        except errors.NotSupported as refused:
            return Outcome(edit.key, ("iotune",), live=False, detail=refused.detail)
        return Outcome(edit.key, ("iotune",), live=True)

    def _update(self, edit: Edit, key: str, values: dict[str, Any]) -> Outcome:
        names = tuple(values)
        device = read_hardware(self._live()).find(key).device
        if set(values) & (device.MOVED_BY | {"mac"}):
            return Outcome(edit.key, names, live=False, detail=_LATER)
        force = edit.kind == "disk" and getattr(device, "device", "") in _REMOVABLE and "source" in values
        try:
            self.node.update_device(
                self.uuid, lambda live: device_xml(change_device(live, key, values), key), force=force
            )
        except errors.NotSupported as refused:
            return Outcome(edit.key, names, live=False, detail=refused.detail)
        return Outcome(edit.key, names, live=True)

    def _live(self) -> str:
        live = self.node.domain_xml(self.uuid).live
        if live is None:
            raise errors.OperationInvalid("It stopped running meanwhile.")
        return live

    def _count(self, kind: str) -> int:
        return sum(placed.kind == kind for placed in read_hardware(self._live()).devices)

    def _until(
        self,
        reached: Callable[[], bool],
        step: str,
        *,
        again: Callable[[], object] | None = None,
        seconds: float | None = None,
    ) -> bool:
        """Look until it is so. A guest that was not listening yet is asked once more."""
        began = asked = time.monotonic()
        while not reached():
            now = time.monotonic()
            if now - began > (seconds or GUEST_SECONDS):
                return False
            if again is not None and now - asked > _ASK_AGAIN_SECONDS:
                asked = now
                again()
            self.waiting(step)
            time.sleep(_LOOK_SECONDS)
        return True
