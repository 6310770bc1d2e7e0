"""A wish for one new domain, decided in full: its definition, the volumes that are made first, what is done after."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from access import secrets
from access.actor import Actor
from domains.creation import cloudinit, names
from domains.creation.complaints import Complaints
from domains.creation.frame import Frame, decide
from domains.creation.interfaces import interfaces
from domains.creation.storage import Disks, Made, default_pool
from hosts.models import Host
from hosts.nodes import policy
from hypervisor.newdomain import Container, DirectKernel, NewDisk, NewDomain
from hypervisor.uri import NodeURI
from hypervisor.xml.creation import write_domain

_SEEDED = ("dir", "fs", "netfs")  # pools that hold a file as it was uploaded
_MEDIA = ("iso", "cloud_image", "network_boot", "kernel", "root", "template", "xml")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a job is told. `secret`: cloud-init's words and a VNC password, which go into the job sealed."""

    name: str
    uuid: UUID
    xml: str
    made: tuple[Made, ...]
    seed: Made | None
    locked_screen: bool  # its VNC gets a password that nobody knows: the console sets its own at each opening
    secret: Mapping[str, Any]
    start: bool
    autostart: bool
    protected: bool
    tags: tuple[str, ...]

    def options(self) -> dict[str, Any]:
        """As plain data, for the job. No secret stands in it in clear."""
        return {
            "xml": self.xml,
            "made": [plain(made) for made in self.made],
            "seed": plain(self.seed) if self.seed else None,
            "locked_screen": self.locked_screen,
            "sealed": secrets.seal(json.dumps(self.secret)) if self.secret else "",
            "start": self.start,
            "autostart": self.autostart,
            "protected": self.protected,
            "tags": list(self.tags),
        }


def plain(made: Made) -> dict[str, Any]:
    return {**asdict(made), "pool_id": str(made.pool_id), "pool_uuid": str(made.pool_uuid)}


def of_plain(options: Mapping[str, Any]) -> Made:
    return Made(**{**options, "pool_id": UUID(options["pool_id"]), "pool_uuid": UUID(options["pool_uuid"])})


def decided(
    body: Mapping[str, Any],
    name: str,
    host: Host,
    *,
    by: Actor,
    complaints: Complaints,
    uuid: UUID | None = None,
) -> Wish:
    """The wish of a typed spec. What cannot be is complained about by field. `uuid`: the one that it has already."""
    names.check(name, host, complaints, besides=uuid)
    _check_media(body, complaints)
    frame = decide(body, host, complaints)
    disks = Disks(names.file_stem(name), host, frame, by, complaints)
    if frame.container:
        _check_container(body, complaints)
    elif "root" in body:
        complaints.add("root", "Only a container (type lxc) has a root tree.")
    else:
        _add_disks(body, disks)
    seed = seed_for(body, disks.name, host, by, complaints)
    if seed is not None:
        _add_seed(seed, disks)
    new = _new_domain(body, name, host, frame, disks, by, complaints)
    if uuid is not None:
        new = replace(new, uuid=uuid)
    storage = disks.decided()
    secret: dict[str, Any] = {}
    if seed is not None:
        secret["cloud_init"] = dict(body["cloud_init"])
    password = body.get("graphics", {}).get("password")
    if password:
        secret["vnc_password"] = password
    return Wish(
        name=name,
        uuid=new.uuid,
        xml=write_domain(new),
        made=storage.made,
        seed=seed,
        locked_screen=new.graphics == "vnc" and not new.graphics_socket and not password,
        secret=secret,
        start=bool(body.get("start", True)),
        autostart=bool(body.get("autostart", False)),
        protected=bool(body.get("protected", False)),
        tags=tuple(dict.fromkeys(body.get("tags", ()))),
    )


def _check_media(body: Mapping[str, Any], complaints: Complaints) -> None:
    given = [name for name in _MEDIA if body.get(name)]
    clashing = {frozenset(pair) for pair in (("iso", "cloud_image"), ("kernel", "cloud_image"))}
    for name in given[1:]:
        if {"root", "template", "xml"} & {given[0], name} or frozenset({given[0], name}) in clashing:
            complaints.add(name, f"Not together with {given[0]}.")
    if "cloud_init" in body and {"root", "kernel", "xml", "iso"} & set(given):
        complaints.add("cloud_init", "It goes with a cloud image or a disk that has cloud-init in it.")


