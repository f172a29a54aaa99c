"""What the Prefect server says of the run that claimed a smoke, and whether that run can still be at work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunSight:
    """A flow run as its server sees it.

    Attributes:
        state: the name of its state; None where the server has no such run.
        is_final: whether that state is one that a run ends in.
        is_left: whether the worker that began it was not heard of for long.
    """

    state: str | None
    is_final: bool = False
    is_left: bool = False

    @property
    def end(self) -> str | None:
        """Say how the run ended; None where it may still be at work."""
        if self.state is None:
            return "the server has no such flow run any more"
        if self.is_final:
            return f"its flow run ended as {self.state}"
        return "its worker is gone" if self.is_left else None
