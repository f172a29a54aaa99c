"""What the receiver answers, and how its description shows it."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel

from platformctl.rerun.receipt import Decision


class Accepted(BaseModel):
    """A delivery was understood: what becomes of it, and the run that follows the merge if there is one."""

    decision: Decision
    message: str
    run: str | None


class Refused(BaseModel):
    """A delivery was not taken, and nothing became of it."""

    reason: str
    message: str


class Health(BaseModel):
    """The receiver answers."""

    status: Literal["ok"]


class NotTaken(Exception):
    """A delivery is not one that may be taken."""

    def __init__(self, status: int, reason: str, message: str, retry_after_s: int = 0) -> None:
        self.status = status
        self.body = Refused(reason=reason, message=message)
        self.headers = {"Retry-After": str(retry_after_s)} if retry_after_s else {}


REFUSALS: Final = {
    400: "The body is no JSON object",
    401: "There is no signature",
    403: "The signature is not right",
    404: "There is no such repository",
    408: "The body did not arrive in time",
    413: "The body is too large",
    415: "The body is no JSON",
    429: "Asked too often",
    503: "The queue cannot be reached",
}
BODY: Final = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
