#!/bin/sh
# The first things of one node, seen from inside: its own folders over the machine's, its name, its daemons.
# tini is above us as process 1: with no one to reap them finished QEMUs stay zombies, and libvirt waits for each.
set -eu
mount --make-rprivate /
while read -r own place; do
  mount --bind "$LAB_FOLDER/$own" "$place"
done <"$LAB_FOLDER/mounts"
hostname "$LAB_NODE"
mkdir -p /run/lock # /var/lock leads there: libvirt locks the terminal of a serial line that it opens

# Devices of its own, without /dev/kvm: that may be there and dead, and libvirt would offer what then fails. To put
# /dev/null over it is no way out: libvirt takes it for usable, finds QEMU without it, and probes QEMU again at every
# definition, for seven seconds.
mount -t tmpfs -o mode=755 none /dev
mkdir /dev/pts /dev/shm /dev/net
mknod -m 666 /dev/null c 1 3
mknod -m 666 /dev/zero c 1 5
mknod -m 666 /dev/full c 1 7
mknod -m 666 /dev/random c 1 8
mknod -m 666 /dev/urandom c 1 9
mknod -m 666 /dev/tty c 5 0
mknod -m 600 /dev/net/tun c 10 200
mknod -m 600 /dev/fuse c 10 229
mount -t devpts -o mode=620,ptmxmode=666,gid=5 none /dev/pts
mount -t tmpfs none /dev/shm
ln -s pts/ptmx /dev/ptmx
ln -s /proc/self/fd /dev/fd
ln -s fd/0 /dev/stdin
ln -s fd/1 /dev/stdout
ln -s fd/2 /dev/stderr

# "ip netns exec" has covered the control groups with a fresh /sys.
if [ "$LAB_CGROUPS" = v2 ]; then
  mount -t cgroup2 none /sys/fs/cgroup
  # A group that holds processes cannot hand controllers to groups below it.
  mkdir -p /sys/fs/cgroup/init
  while read -r pid; do echo "$pid" >/sys/fs/cgroup/init/cgroup.procs; done </sys/fs/cgroup/cgroup.procs
else
  mount -t tmpfs none /sys/fs/cgroup
  for controllers in $LAB_CGROUPS; do
    mkdir "/sys/fs/cgroup/$controllers"
    mount -t cgroup -o "$controllers" none "/sys/fs/cgroup/$controllers"
  done
fi

# shellcheck source=/dev/null  # each machine has its own
. /etc/lab-start
exec sleep infinity
