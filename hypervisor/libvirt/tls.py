"""The certificates for one node, as the folder that libvirt's `pkipath` wants."""

from pathlib import Path

from hypervisor.data import Credentials
from hypervisor.libvirt import files


def write_pki(credentials: Credentials, workdir: Path) -> Path | None:
    """Write what was given; None when nothing was, and the system's own certificates are meant.

    The names are libvirt's: https://libvirt.org/kbase/tlscerts.html
    """
    given = {
        "cacert.pem": credentials.tls_ca_certificate,
        "clientcert.pem": credentials.tls_certificate,
        "clientkey.pem": credentials.tls_private_key,
    }
    if not any(given.values()):
        return None
    folder = files.prepare(workdir / "pki")
    for name, content in given.items():
        if content:
            files.keep(folder / name, files.lines(content))
        else:
            (folder / name).unlink(missing_ok=True)
    return folder
