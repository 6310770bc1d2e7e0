"""A real LDAP directory of the tests' own: Debian's slapd on loopback, with StartTLS, in its own folder."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.installation import free_port, listens

BASE = "dc=example,dc=org"
READER = f"cn=reader,{BASE}"
READER_PASSWORD = "the word of who may read"
_ROOT = f"cn=root,{BASE}"
_ROOT_PASSWORD = "the word of who may write"

_CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database mdb
suffix "{base}"
rootdn "{root}"
rootpw "{root_password}"
directory {folder}/data
maxsize 10485760
overlay memberof
overlay ppolicy
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"""

_ENTRIES = """
dn: {base}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ou=people,{base}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{base}
objectClass: organizationalUnit
ou: groups

dn: ou=elsewhere,{base}
objectClass: organizationalUnit
ou: elsewhere

dn: {reader}
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: reader
userPassword: {reader_password}
"""


class Directory:
    """The process, and changes of what it holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.uri = f"ldap://127.0.0.1:{self._port}"
        self.ca_file = folder / "ca.pem"

    def start(self) -> None:
        """Raises AssertionError when it does not start."""
        (self._folder / "data").mkdir()
        _write_certificates(self._folder)
        words = {
            "folder": self._folder,
            "base": BASE,
            "root": _ROOT,
            "root_password": _ROOT_PASSWORD,
            "reader": READER,
            "reader_password": READER_PASSWORD,
        }
        configuration = self._folder / "slapd.conf"
        configuration.write_text(_CONFIGURATION.format(**words))
        with (self._folder / "log").open("wb") as output:
            self._process = subprocess.Popen(
                # Killed tests leave no server behind; -d keeps it in the foreground.
                [*("setpriv", "--pdeathsig", "KILL", "/usr/sbin/slapd"),
                 *("-f", str(configuration), "-h", f"{self.uri}/", "-d", "0")],
                stdout=output,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        ends = time.monotonic() + 30
        while not listens(self.uri.removeprefix("ldap://")):
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < ends, "slapd did not start in time"
            time.sleep(0.02)
        self.add(_ENTRIES.format(**words))

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def settings(self, **more: str) -> dict[str, str]:
        """The environment of an installation whose people are here."""
        return {
            "OVIRTLITE_LDAP_URI": self.uri,
            "OVIRTLITE_LDAP_USER_BASE": f"ou=people,{BASE}",
            "OVIRTLITE_LDAP_GROUP_BASE": f"ou=groups,{BASE}",
            "OVIRTLITE_LDAP_BIND_DN": READER,
            "OVIRTLITE_LDAP_BIND_PASSWORD": READER_PASSWORD,
            **more,
        }

    def knows(self, uid: str, password: str, name: str = "") -> None:
        self.add(
            f"dn: uid={uid},ou=people,{BASE}\nobjectClass: inetOrgPerson\nuid: {uid}\nsn: {uid}\n"
            f"cn: {name or uid}\nuserPassword: {password}\n"
        )

    def forgets(self, uid: str) -> None:
        self._ask("ldapdelete", f"uid={uid},ou=people,{BASE}\n")

    def disables(self, uid: str) -> None:
        """As an administrator does there."""
        self._ask(
            "ldapmodify",
            f"dn: uid={uid},ou=people,{BASE}\nadd: pwdAccountLockedTime\n"
            "pwdAccountLockedTime: 000001010000Z\n",
        )

    def enables(self, uid: str) -> None:
        self._ask("ldapmodify", f"dn: uid={uid},ou=people,{BASE}\ndelete: pwdAccountLockedTime\n")

    def makes_group(self, name: str, *uids: str, under: str = "groups") -> None:
        members = "".join(f"member: uid={uid},ou=people,{BASE}\n" for uid in uids)
        self.add(f"dn: cn={name},ou={under},{BASE}\nobjectClass: groupOfNames\ncn: {name}\n{members}")

    def makes_posix_group(self, name: str, gid: int, *uids: str) -> None:
        members = "".join(f"memberUid: {uid}\n" for uid in uids)
        self.add(
            f"dn: cn={name},ou=groups,{BASE}\nobjectClass: posixGroup\ncn: {name}\ngidNumber: {gid}\n{members}"
        )

    def deletes_group(self, name: str, under: str = "groups") -> None:
        self._ask("ldapdelete", f"cn={name},ou={under},{BASE}\n")

    def add(self, entries: str) -> None:
        self._ask("ldapadd", entries)

    def _ask(self, program: str, text: str) -> None:
        done = subprocess.run(
            (program, "-x", "-H", self.uri, "-D", _ROOT, "-w", _ROOT_PASSWORD),
            input=text,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def _write_certificates(folder: Path) -> None:
    """A CA of the tests, and the server's certificate of it."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA of the tests")])
    now = datetime.now(UTC)

    def signed(subject: x509.Name, public: ec.EllipticCurvePublicKey, extension: x509.ExtensionType) -> bytes:
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(extension, critical=True)
            .sign(authority, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM)

    server = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    is_ca = x509.BasicConstraints(ca=True, path_length=None)
    (folder / "ca.pem").write_bytes(signed(issuer, authority.public_key(), is_ca))
    (folder / "server.pem").write_bytes(signed(server, key.public_key(), names))
    (folder / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


@contextmanager
def directory(folder: Path) -> Iterator[Directory]:
    """One that runs; ended at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Directory(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
