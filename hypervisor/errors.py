"""Everything that can go wrong on a node, as types. No error of a driver's own leaves its package.

`code` is outward: it stands in a job's `error.code` and in problem documents.
`hint` is a sentence that tells a person what to do next; the `detail` says what happened.
"""

from typing import ClassVar


class HypervisorError(Exception):
    """A node refused or failed. `retryable` says whether the same call may succeed later by itself."""

    code: ClassVar[str] = "hypervisor_error"
    retryable: ClassVar[bool] = False
    hint: ClassVar[str] = ""

    def __init__(self, detail: str, *, node: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.node = node

    def __str__(self) -> str:
        return f"{self.detail} {self.hint}".strip()


class NodeUnreachable(HypervisorError):
    """Nothing answers, or the connection broke: nobody knows what became of a call under way."""

    code = "node_unreachable"
    retryable = True
    hint = "Check that the machine is on, that its address is right and that libvirtd runs there."


class InvalidURI(HypervisorError):
    """The address is malformed, of an unknown scheme, or has a parameter that is not allowed."""

    code = "invalid_uri"
    hint = "Use an address such as qemu+ssh://user@host/system or qemu+tls://host/system."


class AuthenticationFailed(HypervisorError):
    """The node refused our key, certificate or password."""

    code = "authentication_failed"
    hint = "Check the user, and that its key or certificate is accepted by that machine."


class HostKeyChanged(HypervisorError):
    """The machine shows another SSH host key or certificate than the one pinned."""

    code = "host_key_changed"
    hint = "If the machine was reinstalled, confirm its new key; else treat it as an attack."
    shown: tuple[str, str] | None = (
        None  # the type and fingerprint of the other key, where it is one of ssh's
    )


class HostKeyMismatch(HostKeyChanged):
    """The machine does not show the SSH host key that a person confirmed."""

    code = "host_key_mismatch"
    hint = "Compare the fingerprint on the machine itself; if it is another one, something stands in between."


class HostKeyUnknown(HypervisorError):
    """Known hosts were given, and the machine's key is not among them."""

    code = "host_key_unknown"
    hint = "Give the machine's key in the host's credentials (known_hosts)."


class AccessDenied(HypervisorError):
    """Connected, but this user may not do that on the node."""

    code = "node_access_denied"
    hint = "On the node, let that user manage libvirt (group libvirt, or polkit)."


class NotFound(HypervisorError):
    """The node has no such object (any more)."""

    code = "not_found_on_node"


class OperationInvalid(HypervisorError):
    """The object's state does not allow it."""

    code = "operation_invalid"


class Busy(HypervisorError):
    """Another operation on the node holds the object."""

    code = "node_busy"
    retryable = True
    hint = "Try again when it is done."


class NotSupported(HypervisorError):
    """This node or driver cannot do it."""

    code = "not_supported"


class InvalidXML(HypervisorError):
    """The document is not well formed, or not what libvirt accepts."""

    code = "invalid_xml"


class InvalidField(HypervisorError):
    """A value that one property of an object cannot have. `field` is its name, dotted where it is in a part."""

    code = "invalid_field"

    def __init__(self, field: str, detail: str, *, node: str = "") -> None:
        super().__init__(detail, node=node)
        self.field = field


class NoCapacity(HypervisorError):
    """No memory, no space or no resources are left on the node."""

    code = "no_capacity"


class Timeout(HypervisorError):
    """The node did not finish a call before its deadline; what came of it is not known."""

    code = "node_timeout"
    retryable = True


class Cancelled(HypervisorError):
    """The operation ended because it was cancelled."""

    code = "cancelled"


class MigrationRefused(HypervisorError):
    """libvirt's or QEMU's own checks say this migration cannot work, and why."""

    code = "migration_refused"


class CheckpointBroken(HypervisorError):
    """What a disk kept of what was written since a checkpoint is gone or not whole: only a full backup helps."""

    code = "checkpoint_broken"
