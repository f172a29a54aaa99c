"""What is offered to a server as proof of who we are, in order."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import paramiko
from paramiko.agent import AgentKey
from paramiko.pkey import PublicBlob

from platformctl.adapters.ssh_hop import Identity
from platformctl.adapters.ssh_key import Certificate, KeyUnusable, certificate, certificate_of, private_key, public_key
from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason

_CERTIFICATE: Final = "-cert-v01@openssh.com"


@dataclass(frozen=True, slots=True)
class Offer:
    """A key, and the certificate that goes with it if it is offered by that."""

    key: paramiko.PKey
    certificate: PublicBlob | None = None


@dataclass(frozen=True, slots=True)
class Offers:
    """What is offered, and why named files give nothing."""

    offers: tuple[Offer, ...]
    passed_over: tuple[str, ...]


def offers_of(identity: Identity, held: Sequence[AgentKey]) -> Offers:
    """Put the keys in order: those of named files, then the agent's others; each after its certificates.

    Raises:
        LookFailed: a file that is required cannot be used.
    """
    plain = {key.asbytes(): key for key in held if not key.get_name().endswith(_CERTIFICATE) and not _wants_touch(key)}
    keys, passed_over = _named(identity, plain)
    if not identity.only:
        keys |= {blob: key for blob, key in plain.items() if blob not in keys}
    certificates = [*_certificates(identity), *_held_certificates(held)]
    return Offers(tuple(_offers(keys, certificates)), passed_over)


def _named(identity: Identity, held: dict[bytes, AgentKey]) -> tuple[dict[bytes, paramiko.PKey], tuple[str, ...]]:
    keys: dict[bytes, paramiko.PKey] = {}
    passed_over: list[str] = []
    for path in identity.files:
        try:
            key = _key(path, held)
            keys.setdefault(key.asbytes(), key)
        except KeyUnusable as error:
            if identity.required:
                raise LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, f"identity_file {error}")) from None
            if identity.named or path.exists():
                passed_over.append(str(error))
    return keys, tuple(passed_over)


def _key(path: Path, held: dict[bytes, AgentKey]) -> paramiko.PKey:
    """Read a key, or find in the agent the one whose public half the file, or the one beside it, has."""
    try:
        return private_key(path)
    except KeyUnusable:
        public = public_key(path)
        if public in held:
            return held[public]
        raise


def _certificates(identity: Identity) -> Iterator[Certificate]:
    beside = (path.with_name(f"{path.name}-cert.pub") for path in identity.files)
    read = (certificate(path) for path in (*identity.certificates, *beside))
    return (found for found in read if found)


def _held_certificates(held: Sequence[AgentKey]) -> Iterator[Certificate]:
    lines = (f"{key.get_name()} {b64encode(key.blob).decode()}" for key in held)
    read = (certificate_of(line.encode()) for line in lines if line.partition(" ")[0].endswith(_CERTIFICATE))
    return (found for found in read if found)


def _wants_touch(key: AgentKey) -> bool:
    """A key in a token asks for a finger at every host, since paramiko signs before it knows whether a key is taken."""
    return key.get_name().startswith("sk-")


def _offers(keys: dict[bytes, paramiko.PKey], certificates: Iterable[Certificate]) -> Iterator[Offer]:
    unique = {one.blob.key_blob: one for one in certificates}
    for public, key in keys.items():
        yield from (Offer(key, one.blob) for one in unique.values() if one.public == public)
        yield Offer(key)
