"""The lock that keeps two smokes of one module from running at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from platformctl.adapters.file_lock import locked
from platformctl.errors import StoreBusy

PATIENCE_S: Final = 3600.0


@contextmanager
def smoke_alone(store: Path, module: str, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Wait until no other smoke of a module runs in a store, and keep others waiting.

    Raises:
        StoreBusy: another one runs for too long.
        StoreUnwritable: the lock cannot be made.
    """
    with locked(store / "locks" / f"smoke-{module}.lock", patience_s):
        yield


def smoke_runs(store: Path, module: str) -> bool:
    """Tell whether a smoke of a module runs now."""
    try:
        with smoke_alone(store, module, 0):
            return False
    except StoreBusy:
        return True
