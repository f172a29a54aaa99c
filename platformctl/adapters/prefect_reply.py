"""Answers of the Prefect server's API, of which nothing is believed that was not looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from platformctl.errors import QueueUnavailable


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Deployment(_Answer):
    """A deployment, of which only the ID matters."""

    id: UUID


class Token(_Answer):
    """A token against forged requests."""

    token: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,1024}$")]


class FlowRun(_Answer):
    """A flow run; a server's `context` is what the first who asked for the run gave it."""

    id: UUID
    idempotency_key: str
    context: dict[str, Any]


_Read = TypeVar("_Read", bound=_Answer)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or in words why there is none: then the status is 0."""

    status: int
    body: bytes

    @property
    def may_pass(self) -> bool:
        """Whether the same request can succeed later. Prefect says 503 while its database is busy."""
        return self.status in {0, 408, 429} or self.status >= 500  # noqa: PLR2004  the server's faults

    @property
    def words(self) -> str:
        """What went wrong, for people; nothing of an answer's text."""
        return f"it answers {self.status}" if self.status else self.body.decode()

    def read(self, kind: type[_Read]) -> _Read:
        """Return what the answer holds.

        Raises:
            QueueUnavailable: it is not of this kind.
        """
        try:
            return kind.model_validate_json(self.body)
        except ValidationError:
            said = f"the answer ({self.status}) is not that of a Prefect server; check PREFECT_API_URL"
            raise QueueUnavailable(said) from None
