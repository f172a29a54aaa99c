"""What a stolen key, or an open socket, is worth: what a host lets us do besides asking."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

TRIAL: Final = ("echo", "platformctl")
"""The one command outside of the table of questions: it does nothing, and only `doctor` sends it, to be refused."""

_KNOWS: Final = "read what inspect shows, the environment with its secrets included"


@dataclass(frozen=True, slots=True)
class KeyProtection:
    """What an SSH host lets a key do: run commands, forward connections, reach all of the engine's API."""

    runs_commands: bool
    forwards: bool
    reaches_engine: bool

    @property
    def is_whole(self) -> bool:
        """Whether the key can ask, and do nothing else."""
        return not (self.runs_commands or self.forwards or self.reaches_engine)

    def stolen(self) -> Iterator[str]:
        """Say what somebody can do who has stolen the key, worst first."""
        if self.runs_commands:
            yield "run any command on the host as this account, which in the group docker is root"
        if self.reaches_engine:
            yield "speak to the engine's socket, which is root"
        if self.forwards:
            yield "connect through the host to whatever it reaches"
        yield _KNOWS


@dataclass(frozen=True, slots=True)
class SocketProtection:
    """What an engine's API at a socket or port answers besides the questions."""

    is_filtered: bool

    @property
    def is_whole(self) -> bool:
        """Whether a filter lets through the questions, and nothing else."""
        return self.is_filtered

    def stolen(self) -> Iterator[str]:
        """Say what somebody can do who reaches it."""
        if not self.is_filtered:
            yield "do everything that the engine can, which is root on its host"
        yield _KNOWS
