"""Whether a machine that answers over ssh can be a node, and what to do where it cannot.

One script looks; it changes nothing. What it says is hostile input: lines of ours, of a bounded length, with values
that are shown to people and never run.
"""

import re
import shlex
import time
from dataclasses import dataclass

from hypervisor.libvirt.ssh_shell import Shell
from hypervisor.libvirt.translation import clean

_CLOCKS_MAY_DIFFER_SECONDS = 60
_MAY_MANAGE = ("libvirt", "libvirtd")  # the groups that distributions let manage libvirt
_LINE = re.compile(r"ovirtlite:(?P<name>[a-z]{1,16})=(?P<value>[^\x00-\x1f\x7f]{0,300})")

_LOOK = """
LC_ALL=C; PATH="$PATH:/usr/sbin:/sbin:/usr/local/sbin"; export LC_ALL PATH
uri={uri}
say() {{ printf 'ovirtlite:%s=%s\\n' "$1" "$2"; }}
say user "$(id -un)"
say uid "$(id -u)"
say groups "$(id -Gn)"
say time "$(date +%s)"
for name in virt-ssh-helper nc ncat netcat; do
  if command -v "$name" >/dev/null 2>&1; then say helper "$name"; break; fi
done
for name in libvirtd virtqemud virtlxcd; do
  if command -v "$name" >/dev/null 2>&1; then say daemon "$("$name" --version 2>/dev/null | head -n 1)"; break; fi
done
for socket in /run/libvirt/libvirt-sock /run/libvirt/virtqemud-sock /run/libvirt/virtlxcd-sock; do
  if [ -S "$socket" ]; then say socket "$socket"; break; fi
done
for name in /usr/bin/qemu-system-* /usr/bin/qemu-kvm /usr/libexec/qemu-kvm; do
  if [ -x "$name" ]; then say qemu "$name"; break; fi
done
if [ -c /dev/kvm ]; then say kvm yes
elif grep -qE '^flags.*[ ](vmx|svm)( |$)' /proc/cpuinfo 2>/dev/null; then say kvm off; fi
if command -v virsh >/dev/null 2>&1; then
  if words="$(timeout 8 virsh --quiet --connect "$uri" uri 2>&1 </dev/null)"; then say virsh yes
  else say virsh "no $(printf '%s' "$words" | tr '\\n' ' ')"; fi
fi
exit 0
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. What is not `ok` and `required` stops the enrolment."""

    code: str
    ok: bool
    required: bool
    detail: str


def look(shell: Shell) -> tuple[Check, ...]:
    """Look at the machine. `shell` reaches it by a qemu+ssh or another driver's address. Raises what Shell.run does."""
    uri = f"{shell.uri.driver}://{shell.uri.path}"
    began = time.time()
    out = shell.run(_LOOK.format(uri=shlex.quote(uri)), seconds=25)
    return judged(
        answers(out),
        driver=shell.uri.driver,
        system=shell.uri.path == "/system",
        between=(began, time.time()),
    )


def answers(out: str) -> dict[str, str]:
    """What a script that looks has said: of each name the first."""
    said: dict[str, str] = {}
    for line in out.splitlines():
        found = _LINE.fullmatch(line.strip())
        if found:
            said.setdefault(found["name"], clean(found["value"]).removesuffix("."))
    return said


def judged(
    said: dict[str, str], *, driver: str, system: bool, between: tuple[float, float]
) -> tuple[Check, ...]:
    """What the answers mean. `between`: when, by our clock, the machine told its time."""
    user = said.get("user", "?")
    checks = [
        Check("ssh", "uid" in said, True, f"Signed in as {user}." if "uid" in said else
              "The machine ran no script of ours: its ssh lets this user run one command only, or none."),
        _helper(said),
        _daemon(said, system),
        _rights(said, user, system),
    ]  # fmt: skip
    if driver == "qemu":
        checks += [_qemu(said), _kvm(said)]
    checks.append(_clock(said, between))
    return tuple(checks)


def failing(checks: tuple[Check, ...]) -> str:
    """What stops the enrolment, in sentences; "" where nothing does."""
    return " ".join(check.detail for check in checks if check.required and not check.ok)


def _helper(said: dict[str, str]) -> Check:
    name = said.get("helper", "")
    words = (
        f"{name} is there, by which libvirt passes through ssh."
        if name
        else "Neither virt-ssh-helper nor nc is there, and libvirt passes through ssh by one of them. "
        "Install libvirt's daemon of version 6.8 or later, or netcat-openbsd."
    )
    return Check("helper", bool(name), True, words)


def _daemon(said: dict[str, str], system: bool) -> Check:
    version = said.get("daemon", "")
    if not version and said.get("virsh") != "yes":
        words = "There is no libvirtd. Install it: apt install libvirt-daemon-system, or dnf install libvirt."
        return Check("daemon", False, True, words)
    if system and "socket" not in said and said.get("virsh") != "yes":
        words = f"{version} is installed and does not run. Start it: systemctl enable --now libvirtd."
        return Check("daemon", False, True, words)
    return Check(
        "daemon",
        True,
        True,
        f"{version or 'libvirt'} runs." if system else f"{version or 'libvirt'} is there.",
    )


def _rights(said: dict[str, str], user: str, system: bool) -> Check:
    virsh = said.get("virsh", "")
    if virsh == "yes":
        return Check("rights", True, True, f"libvirt lets {user} manage it.")
    if virsh.startswith("no"):
        why = f" It says: {virsh.removeprefix('no').strip()}." if virsh != "no" else ""
        words = f"libvirt does not let {user} manage it. Allow it: usermod -aG libvirt {user}.{why}"
        return Check("rights", False, True, words)
    groups = said.get("groups", "").split()
    if not system or said.get("uid") == "0" or any(name in groups for name in _MAY_MANAGE):
        return Check("rights", True, True, f"{user} is one whom libvirt lets manage it.")
    words = f"{user} is neither root nor in the group libvirt. Allow it: usermod -aG libvirt {user}."
    return Check("rights", False, True, words)


def _qemu(said: dict[str, str]) -> Check:
    if "qemu" in said:
        return Check("qemu", True, True, "QEMU is there.")
    words = "There is no QEMU. Install it: apt install qemu-system-x86, or dnf install qemu-kvm."
    return Check("qemu", False, True, words)


def _kvm(said: dict[str, str]) -> Check:
    kvm = said.get("kvm", "")
    if kvm == "yes":
        return Check("kvm", True, False, "KVM is there.")
    if kvm == "off":
        words = "The processor can virtualize, but KVM is off: load kvm_intel or kvm_amd, or allow it in the firmware."
    else:
        words = (
            "There is no KVM: guests run by emulation, which is slow. "
            "Where this machine is a guest itself, allow it nested virtualization."
        )
    return Check("kvm", False, False, words)


def _clock(said: dict[str, str], between: tuple[float, float]) -> Check:
    text = said.get("time", "")
    if not text.isdecimal() or len(text) > 12:
        return Check("clock", False, False, "The machine did not say what time it has.")
    off = max(between[0] - int(text) - 1, int(text) - between[1], 0.0)
    if off <= _CLOCKS_MAY_DIFFER_SECONDS:
        return Check("clock", True, False, "Its clock agrees with ours.")
    words = f"Its clock is {off:.0f} s off ours. Certificates and logs need the right time: install chrony."
    return Check("clock", False, False, words)
