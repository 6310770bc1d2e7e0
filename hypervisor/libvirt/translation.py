"""From libvirt's errors to ours: by code first, then by the words where libvirt has no code of its own."""

import re

import libvirt

from hypervisor import errors
from hypervisor.errors import HypervisorError

_LONGEST = 2000

BY_CODE: dict[int, type[HypervisorError]] = {
    libvirt.VIR_ERR_NO_DOMAIN: errors.NotFound,
    libvirt.VIR_ERR_NO_NETWORK: errors.NotFound,
    libvirt.VIR_ERR_NO_STORAGE_POOL: errors.NotFound,
    libvirt.VIR_ERR_NO_STORAGE_VOL: errors.NotFound,
    libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT: errors.NotFound,
    libvirt.VIR_ERR_NO_DOMAIN_CHECKPOINT: errors.NotFound,
    libvirt.VIR_ERR_NO_DOMAIN_METADATA: errors.NotFound,
    libvirt.VIR_ERR_NO_INTERFACE: errors.NotFound,
    libvirt.VIR_ERR_NO_NODE_DEVICE: errors.NotFound,
    libvirt.VIR_ERR_NO_NWFILTER: errors.NotFound,
    libvirt.VIR_ERR_NO_SECRET: errors.NotFound,
    libvirt.VIR_ERR_DEVICE_MISSING: errors.NotFound,
    libvirt.VIR_ERR_OPERATION_INVALID: errors.OperationInvalid,
    libvirt.VIR_ERR_DOM_EXIST: errors.OperationInvalid,
    libvirt.VIR_ERR_NETWORK_EXIST: errors.OperationInvalid,
    libvirt.VIR_ERR_STORAGE_VOL_EXIST: errors.OperationInvalid,
    libvirt.VIR_ERR_STORAGE_POOL_BUILT: errors.OperationInvalid,
    libvirt.VIR_ERR_BLOCK_COPY_ACTIVE: errors.OperationInvalid,
    libvirt.VIR_ERR_AGENT_UNRESPONSIVE: errors.OperationInvalid,
    libvirt.VIR_ERR_RESOURCE_BUSY: errors.Busy,
    libvirt.VIR_ERR_OPERATION_TIMEOUT: errors.Timeout,
    libvirt.VIR_ERR_NO_SUPPORT: errors.NotSupported,
    libvirt.VIR_ERR_NO_CONNECT: errors.NotSupported,  # "no connection driver available for …"
    libvirt.VIR_ERR_OPERATION_UNSUPPORTED: errors.NotSupported,
    libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED: errors.NotSupported,
    libvirt.VIR_ERR_CONFIG_UNSUPPORTED: errors.NotSupported,
    libvirt.VIR_ERR_XML_ERROR: errors.InvalidXML,
    libvirt.VIR_ERR_XML_DETAIL: errors.InvalidXML,
    libvirt.VIR_ERR_XML_INVALID_SCHEMA: errors.InvalidXML,
    libvirt.VIR_ERR_PARSE_FAILED: errors.InvalidXML,
    libvirt.VIR_ERR_NO_NAME: errors.InvalidXML,
    libvirt.VIR_ERR_NO_ROOT: errors.InvalidXML,
    libvirt.VIR_ERR_NO_OS: errors.InvalidXML,
    libvirt.VIR_ERR_NO_SOURCE: errors.InvalidXML,
    libvirt.VIR_ERR_NO_TARGET: errors.InvalidXML,
    libvirt.VIR_ERR_OS_TYPE: errors.InvalidXML,
    libvirt.VIR_ERR_INVALID_MAC: errors.InvalidXML,
    libvirt.VIR_ERR_NO_MEMORY: errors.NoCapacity,
    libvirt.VIR_ERR_AUTH_FAILED: errors.AuthenticationFailed,
    libvirt.VIR_ERR_AUTH_CANCELLED: errors.AccessDenied,  # polkit asked, and nobody was there to answer
    libvirt.VIR_ERR_AUTH_UNAVAILABLE: errors.AccessDenied,
    libvirt.VIR_ERR_ACCESS_DENIED: errors.AccessDenied,
    libvirt.VIR_ERR_OPERATION_DENIED: errors.AccessDenied,
    libvirt.VIR_ERR_OPERATION_ABORTED: errors.Cancelled,
    libvirt.VIR_ERR_MIGRATE_UNSAFE: errors.MigrationRefused,
    libvirt.VIR_ERR_CPU_INCOMPATIBLE: errors.MigrationRefused,
    libvirt.VIR_ERR_INVALID_CONN: errors.NodeUnreachable,
    libvirt.VIR_ERR_UNKNOWN_HOST: errors.NodeUnreachable,
    libvirt.VIR_ERR_GNUTLS_ERROR: errors.AuthenticationFailed,
}

