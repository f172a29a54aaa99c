"""The way to a host: the connections to make one through the other, each with what it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from platformctl.adapters.ssh_config import NONE, Settings, settings
from platformctl.adapters.ssh_hop import Hop, hop_to
from platformctl.adapters.ssh_jump import Destination, jump_hosts
from platformctl.catalog.inventory import SshHost
from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason

_CONFIG: Final = "~/.ssh/config"
_MAX_HOPS: Final = 8


def route_to(host: SshHost) -> tuple[Hop, ...]:
    """Return the connections to make, of which the last one goes to the host itself.

    What the inventory says goes before what the configuration says. About a jump host the inventory says only where it
    is; its keys are those that the configuration names for it, and those of the entry where it names none.

    Raises:
        LookFailed: a configuration cannot be used.
    """
    return _Routes(host).to(Destination(host.address, host.port, host.user), _said(host), ())


def _said(host: SshHost) -> tuple[Destination, ...] | None:
    """Return the jump hosts of the inventory; None says nothing, and an empty tuple that there is none."""
    if host.jump is None:
        return None
    if host.jump in {(), (NONE,)}:
        return ()
    try:
        return jump_hosts(",".join(host.jump))
    except ValueError as error:
        raise _unusable(f"{host.address}: jump: {error} should read user@host:port") from None


def _unusable(message: str) -> LookFailed:
    return LookFailed(Failure(Reason.CONFIGURATION_UNUSABLE, message))


class _Routes:
    def __init__(self, entry: SshHost) -> None:
        self._entry = entry
        usual = Path(_CONFIG).expanduser()
        self._ours = entry.ssh_config is None
        if entry.ssh_config is None:
            self._config = usual if usual.exists() else None
        else:
            self._config = None if entry.ssh_config.lower() == NONE else Path(entry.ssh_config).expanduser()

    def to(
        self, goal: Destination, jumps: tuple[Destination, ...] | None, trail: tuple[Destination, ...]
    ) -> tuple[Hop, ...]:
        """Return the connections to a goal: a jump host has a way of its own where nothing stands before it."""
        if goal in trail or len(trail) >= _MAX_HOPS:
            names = " -> ".join(step.alias for step in (*trail, goal))
            raise _unusable(f"the jump hosts lead in a circle, or are more than {_MAX_HOPS - 1}: {names}")
        found = settings(self._config, goal.alias, ours=self._ours)
        jumps = self._jumps_of(found) if jumps is None else jumps
        before = self.to(jumps[-1], jumps[:-1] or None, (*trail, goal)) if jumps else ()
        return (*before, hop_to(self._entry, goal, found, is_jump=bool(trail)))

    def _jumps_of(self, found: Settings) -> tuple[Destination, ...]:
        command = found.proxy_command
        if command and command.rest.lower() != NONE:
            raise command.unusable(f"for {found.alias} is not used; say jump: or ProxyJump")
        return () if found.jump in {None, NONE} else jump_hosts(found.jump or "")
