"""Certificates for an engine that is reached over TLS: one authority, a server, a client, and a stranger."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its private key, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Certificates:
    """What a TLS engine and its clients need.

    Attributes:
        authority: the certificate that server and client trust.
        stranger: a client whose certificate another authority signed; the server must refuse it.
    """

    authority: Path
    server: Pair
    client: Pair
    stranger: Pair

    @staticmethod
    def make(folder: Path, address: str) -> Certificates:
        """Make keys and certificates, valid for a day, for a server on a loopback address."""
        folder.mkdir(parents=True)
        ours, theirs = _Authority.make("platformctl lab"), _Authority.make("somebody else")
        authority = folder / "ca.pem"
        authority.write_bytes(ours.certificate.public_bytes(serialization.Encoding.PEM))
        return Certificates(
            authority=authority,
            server=ours.issue(folder, "server", ExtendedKeyUsageOID.SERVER_AUTH, address),
            client=ours.issue(folder, "client", ExtendedKeyUsageOID.CLIENT_AUTH, address),
            stranger=theirs.issue(folder, "stranger", ExtendedKeyUsageOID.CLIENT_AUTH, address),
        )


@dataclass(frozen=True, slots=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @staticmethod
    def make(name: str) -> _Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(name, name, key).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        return _Authority(builder.sign(key, hashes.SHA256()), key)

    def issue(self, folder: Path, name: str, usage: x509.ObjectIdentifier, address: str) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        builder = _builder(name, str(issuer), key).add_extension(alternative, critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        pair = Pair(folder / f"{name}.pem", folder / f"{name}-key.pem")
        signed = builder.sign(self.key, hashes.SHA256())
        pair.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        pair.key.write_bytes(_pem(key))
        pair.key.chmod(0o600)
        return pair


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
