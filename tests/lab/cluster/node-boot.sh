#!/bin/sh
# Starts one node of the lab, seen from the machine: into its control groups, its network, and namespaces of its own.
# The last process on the way, unshare, takes the node's first process with it when it dies.
# $LAB_REAPER is its first process, or none where what the init ends in reaps by itself.
set -eu
for group in $LAB_GROUPS; do
  echo $$ >"$group/cgroup.procs"
done
exec ip netns exec "$LAB_NETNS" \
  unshare --mount --uts --pid --cgroup --fork --mount-proc --kill-child \
  $LAB_REAPER sh "$LAB_INIT"