def _check_container(body: Mapping[str, Any], complaints: Complaints) -> None:
    for name in ("disks", "iso", "cloud_image", "cloud_init", "network_boot", "kernel", "graphics", "video",
                 "sound", "tpm", "rng", "agent", "watchdog"):  # fmt: skip
        if body.get(name):
            complaints.add(name, "Not for a container.")
    if "root" not in body:
        complaints.add("root", "A container needs a root tree.")


def _add_disks(body: Mapping[str, Any], disks: Disks) -> None:
    wishes = list(body.get("disks", ()))
    if "cloud_image" in body:
        fresh = [
            number
            for number, wish in enumerate(wishes)
            if not {"volume", "copy_of", "backing"} & set(wish) and wish.get("device", "disk") == "disk"
        ]
        first = fresh[0] if fresh else None
        disks.add_image(
            body["cloud_image"], wishes[first] if first is not None else {}, f"disks.{first or 0}"
        )
        wishes = [None if number == first else wish for number, wish in enumerate(wishes)]
    elif "disks" not in body and "kernel" not in body:
        disks.add_default()
    for number, wish in enumerate(wishes):
        if wish is not None:
            disks.add(wish, f"disks.{number}")
    if "iso" in body:
        medium = disks.volume(body["iso"], "iso")
        if medium is not None:
            disks.may_give(medium, "iso", read_only=True)
            disks.add_medium(medium)


def seed_for(
    body: Mapping[str, Any],
    stem: str,
    host: Host,
    by: Actor,
    complaints: Complaints,
    *,
    covered: Collection[UUID] = (),
) -> Made | None:
    """Cloud-init's seed, where the wish has words for it. Its size is known once it is made.

    `covered`: pools that it may be made in whatever `by` may else, those of the template.
    """
    if "cloud_init" not in body:
        return None
    cloudinit.check(body["cloud_init"], complaints)
    pool = default_pool(host, by, _SEEDED, covered=covered)
    if pool is None:
        complaints.add("cloud_init", f"{host.name} has no running pool of files for its seed.")
        return None
    name = f"{stem}-{uuid4().hex[:8]}-seed.iso"
    return Made(pool.pk, pool.uuid, name, 0, "raw", f"{pool.target.rstrip('/')}/{name}")


def _add_seed(seed: Made, disks: Disks) -> None:
    # Cloud-init finds it by its label on whatever disk. Kernels that are made for clouds know no CD drives of PCs.
    virtio = disks.frame.system.virtio_disk or not disks.frame.x86
    device = "disk" if virtio else "cdrom"
    drive = NewDisk(path=seed.path, device=device, optional=True, readonly=True)
    disks.put(drive, {"device": device}, "cloud_init")


def _new_domain(
    body: Mapping[str, Any],
    name: str,
    host: Host,
    frame: Frame,
    disks: Disks,
    by: Actor,
    complaints: Complaints,
) -> NewDomain:
    container = _container(body, host, disks, by) if frame.container and "root" in body else None
    emulated = frame.type in {"kvm", "qemu"}
    graphics = _graphics(body, frame, complaints)
    watchdog = body.get("watchdog", {})
    _check_devices(body, frame, graphics, complaints)
    efi = frame.firmware != "bios"
    return NewDomain(
        name=name,
        uuid=uuid4(),
        type=frame.type,
        arch=frame.arch,
        machine=frame.machine,
        vcpus=frame.vcpus,
        memory_bytes=frame.memory_bytes,
        system=frame.system,
        title=body.get("title", ""),
        description=body.get("description", ""),
        topology=frame.topology,
        cpu_mode=frame.cpu_mode,
        cpu_model=frame.cpu_model,
        firmware=frame.firmware,
        boot=_boot(body, disks),
        kernel=_kernel(body, disks),
        container=container,
        disks=disks.decided().disks,
        interfaces=interfaces(body, host, frame, by, complaints),
        graphics=graphics,
        graphics_socket=graphics == "vnc"
        and not NodeURI.parse(host.uri, policy()).remote
        and "password" not in body.get("graphics", {}),
        video=_video(body, frame, graphics, efi),
        sound={"none": ""}.get(body.get("sound", "none"), body.get("sound", "")),
        tpm=bool(body.get("tpm", efi and frame.offers("tpm", "backendModel", "emulator") and emulated)),
        rng=bool(body.get("rng", emulated and frame.system.virtio_rng)),
        agent=bool(body.get("agent", emulated and frame.system.virtio_serial)),
        serial=bool(body.get("serial", frame.container or emulated)),
        watchdog_model=watchdog.get("model", ""),
        watchdog_action=watchdog.get("action", ""),
    )