# Words of the ssh program, of GnuTLS and of the kernel, which libvirt passes on under codes that say nothing.
_BY_WORDS: tuple[tuple["re.Pattern[str]", type[HypervisorError]], ...] = tuple(
    (re.compile(words, re.IGNORECASE), kind)
    for words, kind in (
        ("remote host identification has changed|host key .* has changed", errors.HostKeyChanged),
        ("our own certificate", errors.AuthenticationFailed),
        (r"no \S+ host key is known|host key verification failed", errors.HostKeyUnknown),
        ("permission denied \\(|too many authentication failures", errors.AuthenticationFailed),
        (
            "server certificate .* (?:hostname|issuer)|owner does not match the hostname",
            errors.HostKeyChanged,
        ),
        ("known issuer|verify peer's certificate|certificate .*not trusted", errors.HostKeyChanged),
        ("certificate|tls confirmation|tls handshake", errors.AuthenticationFailed),
        ("failed to connect socket to .*permission denied|authentication unavailable", errors.AccessDenied),
        ("state change lock", errors.Busy),
        (
            "storage volume name .* already in use",
            errors.OperationInvalid,
        ),  # what a copy says, without a code
        (
            "cannot allocate memory|no space left on device|cannot set up guest memory|"
            "(?:not enough|insufficient) free space",
            errors.NoCapacity,
        ),
    )
)
_UNREACHABLE_DOMAINS = frozenset(
    {
        libvirt.VIR_FROM_RPC,
        libvirt.VIR_FROM_REMOTE,
        libvirt.VIR_FROM_NET,
        libvirt.VIR_FROM_SSH,
        libvirt.VIR_FROM_LIBSSH,
    }
)
_SHOWN_KEY = re.compile(
    r"fingerprint for the (?P<type>\S+) key sent by the remote host is\s+(?P<fingerprint>\S+?)\.? "
)
_TYPES = {"ED25519": "ssh-ed25519", "RSA": "ssh-rsa", "ECDSA": "ecdsa-sha2-nistp256"}
_FRAMED = frozenset({errors.NodeUnreachable, errors.AuthenticationFailed})
_FRAME_START = re.compile("^(?:internal error: )?(?:Cannot recv data|End of file while reading data): ")
_FRAME_END = re.compile(r": (?:Input/output error|Connection reset by peer)\.$")
_TRANSPORT_WORDS = re.compile(
    "unable to connect|failed to connect|end of file while reading|connection (?:refused|reset|timed out|closed)|"
    "no route to host|broken pipe|keepalive timeout|network is unreachable|could not resolve|temporary failure in name",
    re.IGNORECASE,
)


def translated(error: "libvirt.libvirtError", node: str) -> HypervisorError:
    """Our error for one of libvirt's. Nothing of libvirt's own hangs on it."""
    code, domain = error.get_error_code(), error.get_error_domain()
    words = clean(error.get_error_message() or str(error))
    kind = _kind(code, domain, words)
    ours = kind(sentence(kind, words), node=node)
    if isinstance(ours, errors.HostKeyChanged):
        ours.shown = shown_key(words)
    return ours


def sentence(kind: type[HypervisorError], words: str) -> str:
    """What a person is told: of ssh's page about a changed key the one fact, else the words without their frame."""
    if kind is errors.HostKeyChanged:
        key = _SHOWN_KEY.search(words)
        if key is None:
            return "The machine's certificate is not for that name, or not by the authority that is known."
        return f"The machine shows another SSH key than the one that is known: {key['type']} {key['fingerprint']}."
    if kind is errors.HostKeyUnknown:
        return "The machine's SSH key is not among the known ones."
    return clean(_FRAME_END.sub("", _FRAME_START.sub("", words))) if kind in _FRAMED else words


def shown_key(words: str) -> tuple[str, str] | None:
    """The type and fingerprint of the key that ssh says a machine shows instead of the known one."""
    key = _SHOWN_KEY.search(words)
    if key is None:
        return None
    return _TYPES.get(key["type"], key["type"].lower())[:64], key["fingerprint"][:64]


def spoken(words: str) -> type[HypervisorError] | None:
    """What these words mean, as the ssh program or the kernel says them; None when they say nothing known."""
    return next((kind for pattern, kind in _BY_WORDS if pattern.search(words)), None)


def clean(words: str) -> str:
    """A machine's text for people: one line, no control characters, of a bounded length."""
    line = " ".join(
        "".join(letter if letter.isprintable() else " " for letter in words[: 2 * _LONGEST]).split()
    )
    return line[:_LONGEST].rstrip(".") + "."


def _kind(code: int, domain: int, words: str) -> type[HypervisorError]:
    if domain in _UNREACHABLE_DOMAINS or code in {
        libvirt.VIR_ERR_SYSTEM_ERROR,
        libvirt.VIR_ERR_OPERATION_TIMEOUT,
    }:
        said = spoken(words)
        if said is not None:
            return said
    known = BY_CODE.get(code)
    if known is not None:
        return known
    if domain in _UNREACHABLE_DOMAINS:
        # An older daemon that lacks a procedure says so under the same domain.
        return errors.NotSupported if "unknown procedure" in words else errors.NodeUnreachable
    if code == libvirt.VIR_ERR_SYSTEM_ERROR and _TRANSPORT_WORDS.search(words):
        return errors.NodeUnreachable
    # QEMU tells of a lack of memory or space in its own words only.
    said = spoken(words)
    return said if said in {errors.NoCapacity, errors.Busy, errors.OperationInvalid} else HypervisorError
