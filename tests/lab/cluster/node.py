"""A node of the lab: a machine with a complete libvirt, reached over ssh, TLS or TCP."""

import os
import re
import shutil
import signal
import socket
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from hypervisor.certificates import Authority, Signed
from hypervisor.libvirt.own_keys import OwnKey
from tests.lab.cluster.machine import Machine
from tests.lab.cluster.plan import Plan
from tests.lab.cluster.run import COMMAND_SECONDS

_CONFIGURED = ("libvirt", "ssh", "pki")
_LIBVIRTD = "libvirtd --daemon --listen"
LIFE = timedelta(days=30)
_PORTS = {"ssh": 22, "tls": 16514, "tcp": 16509}
_GUEST_NAME = re.compile(rb"\0guest=([^,\0]+)")
LOCAL_IMAGES = "/var/lib/libvirt/images"
GUEST_FOLDER = "/var/lib/libvirt/boot"
_HOME = "/root"
_SSH = f"{_HOME}/.ssh"
AUTHORIZED = f"{_SSH}/authorized_keys"
SERIAL_LOGS = "/var/log/libvirt/serial"


@dataclass(frozen=True, slots=True)
class Access:
    """What all nodes of a lab share: who signs for them, and with what one signs in."""

    authority: Authority
    client: Signed
    ssh: OwnKey


class Node(Machine):
    """One compute node. `transport` is how the product reaches it; it listens on all three all the same."""

    def __init__(self, plan: Plan, name: str, transport: str) -> None:
        super().__init__(plan, name)
        self.transport = transport
        self.uri = self.uri_by(transport)
        self.credentials: dict[str, str] = {}
        """As the API's `credentials` of a host."""

    def uri_by(self, transport: str, driver: str = "qemu") -> str:
        """The node's URI over "ssh", "tls" or "tcp", for who is outside and for the other nodes alike."""
        user = "root@" if transport == "ssh" else ""
        return f"{driver}+{transport}://{user}{self.address}/system"

    def configure(self, hosts: dict[str, str], access: Access, guest: Path) -> None:
        """Write everything that the node needs to serve from its first boot on. `guest` is the demo guest's folder."""
        start = f"mkdir -p /run/sshd {SERIAL_LOGS}\nvirtlogd --daemon\n/usr/sbin/sshd\n{_LIBVIRTD}\n"
        self.assemble(hosts, start)
        for folder in _CONFIGURED:
            shutil.rmtree(self.path(f"/etc/{folder}"), ignore_errors=True)
        for inside in (LOCAL_IMAGES, GUEST_FOLDER):
            self.path(inside).mkdir(parents=True)
        for file in guest.iterdir():
            shutil.copyfile(file, self.path(f"{GUEST_FOLDER}/{file.name}"))
        self._configure_libvirt()
        self._configure_tls(access)
        self.configure_ssh(access.ssh)

    def wait_ready(self) -> None:
        """Wait until libvirtd and sshd serve."""
        self.wait_until(self.serves, "libvirtd and sshd do not serve")

    def serves(self) -> bool:
        return self.is_on() and all(self.takes_connections(one) for one in ("tcp", "tls", "ssh"))

    def power_on(self) -> None:
        super().power_on()
        self.wait_ready()

    def virsh(
        self,
        *arguments: str,
        seconds: float = COMMAND_SECONDS,
        driver: str = "qemu:///system",
        stdin: str | None = None,
    ) -> str:
        """What virsh prints on the node itself. Raises `CommandFailed` with libvirt's words.

        The driver is always named: left to find one itself, virsh takes seven seconds.
        """
        command = ("virsh", "--quiet", "--connect", driver, *arguments)
        return self.run(*command, seconds=seconds, stdin=stdin).strip()

    def define(self, xml: str, *, driver: str = "qemu:///system") -> None:
        """Define a domain from its XML."""
        self.virsh("define", "/dev/stdin", driver=driver, stdin=xml)

    def guest_names(self) -> set[str]:
        """Of every QEMU that runs here, whatever libvirt knows of it."""
        return {
            found.group(1).decode()
            for pid in self.pids_of("qemu-system-x86_64")
            if (found := _GUEST_NAME.search(_command_line(pid)))
        }

    def libvirtd_pid(self) -> int:
        """As this machine knows it. Raises `LookupError` when it is not running."""
        for pid in self.pids_of("libvirtd"):
            return pid
        raise LookupError(f"no libvirtd runs on {self.name}")

    def kill_libvirtd(self) -> None:
        """With SIGKILL; its guests go on."""
        pid = self.libvirtd_pid()
        os.kill(pid, signal.SIGKILL)
        self.wait_until(lambda: pid not in self.pids_of("libvirtd"), "libvirtd does not die")

    def start_libvirtd(self) -> None:
        """It finds its guests again. Returns when it serves."""
        self.run("rm", "-f", "/run/libvirtd.pid")
        self.run(*_LIBVIRTD.split())
        self.wait_ready()

    def freeze_libvirtd(self) -> None:
        """It takes connections and never answers; who calls it hangs."""
        os.kill(self.libvirtd_pid(), signal.SIGSTOP)

    def thaw_libvirtd(self) -> None:
        os.kill(self.libvirtd_pid(), signal.SIGCONT)

    def takes_connections(self, transport: str) -> bool:
        """Whether something listens there now."""
        return _takes_connections(self.address, _PORTS[transport])

    def _configure_libvirt(self) -> None:
        # Without a host_uuid of its own every node would be the same host, and migration is refused.
        self.write(
            "/etc/libvirt/libvirtd.conf",
            f"""host_uuid = "{uuid4()}"
listen_tcp = 1
listen_tls = 1
listen_addr = "{self.address}"
auth_tcp = "none"
unix_sock_group = "root"
max_clients = 200
key_file = "/etc/pki/libvirt/private/serverkey.pem"
cert_file = "/etc/pki/libvirt/servercert.pem"
ca_file = "/etc/pki/CA/cacert.pem"
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
""",
        )
        # VNC listens on the node's address without the definition naming it, so that a moved guest takes the other's.
        self.write(
            "/etc/libvirt/qemu.conf",
            f"""user = "root"
group = "root"
security_driver = "none"
cgroup_controllers = []
namespaces = []
remember_owner = 0
vnc_listen = "{self.address}"
migration_host = "{self.address}"
""",
        )
        self._lay("storage", _local_pool())
        self._lay("storage", _shared_pool(self.plan, self.name))
        self._lay("qemu/networks", _network())

    def _lay(self, folder: str, definition: ET.Element) -> None:
        """Put a definition where libvirtd finds it at its start, to be started with it."""
        name = definition.findtext("name")
        text = ET.tostring(definition, encoding="unicode")
        self.write(f"/etc/libvirt/{folder}/{name}.xml", text)
        link = self.path(f"/etc/libvirt/{folder}/autostart/{name}.xml")
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(f"/etc/libvirt/{folder}/{name}.xml")

    def _configure_tls(self, access: Access) -> None:
        server = access.authority.for_node(self.address, life=LIFE)
        self.write("/etc/pki/CA/cacert.pem", access.authority.certificate)
        for role, pair in (("server", server), ("client", access.client)):
            self.write(f"/etc/pki/libvirt/{role}cert.pem", pair.certificate)
            self.write(f"/etc/pki/libvirt/private/{role}key.pem", pair.key, mode=0o600)
        if self.transport == "tls":
            self.credentials = {
                "tls_ca_certificate": access.authority.certificate,
                "tls_certificate": access.client.certificate,
                "tls_private_key": access.client.key,
            }

    def configure_ssh(self, user: OwnKey) -> None:
        """A host key of its own, and one key that signs in."""
        own = OwnKey.new(self.name)
        self.write("/etc/ssh/ssh_host_ed25519_key", own.private, mode=0o600)
        self.write("/etc/ssh/ssh_host_ed25519_key.pub", f"{own.public}\n")
        self.write(
            "/etc/ssh/sshd_config",
            f"""ListenAddress {self.address}
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
""",
        )
        self.write(AUTHORIZED, f"{user.public}\n", mode=0o600)
        self.write(f"{_SSH}/id_ed25519", user.private, mode=0o600)
        self.path(_HOME).chmod(0o700)
        self.host_key_line = f"{self.address},{self.name} {own.public}\n"
        if self.transport == "ssh":
            self.credentials = {"ssh_private_key": user.private, "known_hosts": self.host_key_line}

    def know(self, lines: str) -> None:
        """Take the host keys of all nodes."""
        self.write(f"{_SSH}/known_hosts", lines, mode=0o600)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""  # it has just ended


