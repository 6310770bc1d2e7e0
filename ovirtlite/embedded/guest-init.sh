#!/bin/sh
# The demo guest's first process: a ticking screen with a shell beneath it, ticks and a shell on the serial line, and
# a counter in memory that is also written to the first disk, so that a copy that ran twice or fell back shows itself.
# Runs under busybox alone. Loops fork nothing where a builtin will do: without KVM a process costs milliseconds.
# shellcheck disable=SC3045  # ash: read -t and -u

export PATH=/bin TERM=linux HOME=/ PS1='demo# '
mount -t devtmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
mkdir -p /dev/pts /run
mount -t devpts none /dev/pts
while read -r module; do insmod "/modules/$module"; done </modules/order

# `guest=NAME` and `probe=1` come from the kernel's command line: what it does not know becomes our environment.
hostname "${guest:-demo}"
if [ -n "$probe" ]; then
  echo 'ovirtlite probe: alive' >/dev/ttyS0
  poweroff -f
fi

# `seed=1`: say what the second disk holds, which is how cloud-init is told who it is.
if [ -n "$seed" ]; then
  mkdir -p /media
  mount -t iso9660 -o ro /dev/vdb /media
  for file in /media/*; do
    while read -r line; do echo "seed ${file##*/}: $line"; done <"$file" >/dev/ttyS0
  done
fi

power_button() {
  mkdir -p /etc/acpi
  printf '#!/bin/sh\necho "power button: powering off" >/dev/ttyS0\nsync\npoweroff -f\n' >/etc/acpi/power
  chmod +x /etc/acpi/power
  echo 'PWRF power' >/etc/acpid.conf
  echo 'EV_KEY 0x01 KEY_POWER 116 1 PWRF' >/etc/acpi.map
  acpid -f -c /etc/acpi -a /etc/acpid.conf -M /etc/acpi.map -l /dev/null
}

network() {
  ip link set lo up
  [ -e /sys/class/net/eth0 ] || return
  ip link set eth0 up
  udhcpc -i eth0 -f -S -t 0 -s /bin/lease >/dev/null 2>&1
}

sector() { dd if=/dev/vda bs=512 count=1 2>/dev/null | head -n 1; }

# Sector 0 of the first disk: who ran last, and how far it counted. The kernel's cache is dropped first, so that what
# another running copy of this guest has written in the meantime is seen.
remember() {
  [ -b /dev/vda ] || return
  blockdev --flushbufs /dev/vda
  seen=$(sector)
  if [ -n "$written" ] && [ "$seen" != "$written" ]; then
    echo "ALARM: another copy wrote \"$seen\" over \"$written\"" >/dev/ttyS0
  fi
  written="ovirtlite $life $tick"
  printf '%s\n%512s' "$written" '' | dd of=/dev/vda bs=512 count=1 conv=notrunc,fsync 2>/dev/null
}

draw() {
  IFS=' .' read -r up _ </proc/uptime
  read -r load _ </proc/loadavg
  case $((tick % 8)) in
    0) bar='#-------' ;; 1) bar='-#------' ;; 2) bar='--#-----' ;; 3) bar='---#----' ;;
    4) bar='----#---' ;; 5) bar='-----#--' ;; 6) bar='------#-' ;; *) bar='-------#' ;;
  esac
  # One write: the cursor of the shell beneath is kept in DECSC and given back in DECRC.
  printf '\0337\033[1;1H\033[44;97m%-80s\033[2;1H%-80s\033[3;1H%-80s\033[4;1H%-80s\033[0m\0338' \
    " ovirtlite demo guest  $name" \
    " tick $tick  [$bar]" \
    " $now   up $up s   load $load" \
    " A real guest: Linux $kernel. Type below." >&4
}

ticker() {
  mkfifo /run/never
  exec 3<>/run/never 4>/dev/tty1
  name=$(hostname) kernel=$(uname -r) tick=0 written=
  read -r life </proc/sys/kernel/random/uuid
  [ -b /dev/vda ] && echo "disk: $(sector)" >/dev/ttyS0
  while :; do
    tick=$((tick + 1))
    if [ $((tick % 5)) = 1 ]; then
      now=$(date '+%Y-%m-%d %H:%M:%S UTC')
      remember
      echo "tick $tick" >/dev/ttyS0
    fi
    draw
    read -r -t 0.2 -u 3 _
  done
}

shell_on() {
  while :; do
    # shellcheck disable=SC2094  # a terminal
    setsid -c sh <"$1" >"$1" 2>&1
  done
}

echo "ovirtlite demo guest $(hostname)" >/dev/ttyS0
printf '\033[2J\033[6;25r\033[6;1H' >/dev/tty1
power_button &
network &
ticker </dev/null &
shell_on /dev/tty1 &
shell_on /dev/ttyS0 &
while :; do wait; done