def _check_devices(body: Mapping[str, Any], frame: Frame, graphics: str, complaints: Complaints) -> None:
    if body.get("tpm") and not frame.offers("tpm", "backendModel", "emulator"):
        complaints.add("tpm", "The host has no TPM emulator (swtpm).")
    video = body.get("video")
    if video not in {None, "none"} and not frame.offers("video", "modelType", str(video)):
        complaints.add("video", "The host has no such video for this machine.")
    if body.get("rng") and frame.type not in {"kvm", "qemu"}:
        complaints.add("rng", "Not for this type of domain.")
    if body.get("agent") and frame.type not in {"kvm", "qemu"}:
        complaints.add("agent", "Not for this type of domain.")
    password = "password" in body.get("graphics", {})
    if password and graphics != "vnc":
        complaints.add("graphics.password", "Only VNC takes a password here.")


def _graphics(body: Mapping[str, Any], frame: Frame, complaints: Complaints) -> str:
    if frame.container or frame.type not in {"kvm", "qemu"}:
        return ""
    if "graphics" not in body:
        return "vnc" if frame.x86 and frame.offers("graphics", "type", "vnc") else ""
    wanted = str(body["graphics"]["type"])
    if wanted == "none":
        return ""
    if not frame.offers("graphics", "type", wanted):
        complaints.add("graphics.type", f"The host has no {wanted} for this machine.")
    return wanted


def _video(body: Mapping[str, Any], frame: Frame, graphics: str, efi: bool) -> str:
    wanted = body.get("video")
    if wanted is not None:
        return "" if wanted == "none" else str(wanted)
    if not graphics:
        return ""
    if (frame.system.virtio_gpu or not frame.x86) and frame.offers("video", "modelType", "virtio"):
        return "virtio"
    if graphics == "spice" and frame.offers("video", "modelType", "qxl"):
        return "qxl"
    return "bochs" if efi and frame.offers("video", "modelType", "bochs") else "vga"


def _boot(body: Mapping[str, Any], disks: Disks) -> tuple[str, ...]:
    """The disk first: while it is empty the firmware goes on to the medium, and nobody has to take that out later."""
    if "kernel" in body or "root" in body:
        return ()
    order = ["hd"] if any(disk.device == "disk" for disk in disks.disks) else []
    if any(disk.device == "cdrom" for disk in disks.disks) and "cloud_init" not in body:
        order.append("cdrom")
    if body.get("network_boot"):
        order.append("network")
    return tuple(order)


def _kernel(body: Mapping[str, Any], disks: Disks) -> DirectKernel | None:
    if "kernel" not in body:
        return None
    wish = body["kernel"]
    paths = {}
    for name in ("kernel", "initrd"):
        if name in wish:
            volume = disks.volume(wish[name], f"kernel.{name}")
            if volume is not None:
                disks.may_give(volume, f"kernel.{name}", read_only=True)
            if volume is not None and volume.type != "file":
                disks.complaints.add(f"kernel.{name}", "This volume is no file.")
            paths[name] = volume.path if volume is not None else ""
    return DirectKernel(paths.get("kernel", ""), paths.get("initrd", ""), wish.get("cmdline", ""))


def _container(body: Mapping[str, Any], host: Host, disks: Disks, by: Actor) -> Container | None:
    root = body["root"]
    complaints = disks.complaints
    init, arguments = root.get("init", "/sbin/init"), tuple(root.get("arguments", ()))
    if ("path" in root) == ("volume" in root):
        complaints.add("root", "Name a path or a volume.")
        return None
    if "path" in root:
        if not by.scope("domain.host_paths").covers({"host": host.pk, "cluster": host.cluster_id}):
            complaints.add("root.path", "A path of the host needs the permission domain.host_paths.")
        return Container(root["path"], init=init, arguments=arguments)
    volume = disks.volume(root["volume"], "root.volume")
    if volume is None:
        return None
    disks.may_give(volume, "root.volume", read_only=False)
    disks.check_unused(volume, "root.volume")
    if volume.type == "dir":
        return Container(volume.path, init=init, arguments=arguments)
    if volume.type not in {"file", "block"} or volume.format not in {"raw", "qcow2"}:
        complaints.add("root.volume", "A container runs in a folder, or in an image of format raw or qcow2.")
    return Container(
        volume.path, is_image=True, format=volume.format or "raw", init=init, arguments=arguments
    )
