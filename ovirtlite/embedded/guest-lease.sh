#!/bin/sh
# What busybox's udhcpc calls with what it was given: takes the address and the way out.
# shellcheck disable=SC2154  # interface, ip, mask and router come from udhcpc
case $1 in
  bound | renew)
    ip addr flush dev "$interface"
    ip addr add "$ip/$mask" dev "$interface"
    [ -n "$router" ] && ip route replace default via "${router%% *}"
    ;;
esac
