#!/bin/sh
# Runs a command inside a node: node-enter.sh "GROUP …" PID COMMAND …
# In its control groups first, so that what the command leaves running belongs to the node, then in its namespaces.
set -eu
for group in $1; do
  echo $$ >"$group/cgroup.procs"
done
target=$2
shift 2
exec nsenter --target "$target" --mount --uts --net --pid --cgroup -- "$@"
