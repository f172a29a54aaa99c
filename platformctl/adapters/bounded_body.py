"""The body of an HTTP answer, read no further than it may be."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Any, Final

from platformctl.adapters.limits import Limits
from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason

_CHUNK: Final = 65536


class BoundedBody:
    """Stands in for the body that requests reads, and ends the reading of one that is too long or takes too long.

    A body is read as it comes: a server that sends single bytes never exceeds a socket's time limit.
    """

    def __init__(self, body: Any, limits: Limits) -> None:  # noqa: ANN401  requests does not say what it is
        self._body = body
        self._limits = limits
        self._deadline = monotonic() + limits.answer_s

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever else requests wants of a body
        return getattr(self._body, name)

    def stream(self, _: int, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: FBT001  requests calls it
        """Give the body in parts of any length."""
        size = 0
        while chunk := self._body.read1(_CHUNK, decode_content=decode_content):
            size += len(chunk)
            if size > self._limits.answer_bytes:
                message = f"the answer is larger than {self._limits.answer_bytes} bytes"
                raise LookFailed(Failure(Reason.OUTPUT_TOO_LARGE, message))
            if monotonic() > self._deadline:
                raise TimeoutError
            yield chunk
