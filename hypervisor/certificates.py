"""Certificates of an authority of our own: one for the node to show, one by which the node knows us.

The node's is good for the one address by which a person named it: a machine does not choose whom it can pass for.
Ours carries one node's name, and that node's libvirt is told to take this name alone. So neither is good elsewhere,
though one authority signed them all.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CLOCKS_DIFFER = timedelta(hours=1)
_PURPOSES = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate and its key, in PEM."""

    certificate: str
    key: str = field(repr=False)

    @property
    def expires_at(self) -> datetime:
        return x509.load_pem_x509_certificate(self.certificate.encode()).not_valid_after_utc

    @property
    def subject(self) -> str:
        """Its name as libvirt writes it: "CN=…"."""
        return f"CN={_common_name(self.certificate)}"


@dataclass(frozen=True, slots=True)
class Authority(Signed):
    """Signs certificates; trusted by nobody but the nodes that ovirtlite has certified, and by ovirtlite itself."""

    @classmethod
    def new(cls, name: str, *, life: timedelta) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(name)
        builder = _begun(subject, subject, key, datetime.now(UTC) + life)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs=True), critical=True)
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        return cls(_pem(builder.sign(key, hashes.SHA256())), _private_pem(key))

    def for_node(self, host: str, *, life: timedelta) -> Signed:
        """What a node shows to who connects to `host`, a name or an IP address."""
        try:
            name: x509.GeneralName = x509.IPAddress(ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        # A common name holds 64 characters; who connects looks at the other one, which holds them all.
        return self._sign("server", host[:64], life, x509.SubjectAlternativeName([name]))

    def for_us(self, name: str, *, life: timedelta) -> Signed:
        """By what a node knows us; `name` is what it is told to take."""
        return self._sign("client", name, life)

    def _sign(
        self, purpose: str, name: str, life: timedelta, names: x509.SubjectAlternativeName | None = None
    ) -> Signed:
        authority = x509.load_pem_x509_certificate(self.certificate.encode())
        signing = serialization.load_pem_private_key(self.key.encode(), None)
        if not isinstance(signing, ec.EllipticCurvePrivateKey):
            raise TypeError("the authority's key is none of ours")
        key = ec.generate_private_key(ec.SECP256R1())
        until = min(datetime.now(UTC) + life, authority.not_valid_after_utc)
        builder = _begun(_named(name), authority.subject, key, until)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([_PURPOSES[purpose]]), critical=False)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
        if names is not None:
            builder = builder.add_extension(names, critical=False)
        return Signed(_pem(builder.sign(signing, hashes.SHA256())), _private_pem(key))


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - _CLOCKS_DIFFER)
        .not_valid_after(until)
    )


def _named(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _common_name(certificate: str) -> str:
    subject = x509.load_pem_x509_certificate(certificate.encode()).subject
    return str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_encipherment=not signs,  # an elliptic key enciphers none, but libvirt before 9.2 asks for it
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
