"""Whether a delivery comes from who knows the repository's secret.

The forge is the one that the repository is configured with, so nothing in a delivery chooses how it is checked.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from dataclasses import dataclass
from typing import Final

from platformctl.catalog.repository import Forge
from platformctl.coded import Coded
from platformctl.forge.delivery import Delivery

TOLERANCE_S: Final = 300
"""Seconds that a signed time may be off, either way: what the Standard Webhooks libraries tolerate."""

SIGNING: Final = b"whsec_"
"""How secrets begin that only sign and are never sent; the key follows in Base64."""

_TIMESTAMP: Final = re.compile(rb"[0-9]{1,12}")
_VERSION: Final = b"v1,"


class Refusal(Coded):
    """Why a delivery is not believed."""

    sentence: str

    def __init__(self, _code: str, sentence: str) -> None:
        self.sentence = sentence

    NO_SECRET = "no-secret", "No secret is configured for this repository, so no delivery is accepted."
    ABSENT = "signature-absent", "The delivery has no signature of the forge that the repository is configured with."
    REPEATED = "signature-repeated", "A header that the signature depends on is there more than once."
    WRONG = "signature-wrong", "The signature is not that of this body under the repository's secret."
    STALE = "timestamp-stale", "The delivery was signed at another time than now."


@dataclass(frozen=True, slots=True)
class _Scheme:
    """The headers that may hold a signature, of which the first that is there counts, and how its value begins."""

    names: tuple[bytes, ...]
    prefix: bytes = b""


# Forgejo sends the header of Gitea too. Both of GitHub's kind are left out: a forge with its own needs no other.
_SCHEMES: Final[dict[Forge, _Scheme]] = {
    "forgejo": _Scheme((b"x-forgejo-signature", b"x-gitea-signature")),
    "gitea": _Scheme((b"x-gitea-signature",)),
    "github": _Scheme((b"x-hub-signature-256",), b"sha256="),
}


def refusal(forge: Forge, secret: bytes, delivery: Delivery, now_s: float) -> Refusal | None:
    """Return why a delivery is not believed; None when who sent it knows the secret.

    Args:
        forge: the one that the repository is configured with.
        secret: what the forge and we share; with an empty one nothing is believed.
        delivery: what arrived.
        now_s: seconds since 1970.
    """
    if not secret:
        return Refusal.NO_SECRET
    if forge == "gitlab":
        return _gitlab(secret, delivery, now_s)
    return _hexadecimal(_SCHEMES[forge], secret, delivery)


def _hexadecimal(scheme: _Scheme, secret: bytes, delivery: Delivery) -> Refusal | None:
    found = next((found for name in scheme.names if (found := delivery.values(name))), ())
    expected = scheme.prefix + hmac.digest(secret, delivery.body, "sha256").hex().encode()
    return _single(found) or _differs(found[0], expected)


def _gitlab(secret: bytes, delivery: Delivery, now_s: float) -> Refusal | None:
    """Take the signature where there is one; the token counts only for a secret that GitLab sends as it is."""
    if secret.startswith(SIGNING) or delivery.values(b"webhook-signature"):
        return _standard(secret, delivery, now_s)
    found = delivery.values(b"x-gitlab-token")
    return _single(found) or _differs(found[0], secret)


def _standard(secret: bytes, delivery: Delivery, now_s: float) -> Refusal | None:
    """Check a signature of Standard Webhooks, which covers the delivery's ID and time too."""
    names = (b"webhook-id", b"webhook-timestamp", b"webhook-signature")
    parts = [delivery.values(name) for name in names]
    for found in parts:
        if single := _single(found):
            return single
    identifier, timestamp, signatures = (found[0] for found in parts)
    key = _key(secret)
    if key is None or not _TIMESTAMP.fullmatch(timestamp):
        return Refusal.WRONG
    signed = b".".join((identifier, timestamp, delivery.body))
    expected = _VERSION + base64.b64encode(hmac.digest(key, signed, "sha256"))
    # Of several signatures, which a sender makes while it changes its key, one has to be right.
    if all(_differs(each, expected) for each in signatures.split(b" ")):
        return Refusal.WRONG
    return Refusal.STALE if abs(now_s - int(timestamp)) > TOLERANCE_S else None


def _key(secret: bytes) -> bytes | None:
    """Return what signs: the bytes that a secret of the standard's form encodes, or the secret itself."""
    if not secret.startswith(SIGNING):
        return secret
    try:
        return base64.b64decode(secret.removeprefix(SIGNING), validate=True) or None
    except binascii.Error:
        return None


def _single(found: tuple[bytes, ...]) -> Refusal | None:
    if len(found) > 1:
        return Refusal.REPEATED
    return None if found and found[0] else Refusal.ABSENT


def _differs(given: bytes, expected: bytes) -> Refusal | None:
    """Compare in a time that does not tell how much is right."""
    return None if hmac.compare_digest(given, expected) else Refusal.WRONG