def _takes_connections(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=1.0):
            return True
    except OSError:
        time.sleep(0.02)
        return False


def _local_pool() -> ET.Element:
    """Named like libvirt's own; migration makes the disks that it copies where the other node has such a pool."""
    pool = ET.Element("pool", type="dir")
    ET.SubElement(pool, "name").text = "default"
    ET.SubElement(pool, "uuid").text = str(uuid4())
    ET.SubElement(ET.SubElement(pool, "target"), "path").text = LOCAL_IMAGES
    return pool


def _shared_pool(plan: Plan, node: str) -> ET.Element:
    pool = ET.Element("pool", type="iscsi-direct")
    ET.SubElement(pool, "name").text = "shared"
    ET.SubElement(pool, "uuid").text = str(uuid4())
    source = ET.SubElement(pool, "source")
    ET.SubElement(source, "host", name=plan.address("storage"), port="3260")
    ET.SubElement(source, "device", path=plan.iqn)
    ET.SubElement(ET.SubElement(source, "initiator"), "iqn", name=f"{plan.iqn}:{node}")
    return pool


def _network() -> ET.Element:
    network = ET.Element("network")
    ET.SubElement(network, "name").text = "inner"
    ET.SubElement(network, "uuid").text = str(uuid4())
    ET.SubElement(network, "bridge", name="virbr0", stp="off")
    ip = ET.SubElement(network, "ip", address="192.168.150.1", netmask="255.255.255.0")
    ET.SubElement(ET.SubElement(ip, "dhcp"), "range", start="192.168.150.10", end="192.168.150.200")
    return network
