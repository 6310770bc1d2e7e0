"""From a person's wish for a pool to its specification, or to complaints by field."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from access import secrets
from hosts.models import Host
from hypervisor.storage import (
    AUTH_TYPES,
    NATURES,
    Build,
    Part,
    PoolAuth,
    PoolHost,
    PoolNature,
    PoolSource,
    PoolSpec,
    PoolType,
)
from jobs.models import OPEN, Job
from storage.models import Pool
from storage.pools import places
from storage.pools.offers import offers_of
from storage.pools.shared import key_of

_SAID = {
    Part.TARGET: "Say in which folder its volumes appear.",
    Part.HOSTS: "Name the host that serves it.",
    Part.DIR: "Name the folder that is served.",
    Part.DEVICES: "Name the device.",
    Part.NAME: "Name the source: a volume group, a Ceph pool, a volume …",
    Part.ADAPTER: "Name the adapter.",
    Part.INITIATOR: "Name the initiator, as whom the host speaks to the target.",
}


@dataclass
class Wish:
    """What came of reading a wish. With `errors` there is nothing to carry out."""

    spec: PoolSpec
    build: Build
    start: bool
    autostart: bool
    secret: str = ""  # sealed
    errors: dict[str, list[str]] = field(default_factory=dict)

    def complain(self, name: str, text: str) -> None:
        if text:
            self.errors.setdefault(name, []).append(text)

    def options(self) -> dict[str, Any]:
        """Of the job."""
        return {
            "uuid": str(self.spec.uuid),
            "type": str(self.spec.type),
            "target": self.spec.target,
            "source": self.spec.source.plain(),
            "build": str(self.build),
            "start": self.start,
            "autostart": self.autostart,
        } | ({"secret": self.secret} if self.secret else {})


def spec_of(job: Job) -> PoolSpec:
    """What its options say."""
    return PoolSpec(
        UUID(job.option("uuid")),
        job.object_name,
        PoolType(job.option("type")),
        job.option("target"),
        PoolSource.of(job.option("source")),
    )


def read(body: Mapping[str, Any], host: Host) -> Wish:
    """A wish as the API took it, checked against what is known of the host."""
    type = PoolType(body["type"])
    nature, source = NATURES[type], body.get("source") or {}
    wish = Wish(
        spec=PoolSpec(
            uuid4(),
            body["name"],
            type,
            _target(type, nature, body.get("target", ""), source),
            _source(type, source),
        ),
        build=Build(body.get("build") or _build(type)),
        start=body.get("start", True),
        autostart=body.get("autostart", True),
    )
    wish.complain("name", places.name_fault(body["name"]))
    _check_type(wish, host)
    _check_parts(wish, nature, bool(body.get("target")))
    _check_auth(wish, source.get("auth"))
    _check_build(wish, nature)
    if not wish.errors:
        _check_taken(wish, host)
    return wish


def read_search(type: PoolType, body: Mapping[str, Any]) -> tuple[PoolSource, dict[str, list[str]]]:
    """Where to look for sources, or complaints."""
    wish = Wish(PoolSpec(uuid4(), "", type, source=_source(type, body)), Build.NONE, False, False)
    nature = NATURES[type]
    if not nature.discovers:
        wish.complain("type", f"libvirt cannot look for pools of type {type}.")
        return wish.spec.source, wish.errors
    given = _given(wish.spec) - {Part.TARGET}
    for part in (Part.HOSTS, Part.INITIATOR):
        if part in nature.needs and part not in given:
            wish.complain(f"source.{part}", _SAID[part])
    for part in sorted(given - {Part.HOSTS, Part.INITIATOR}):
        wish.complain(f"source.{part}", "Not for a search.")
    _check_values(wish)
    return wish.spec.source, wish.errors


def _target(type: PoolType, nature: PoolNature, said: str, source: Mapping[str, Any]) -> str:
    """Where its volumes appear. A volume group's place is its name's."""
    if type is PoolType.LOGICAL:
        return said or f"/dev/{source.get('name', '')}"
    return said or nature.target


def _source(type: PoolType, said: Mapping[str, Any]) -> PoolSource:
    auth = said.get("auth")
    return PoolSource(
        hosts=tuple(PoolHost(host["name"], host.get("port")) for host in said.get("hosts", ())),
        devices=tuple(said.get("devices", ())),
        auth=PoolAuth(auth.get("type") or AUTH_TYPES.get(type, ""), auth["username"], uuid4())
        if auth
        else None,
        **{word: said.get(word, "") for word in ("dir", "name", "adapter", "initiator", "format")},
    )


def _build(type: PoolType) -> Build:
    """A folder is made where it is missing; nothing is made on a device unless somebody asks."""
    made = {PoolType.DIR, PoolType.NETFS, PoolType.VSTORAGE}
    return Build.BUILD if type in made else Build.NONE


def _check_type(wish: Wish, host: Host) -> None:
    type, format = wish.spec.type, wish.spec.source.format
    offers = offers_of(host.pk)
    offer = next((one for one in offers or () if one.type is type), None)
    if offers is not None and offer is None:
        wish.complain("type", f"{host.name} cannot keep pools of type {type}.")
    elif host.capabilities and not host.capabilities.get("storage", True):
        wish.complain("type", f"The driver of {host.name} keeps no pools.")
    if format:
        wish.complain("source.format", places.format_fault(format))
        if offer is not None and offer.formats and format not in offer.formats:
            wish.complain("source.format", f"{host.name} knows {', '.join(offer.formats)}.")


def _given(spec: PoolSpec) -> set[Part]:
    source = spec.source
    named = {
        Part.TARGET: spec.target,
        Part.HOSTS: source.hosts,
        Part.DIR: source.dir,
        Part.DEVICES: source.devices,
        Part.NAME: source.name,
        Part.ADAPTER: source.adapter,
        Part.INITIATOR: source.initiator,
        Part.AUTH: source.auth,
    }
    return {part for part, value in named.items() if value}


def _field(part: Part) -> str:
    return str(part) if part is Part.TARGET else f"source.{part}"


def _check_parts(wish: Wish, nature: PoolNature, target_said: bool) -> None:
    spec = wish.spec
    given = _given(spec)
    if spec.type is PoolType.LOGICAL:
        if target_said and spec.target != f"/dev/{spec.source.name}":
            wish.complain("target", "The volumes of a volume group appear in /dev below its name.")
        given -= {Part.TARGET}
    for part in Part:
        if part in nature.needs and part not in given:
            wish.complain(_field(part), _SAID[part])
        elif part in given and part not in nature.needs | nature.may:
            wish.complain(_field(part), f"A pool of type {spec.type} has none.")
    if Part.TARGET in given and Part.TARGET in nature.needs | nature.may:
        wish.complain("target", places.target_fault(spec.type, spec.target))
    _check_values(wish)


def _check_values(wish: Wish) -> None:
    source, nature = wish.spec.source, NATURES[wish.spec.type]
    for host in source.hosts:
        wish.complain("source.hosts", places.host_fault(host.name))
    if len(source.hosts) > 1 and not nature.many_hosts:
        wish.complain("source.hosts", "One host serves such a pool.")
    for device in source.devices:
        check = places.iqn_fault if nature.device_is_name else places.device_fault
        wish.complain("source.devices", check(device))
    if len(source.devices) > 1 and not nature.many_devices:
        wish.complain("source.devices", "Such a pool is on one device.")
    if source.dir:
        wish.complain("source.dir", places.path_fault(source.dir))
    if source.name:
        wish.complain("source.name", places.source_name_fault(wish.spec.type, source.name))
    if source.adapter:
        wish.complain("source.adapter", places.adapter_fault(source.adapter))
    if source.initiator:
        wish.complain("source.initiator", places.iqn_fault(source.initiator))


def _check_auth(wish: Wish, said: Mapping[str, Any] | None) -> None:
    auth = wish.spec.source.auth
    if said is None or auth is None or wish.spec.type not in AUTH_TYPES:
        return
    expected = AUTH_TYPES[wish.spec.type]
    if auth.type != expected:
        wish.complain("source.auth.type", f"A pool of type {wish.spec.type} takes {expected}.")
    wish.complain("source.auth.username", places.user_fault(auth.username))
    word = said["secret"]
    if expected == "ceph":
        try:
            base64.b64decode(word, validate=True)
        except (binascii.Error, ValueError):
            wish.complain("source.auth.secret", "Give the key as Ceph prints it, in base64.")
    wish.secret = secrets.seal(word)


def _check_build(wish: Wish, nature: PoolNature) -> None:
    if wish.build is Build.NONE:
        return
    if not nature.builds:
        wish.complain("build", f"Nothing can be built below a pool of type {wish.spec.type}.")
    elif wish.build is Build.OVERWRITE and not nature.overwrites:
        wish.complain("build", "There is nothing to write over.")
    elif nature.overwrites and Part.DEVICES not in _given(wish.spec):
        wish.complain("source.devices", _SAID[Part.DEVICES])
    elif wish.spec.type is PoolType.FS and wish.spec.source.format in {"", "auto"}:
        wish.complain("source.format", "Say which file system is to be made.")


def _check_taken(wish: Wish, host: Host) -> None:
    spec = wish.spec
    if Pool.objects.filter(host=host, name=spec.name).exists():
        wish.complain("name", f"There is a pool {spec.name} on {host.name} already.")
    making = Job.objects.filter(kind="pool.create", host_id=host.pk, state__in=OPEN)
    if making.filter(object_name=spec.name).exists():
        wish.complain("name", f"A pool {spec.name} is being made on {host.name} at this moment.")
    if Part.TARGET in NATURES[spec.type].needs:
        other = Pool.objects.filter(host=host, target=spec.target).first()
        if other is not None:
            wish.complain("target", f"{other.name} is there already.")
        elif making.filter(options__target=spec.target).exists():
            wish.complain("target", "A pool is being made there at this moment.")
    key = key_of(spec.type, spec.source)
    other = Pool.objects.filter(host=host, shared__key=key).first() if key else None
    if other is not None:
        wish.complain("source", f"{other.name} has this source already.")
