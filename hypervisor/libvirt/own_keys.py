"""Keys of our own making, and the line of authorized_keys that lets one in.

The line allows what libvirt and our consoles need, commands and forwarding, and nothing else: no terminal, no agent,
no X11, no rc file. The file is only ever added to, or replaced as a whole by a copy that lacks our line: an
interrupted script leaves either the old file or the new one.
"""

import re
import shlex
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hypervisor.libvirt.ssh_shell import Shell

# Instead of `restrict,port-forwarding`, which sshd before 7.2 takes for a mistake and then refuses the line.
_ALLOWS = "no-agent-forwarding,no-X11-forwarding,no-pty,no-user-rc"
_COMMENT = re.compile(r"[A-Za-z0-9 ._:-]{1,80}")

# Two jobs may be at one account's file; where there is no flock, the file is still never half.
_BEGIN = """
set -eu
umask 077
LC_ALL=C; export LC_ALL
alone() {{ if [ -d "$1" ] && command -v flock >/dev/null 2>&1; then exec 9<"$1"; flock -w 10 9 || :; fi; }}
"""
_ADD = """
line={line}
blob={blob}
folder="$HOME/.ssh"
[ -d "$folder" ] || mkdir "$folder"
file="$folder/authorized_keys"
alone "$folder"
# A line that somebody has made a comment lets nobody in.
if [ -f "$file" ] && grep -v '^[[:space:]]*#' "$file" | grep -qF -- "$blob"; then exit 0; fi
# A last line without an end must not swallow ours.
if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then line="
$line"; fi
printf '%s\\n' "$line" >>"$file"
if command -v restorecon >/dev/null 2>&1; then restorecon "$folder" "$file" 2>/dev/null || :; fi
"""

_REMOVE = """
blob={blob}
file="$HOME/.ssh/authorized_keys"
alone "$HOME/.ssh"
[ -f "$file" ] && grep -qF -- "$blob" "$file" || exit 0
if [ -L "$file" ]; then file="$(readlink -f -- "$file")"; fi
new="$file.ovirtlite.$$"
trap 'rm -f -- "$new"' EXIT
cp -p -- "$file" "$new"
grep -vF -- "$blob" "$file" >"$new" || [ $? -eq 1 ]
mv -f -- "$new" "$file"
if command -v restorecon >/dev/null 2>&1; then restorecon "$file" 2>/dev/null || :; fi
"""


@dataclass(frozen=True, slots=True)
class OwnKey:
    """An ed25519 key in OpenSSH's forms; `public` is "ssh-ed25519 AAAA… comment"."""

    private: str = field(repr=False)
    public: str

    @classmethod
    def new(cls, comment: str) -> "OwnKey":
        if not _COMMENT.fullmatch(comment):
            raise ValueError("the comment of a key is plain words")
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        return cls(private.decode(), f"{public.decode()} {comment}")


def authorize(shell: Shell, public: str) -> None:
    """Let the key in as the shell's user. Twice is as once; the lines of others stay as they are."""
    line, blob = shlex.quote(f"{_ALLOWS} {public}"), shlex.quote(_blob(public))
    shell.run((_BEGIN + _ADD).format(line=line, blob=blob))


def withdraw(shell: Shell, public: str, *, seconds: float = 20.0) -> None:
    """Let the key in no longer. The lines of others, and the file's owner and mode, stay as they are."""
    shell.run((_BEGIN + _REMOVE).format(blob=shlex.quote(_blob(public))), seconds=seconds)


def _blob(public: str) -> str:
    return public.split()[1]
