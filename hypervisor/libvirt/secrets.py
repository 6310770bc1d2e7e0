"""Passphrases of volumes, kept by the node."""

from uuid import UUID

import libvirt

from hypervisor.libvirt.connected import Connected
from hypervisor.xml.secret import write_volume_secret


class KeepingSecrets(Connected):
    """Fulfils `hypervisor.node.KeepsSecrets`."""

    def set_volume_secret(self, uuid: UUID, path: str, value: bytes) -> None:
        """Raises OperationInvalid, NotSupported, HypervisorError."""

        def work() -> None:
            made = self._ask(self._connection.secretDefineXML, write_volume_secret(uuid, path), 0)
            try:
                self._ask(made.setValue, value, 0)
            except libvirt.libvirtError:
                self._ask(made.undefine)
                raise

        self._run(work)

    def remove_volume_secret(self, path: str, *, only: UUID | None = None) -> None:
        """Raises HypervisorError."""

        def work() -> None:
            usage = libvirt.VIR_SECRET_USAGE_TYPE_VOLUME
            try:
                found = self._ask(self._connection.secretLookupByUsage, usage, path)
            except libvirt.libvirtError as error:
                if error.get_error_code() in {libvirt.VIR_ERR_NO_SECRET, libvirt.VIR_ERR_NO_SUPPORT}:
                    return
                raise
            if only is None or found.UUID() == only.bytes:
                self._ask(found.undefine)

        self._run(work)
