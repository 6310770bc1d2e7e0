"""A certificate of our own authority on a node: put there, renewed, taken back, each of it in one script, as root.

It lies in a folder of its own, and a marked block at the end of the daemon's settings names it. So certificates that
the machine has for other purposes stay what they are; where libvirt's TLS is set up already, nothing is touched. What
was there before is kept beside until `keep` says that the new one serves.

libvirt is started anew for each change, guests run on: `virt-admin server-update-tls` takes up certificates without
that, but reads them from their usual place whatever the settings name (tried: libvirt 9.0).
Source: https://libvirt.org/kbase/tlscerts.html, libvirtd(8)
"""

import shlex
import time
from dataclasses import dataclass

from hypervisor.certificates import Signed
from hypervisor.libvirt.readiness import Check, answers
from hypervisor.libvirt.ssh_shell import ScriptFailed, Shell

PORT = 16514
_CLOCKS_MAY_DIFFER_SECONDS = 3600  # certificates begin so much before their making
_CHANGE_SECONDS = 60.0

# What each script begins with. `unit` is the daemon that listens: libvirtd, or virtproxyd where there is one daemon a
# driver. A connection that breaks must not stop a script between the daemon's end and its new start.
_BEGIN = """
umask 077
LC_ALL=C; PATH="$PATH:/usr/sbin:/sbin"; export LC_ALL PATH
trap '' HUP PIPE
dir=/etc/pki/ovirtlite
unit=
for name in libvirtd virtproxyd; do
  if systemctl --quiet is-active "$name.socket" 2>/dev/null; then unit=$name; break; fi
done
conf="/etc/libvirt/$unit.conf"
begin='# Made by ovirtlite, which also takes it out again: begin'
end='# Made by ovirtlite: end'
fail() { echo "$1" >&2; exit 3; }
# The settings without our block, with an end to their last line.
without() { printf '%s\\n' "$([ ! -f "$conf" ] || sed "/^$begin\\$/,/^$end\\$/d" "$conf")"; }
settings() {
  grep -E '^[[:space:]]*(ca_file|cert_file|key_file|crl_file|tls_allowed_dn_list|tls_no_[a-z_]*|auth_tls)[[:space:]]*='
}
listens() { systemctl --quiet is-active "$unit-tls.socket"; }
ours() { [ -f "$conf" ] && grep -qx "$begin" "$conf"; }
# $1: whether it is to listen for TLS.
restart() {
  sockets=
  for socket in "$unit.socket" "$unit-ro.socket" "$unit-admin.socket"; do
    if systemctl --quiet is-active "$socket"; then sockets="$sockets $socket"; fi
  done
  systemctl stop "$unit.service" $sockets "$unit-tls.socket"
  systemctl reset-failed "$unit.service" $sockets "$unit-tls.socket" 2>/dev/null
  systemctl start $sockets
  if [ "$1" = no ]; then systemctl --quiet disable "$unit-tls.socket"
  elif ! systemctl --quiet enable --now "$unit-tls.socket"; then systemctl start "$unit.service"; return 1; fi
  systemctl start "$unit.service"
}
why() { journalctl --quiet --no-pager --output=cat --lines=3 --unit="$unit.service" 2>/dev/null | tr '\\n' ' '; }
# Back to what was there before the last change that nobody has kept.
back() {
  [ -d "$dir/before" ] || return 0
  for file in cacert.pem servercert.pem serverkey.pem; do
    rm -f "$dir/$file"
    if [ -f "$dir/before/$file" ]; then mv "$dir/before/$file" "$dir/$file"; fi
  done
  if [ -f "$dir/before/conf" ]; then cat "$dir/before/conf" >"$conf"; else rm -f "$conf"; fi
  listened=$(cat "$dir/before/listened")
  rm -rf "$dir/before"
  rmdir "$dir" 2>/dev/null
  restart "$listened"
}
"""

_LOOK = """
say() { printf 'ovirtlite:%s=%s\\n' "$1" "$2"; }
say uid "$(id -u)"
say time "$(date +%s)"
if [ -d /run/systemd/system ]; then say systemd yes; fi
say unit "$unit"
if [ -n "$unit" ]; then
  if systemctl cat "$unit-tls.socket" >/dev/null 2>&1; then say socket yes; fi
  if without | settings >/dev/null; then say foreign settings
  elif listens && ! ours; then say foreign socket; fi
fi
exit 0
"""

