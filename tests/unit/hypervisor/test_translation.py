"""Which of our errors libvirt's become, by code and by words. What real daemons say is in tests/node."""

import libvirt
import pytest

from hypervisor import errors
from hypervisor.libvirt.translation import BY_CODE, clean, translated


class Said(libvirt.libvirtError):  # type: ignore[misc]  # libvirt ships no types
    """An error as the binding makes it, with what the C library would have filled in."""

    def __init__(self, code: int, domain: int, message: str) -> None:
        super().__init__(message)
        self.err = (code, domain, message, 2, "", "", "", -1, -1)


@pytest.mark.parametrize(
    ("code", "domain", "message", "kind"),
    [
        (libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_FROM_QEMU, "Domain not found", errors.NotFound),
        (libvirt.VIR_ERR_OPERATION_INVALID, libvirt.VIR_FROM_QEMU, "is already running", errors.OperationInvalid),
        (
            libvirt.VIR_ERR_OPERATION_TIMEOUT, libvirt.VIR_FROM_QEMU,
            "Timed out during operation: cannot acquire state change lock (held by monitor=x)", errors.Busy,
        ),
        (libvirt.VIR_ERR_RPC, libvirt.VIR_FROM_RPC, "unknown procedure: 434", errors.NotSupported),
        (
            libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_FROM_RPC, "connection closed due to keepalive timeout",
            errors.NodeUnreachable,
        ),
        (libvirt.VIR_ERR_AUTH_FAILED, libvirt.VIR_FROM_RPC, "authentication failed", errors.AuthenticationFailed),
        (
            libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_FROM_RPC, "Failed to connect socket to '/x': Permission denied",
            errors.AccessDenied,
        ),
        (
            libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_FROM_RPC,
            "unable to connect to server at 'n:16509': Connection refused", errors.NodeUnreachable,
        ),
        (libvirt.VIR_ERR_ACCESS_DENIED, libvirt.VIR_FROM_ACCESS, "access denied: 'domain' denied", errors.AccessDenied),
        (
            libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_FROM_QEMU,
            "qemu unexpectedly closed the monitor: cannot set up guest memory 'pc.ram': Cannot allocate memory",
            errors.NoCapacity,
        ),
        (libvirt.VIR_ERR_MIGRATE_UNSAFE, libvirt.VIR_FROM_QEMU, "Unsafe migration", errors.MigrationRefused),
        (libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_FROM_QEMU, "something of its own", errors.HypervisorError),
        # A disk's certificate is no matter of the connection's.
        (libvirt.VIR_ERR_INTERNAL_ERROR, libvirt.VIR_FROM_QEMU, "no certificate for the disk", errors.HypervisorError),
    ],
)  # fmt: skip
def test_kinds(code: int, domain: int, message: str, kind: type[errors.HypervisorError]) -> None:
    ours = translated(Said(code, domain, message), "node1")
    assert type(ours) is kind
    assert ours.node == "node1"
    assert ours.__cause__ is None


def test_every_code_of_the_table_is_libvirts() -> None:
    known = {value for name, value in vars(libvirt).items() if name.startswith("VIR_ERR_")}
    assert set(BY_CODE) <= known


def test_a_changed_key_is_one_sentence() -> None:
    page = (
        "Cannot recv data: @@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@@ The fingerprint for the ED25519 "
        "key sent by the remote host is\nSHA256:abc/DEF+123.\nPlease contact your system administrator."
    )
    ours = translated(Said(libvirt.VIR_ERR_SYSTEM_ERROR, libvirt.VIR_FROM_RPC, page), "node1")
    assert type(ours) is errors.HostKeyChanged
    assert (
        ours.detail
        == "The machine shows another SSH key than the one that is known: ED25519 SHA256:abc/DEF+123."
    )


def test_a_machines_words_are_made_harmless() -> None:
    assert clean("one\x1b[31m\ntwo\x00\u202ethree") == "one [31m two three."
    assert len(clean("x" * 100_000)) < 2100
