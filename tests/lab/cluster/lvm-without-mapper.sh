#!/bin/sh
# LVM for a node whose kernel has no device mapper. Groups, volumes and their places on the disk are LVM's own, written
# by the real program, the path of which is the file beside this one; what the kernel would map, a stretch of the disk,
# is shown by a loop device over the same stretch. In the place of /usr/sbin/lvm, so that $0 is the command.
set -eu
verb=${0##*/}
real() { "$(cat /etc/lab-lvm/real)" "$@"; }

hide() { # a volume's node and what is behind it
  device=/dev/loop$((0x$(stat -c %T "$1")))
  rm -f "$1"
  losetup -d "$device"
}

show() { # every volume of group $1 that has no node yet
  mkdir -p "/dev/$1"
  real lvs --noheadings --units b --nosuffix --separator ' ' \
    -o lv_name,vg_extent_size,lv_size,seg_pe_ranges "$1" | while read -r name extent size ranges; do
    [ -e "/dev/$1/$name" ] && continue
    disk=${ranges%%:*}
    first=${ranges#*:}
    first=${first%%-*}
    start=$(real pvs --noheadings --units b --nosuffix -o pe_start "$disk" | tr -d ' ')
    slice=$(losetup --find --show --offset $((start + first * extent)) --sizelimit "$size" "$disk")
    mknod -m 600 "/dev/$1/$name" b 7 "${slice#/dev/loop}"
  done
}

group= # the last argument that is no option
for word; do case $word in -*) ;; *) group=$word ;; esac done
group=${group#/dev/}
case $verb in
lvremove | lvchange)
  [ ! -b "/dev/$group" ] || hide "/dev/$group"
  ;;
vgremove)
  for node in "/dev/$group"/*; do [ ! -b "$node" ] || hide "$node"; done
  ;;
vgchange)
  case " $* " in
  *" -aln "* | *" -an "*) for node in "/dev/$group"/*; do [ ! -b "$node" ] || hide "$node"; done ;;
  esac
  ;;
esac
if [ "$verb" = lvs ]; then
  real lvs "$@" | sed 's/-wi-XX/-wi-a-/' # without the mapper LVM knows of no volume whether it is active
else
  real "$verb" "$@"
fi
case "$verb $*" in
lvcreate*) show "$group" ;;
"vgchange -aly "*) show "$group" ;;
esac