_PUT = """
[ -n "$unit" ] || fail "There is no libvirt that systemd starts."
mkdir -p /etc/pki && mkdir -p "$dir" && chmod 755 "$dir" || fail "The folder $dir cannot be made."
if [ ! -d "$dir/before" ]; then
  rm -rf "$dir/before.new"
  mkdir "$dir/before.new" || fail "Nothing can be written to $dir."
  for file in cacert.pem servercert.pem serverkey.pem; do
    if [ -f "$dir/$file" ]; then cp -p "$dir/$file" "$dir/before.new/$file" || fail "$dir/$file cannot be copied."; fi
  done
  if [ -f "$conf" ]; then cp -p "$conf" "$dir/before.new/conf" || fail "$conf cannot be copied."; fi
  if listens; then echo yes; else echo no; fi >"$dir/before.new/listened"
  mv "$dir/before.new" "$dir/before" || fail "Nothing can be written to $dir."
fi
put() {
  printf '%s\\n' "$2" >"$dir/$1.new" && chmod "$3" "$dir/$1.new" && mv "$dir/$1.new" "$dir/$1"
}
block="$begin
ca_file = \\"$dir/cacert.pem\\"
cert_file = \\"$dir/servercert.pem\\"
key_file = \\"$dir/serverkey.pem\\"
tls_allowed_dn_list = [\\"$allowed\\"]
$end"
# The daemon's settings keep their owner and mode, so they are written over, and only with what was written whole.
change() {
  put cacert.pem "$authority" 644 && put servercert.pem "$certificate" 644 && put serverkey.pem "$key" 600 || return 1
  { without && printf '%s\\n' "$block"; } >"$dir/conf.new" || return 1
  cat "$dir/conf.new" >"$conf" || return 1
  rm -f "$dir/conf.new"
  if command -v restorecon >/dev/null 2>&1; then restorecon -R "$dir" 2>/dev/null || :; fi
  restart yes
}
change 2>"$dir/said" || {
  words="$(tail -n 3 "$dir/said" | tr '\\n' ' ')$(why)"
  back 2>/dev/null
  rm -f "$dir/said"; rmdir "$dir" 2>/dev/null
  fail "libvirt does not start with the certificate, so everything is as it was: $words"
}
rm -f "$dir/said"
exit 0
"""

_KEEP = """
rm -rf "$dir/before"
exit 0
"""

_BACK = """
back
exit 0
"""

_TAKE = """
[ -n "$unit" ] || fail "There is no libvirt that systemd starts."
if ours; then
  without >"$dir/conf.new" && cat "$dir/conf.new" >"$conf" || fail "$conf cannot be written."
  restart no
fi
rm -rf "$dir"
exit 0
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a node is given: who signs, what it shows, and the one name that it lets in."""

    authority: str
    server: Signed
    allowed: str


def look(shell: Shell) -> tuple[Check, ...]:
    """Whether the machine can take a certificate. It changes nothing. Raises what Shell.run does."""
    try:
        said = answers(_run(shell, _LOOK))
    except ScriptFailed as refused:
        who = shell.uri.user or "The user"
        words = f"{who} is not root and has no sudo without a password, which a certificate needs. {refused.detail}"
        return (Check("root", False, True, words),)
    root = Check("root", said.get("uid") == "0", True, "It can be worked on as root.")
    return (root, _daemon(said), _free(said), _time(said))


def _daemon(said: dict[str, str]) -> Check:
    unit = said.get("unit", "")
    if unit and "socket" in said:
        return Check("tls_socket", True, True, f"{unit} can listen for TLS, by {unit}-tls.socket.")
    if "systemd" not in said:
        words = "It runs no systemd, by which ovirtlite has libvirt listen for TLS."
    elif not unit:
        words = (
            "Neither libvirtd.socket nor virtproxyd.socket is active, by which libvirt would listen for TLS. "
            "Start one: systemctl enable --now libvirtd.socket."
        )
    else:
        words = f"There is no {unit}-tls.socket, by which libvirt would listen for TLS."
    return Check("tls_socket", False, True, f"{words} Have a key installed instead, or set TLS up by hand.")


def _free(said: dict[str, str]) -> Check:
    foreign = said.get("foreign", "")
    if not foreign:
        return Check("tls_free", True, True, "Nobody else has set up libvirt's TLS there.")
    where = "in its settings" if foreign == "settings" else "with certificates in their usual place"
    words = (
        f"libvirt's TLS is set up there already, {where}, and ovirtlite changes nothing of that. Add the host by its "
        "+tls address and give a certificate that its authority has signed, or take that setup away."
    )
    return Check("tls_free", False, True, words)


def _time(said: dict[str, str]) -> Check:
    text = said.get("time", "")
    off = abs(time.time() - int(text)) if text.isdecimal() and len(text) <= 12 else 0.0
    if off <= _CLOCKS_MAY_DIFFER_SECONDS:
        return Check("tls_clock", True, True, "Certificates of today are valid by its clock.")
    words = f"Its clock is {off / 3600:.0f} h off ours: by it a certificate of today is not valid. Install chrony."
    return Check("tls_clock", False, True, words)


def put(shell: Shell, shown: Shown) -> None:
    """Have the node listen for TLS with this. Raises ScriptFailed, and then everything there is as it was."""
    given = {
        "authority": shown.authority.strip(),
        "certificate": shown.server.certificate.strip(),
        "key": shown.server.key.strip(),
        "allowed": shown.allowed,
    }
    words = "".join(f"{name}={shlex.quote(value)}\n" for name, value in given.items())
    _run(shell, words + _PUT, seconds=_CHANGE_SECONDS)


def keep(shell: Shell) -> None:
    """The new one serves: what was there before it goes."""
    _run(shell, _KEEP)


def back(shell: Shell) -> None:
    """As before the last `put` that was not kept."""
    _run(shell, _BACK, seconds=_CHANGE_SECONDS)


def take(shell: Shell) -> None:
    """Nothing of ours stays; the node no longer listens for TLS."""
    _run(shell, _TAKE, seconds=_CHANGE_SECONDS)


def _run(shell: Shell, script: str, *, seconds: float = 20.0) -> str:
    return shell.run(_BEGIN + script, seconds=seconds, as_root=True)
