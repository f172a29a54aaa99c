"""A way to observe a fleet, as a command that can be measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from bench.inventory import Inventory

Cell: TypeAlias = tuple[int, int]
"""Hosts, and containers on each."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What one run is given.

    Attributes:
        folder: the run's own.
        settings: the clients' configuration, the same for all runs.
    """

    inventory: Inventory
    folder: Path
    settings: Path

    @property
    def file(self) -> Path:
        """The inventory, as a client reads it."""
        return self.folder / "inventory.json"

    @property
    def places(self) -> Path:
        """The hosts for xargs: name, address and port on each line."""
        return self.folder / "places"

    @property
    def answers(self) -> Path:
        """The folder where ways that only store leave what hosts printed, one file for each."""
        return self.folder / "answers"

    def lay(self) -> None:
        """Write the files."""
        self.answers.mkdir(parents=True)
        self.inventory.write(self.file)
        lines = [f"{place.name} {place.address} {place.port}\n" for place in self.inventory.places]
        self.places.write_text("".join(lines), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Way:
    """A way to observe.

    Attributes:
        command: the fresh process that is measured.
        environment: what it needs besides.
        stores: it leaves the hosts' answers as files; parsing them is measured apart and added.
        silent: it counts by itself and only its exit status tells.
        cells: where it is run; everywhere when left out.
        peer: what must be installed for it.
    """

    name: str
    command: Callable[[Errand], tuple[str, ...]]
    environment: Callable[[Errand], Mapping[str, str]] = field(default=lambda _: {})
    stores: bool = False
    silent: bool = False
    cells: frozenset[Cell] | None = None
    peer: str | None = None

    def runs(self, cell: Cell) -> bool:
        """Tell whether it is measured in a cell."""
        return self.cells is None or cell in self.cells
