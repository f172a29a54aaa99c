"""The account that this process runs under."""

from __future__ import annotations

import getpass

from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason


def local_user() -> str:
    """Return its name.

    Raises:
        LookFailed: it has none.
    """
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        message = "the account of this process has no name; name a user"
        raise LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, message)) from None
