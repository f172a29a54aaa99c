"""Proving who we are to a server: a few keys, in order, until it takes one."""

from __future__ import annotations

from typing import Final

import paramiko

from platformctl.adapters.ssh_hop import Hop
from platformctl.adapters.ssh_offer import Offer, Offers
from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason
from platformctl.render.printable import one_line

MAX_OFFERS: Final = 5
"""One less than the refusals after which sshd hangs up (MaxAuthTries 6)."""


def log_in(ssh: paramiko.Transport, hop: Hop, keys: Offers) -> None:
    """Offer keys until the host takes one.

    Raises:
        LookFailed: it takes none.
        SSHException, OSError, EOFError: the connection broke.
    """
    refused = "there is no key to offer: name an identity_file, or start an ssh-agent"
    for number, offer in enumerate(keys.offers[:MAX_OFFERS]):
        refused = "the host takes none of the keys offered" + _left_over(keys)
        try:
            if _is_enough(ssh, hop.user, offer):
                return
            refused = "the host takes the key, and wants another proof besides"
        except paramiko.AuthenticationException:
            if ssh.is_active():
                continue
            if number == 0:
                raise
            break  # the server hangs up after some refusals
    passed_over = "".join(f"; {one_line(why)}" for why in keys.passed_over)
    raise LookFailed(Failure(Reason.AUTHENTICATION_FAILED, f"{hop.user}@{hop.address}: {refused}{passed_over}"))


def _is_enough(ssh: paramiko.Transport, user: str, offer: Offer) -> bool:
    offer.key.public_blob = offer.certificate
    return not ssh.auth_publickey(user, offer.key)


def _left_over(keys: Offers) -> str:
    left = len(keys.offers) - MAX_OFFERS
    if left <= 0:
        return ""
    return (
        f", the first {MAX_OFFERS} of {len(keys.offers)}, since servers hang up after 6: name the right identity_file"
    )
