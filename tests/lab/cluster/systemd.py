"""A node whose first process is systemd, as on a machine that people have: libvirt is started by its sockets."""

import shutil
from uuid import uuid4

from hypervisor.libvirt.own_keys import OwnKey
from tests.lab.cluster import cgroups, wires
from tests.lab.cluster.node import Node
from tests.lab.cluster.plan import Plan

# Units of the machine that the lab runs on concern that machine; of its own this one has what these names draw in.
_TARGET = """[Unit]
Wants=systemd-journald.service libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket virtlogd.socket lab-sshd.service
AllowIsolate=yes
"""
_ALONE = "[Unit]\nDefaultDependencies=no\n"
_SSHD = "[Service]\nExecStartPre=mkdir -p /run/sshd\nExecStart=/usr/sbin/sshd -D\nKillMode=process\n"
_QEMU = """user = "root"
group = "root"
security_driver = "none"
namespaces = []
remember_owner = 0
"""
# The kernel's settings are the whole machine's. Of control groups of version 1 systemd needs a tree that libvirt leaves
# alone: a group there, then once more a namespace, of which that group is the root.
_START = """mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
export container=lab
first="exec /lib/systemd/systemd --unit=lab.target --show-status=no --log-target=console"
if [ "$LAB_CGROUPS" = v2 ]; then $first; fi
tree=/sys/fs/cgroup/systemd
mkdir $tree
mount -t cgroup -o none,name=systemd none $tree
mkdir -p "$tree/$LAB_NETNS"
echo $$ >"$tree/$LAB_NETNS/cgroup.procs"
umount $tree
exec unshare --cgroup sh -c "mount -t cgroup -o none,name=systemd none $tree && $first"
"""


class SystemdNode(Node):
    """One node that nobody has prepared for TLS. `configure` it, then `power_on`."""

    reaper = ()  # systemd is the first process

    def __init__(self, plan: Plan, name: str) -> None:
        super().__init__(plan, name, "ssh")

    def configure_alone(self, ssh: OwnKey) -> None:
        """Write what it needs to serve, to whoever has this key."""
        self.assemble({self.name: self.address}, _START)
        for folder in ("libvirt", "ssh", "pki", "systemd/system"):
            shutil.rmtree(self.path(f"/etc/{folder}"), ignore_errors=True)
        self.write("/etc/fstab", "")
        self.write("/etc/systemd/system/lab.target", _TARGET)
        self.write("/etc/systemd/system/lab-sshd.service", _SSHD)
        for kind in ("service", "socket", "target"):
            self.write(f"/etc/systemd/system/{kind}.d/alone.conf", _ALONE)
        self.write("/etc/libvirt/libvirtd.conf", f'host_uuid = "{uuid4()}"\nunix_sock_group = "root"')
        self.write("/etc/libvirt/qemu.conf", _QEMU)
        self.configure_ssh(ssh)

    def serves(self) -> bool:
        return self.is_on() and self.takes_connections("ssh")

    def remove(self) -> None:
        """End it and take away what is not in its lab's folder."""
        self.kill()
        wires.remove_one(self.plan, self.name)
        cgroups.remove(self.plan.cgroup(self.name))
        shutil.rmtree(self.folder, ignore_errors=True)
