"""The tokens in paths of an OpenSSH configuration: `%h`, `~`, `${NAME}`."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from platformctl.adapters.account import local_user
from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason

_TOKEN: Final = re.compile(r"%(.?)|\$\{([^}]*)\}", re.DOTALL)


def path_of(text: str, tokens: Mapping[str, str]) -> Path:
    """Return the path that a text with tokens means.

    Raises:
        LookFailed: a token is not known here, or a variable is not set.
    """

    def value(match: re.Match[str]) -> str:
        known = tokens.get(match[1]) if match[2] is None else os.environ.get(match[2])
        if known is None:
            message = f"{text!r}: {match[0]} is not known here; write the path out"
            raise LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, message))
        return known

    return Path(_TOKEN.sub(value, text)).expanduser()


def tokens_of(alias: str, host: str, port: int, user: str, key_alias: str | None) -> Mapping[str, str]:
    """Return what each token stands for in a connection's paths."""
    return {
        "%": "%",
        "d": str(Path.home()),
        "h": host,
        "i": str(os.getuid()),
        "k": key_alias or alias,
        "L": socket.gethostname().partition(".")[0],
        "n": alias,
        "p": str(port),
        "r": user,
        "u": local_user(),
    }
