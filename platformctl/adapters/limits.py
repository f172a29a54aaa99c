"""What one host may take of our time and memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CONNECT_S: Final = 10.0
LOGIN_S: Final = 20.0
ANSWER_S: Final = 30.0
ANSWER_BYTES: Final = 32 * 1024 * 1024
"""A thousand containers are described in 9 MB; an answer beyond this limit is not read to its end."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for a connection, for all of the login that follows and for each answer, and the bytes of an answer."""

    connect_s: float = CONNECT_S
    login_s: float = LOGIN_S
    answer_s: float = ANSWER_S
    answer_bytes: int = ANSWER_BYTES


USUAL: Final = Limits()
