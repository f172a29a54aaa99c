"""Telling a forge what became of a merge: a status for each smoke, and one comment that tells all.

forge/<merge>/<module>.json    the last that was told about a module
forge/<merge>.lock             held by who tells, so that what a forge shows last is what was known last
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from platformctl.adapters.file import write_atomically
from platformctl.adapters.file_lock import locked
from platformctl.adapters.forge_api import ForgeApi
from platformctl.errors import PlatformctlError
from platformctl.rerun.commit_status import CommitStatus
from platformctl.rerun.merge import Merge

_LOCK_S: Final = 120.0
_STATUS: Final = TypeAdapter(CommitStatus)


@dataclass(frozen=True, slots=True)
class WritingBack:
    """What is told about a merge, and to whom."""

    api: ForgeApi
    root: Path
    merge: Merge

    def tell(self, statuses: Iterable[CommitStatus]) -> tuple[str, ...]:
        """Tell the forge, and return what could not be told, a line each. Nothing depends on it."""
        try:
            with locked(self._place.with_suffix(".lock"), _LOCK_S):
                return tuple(self._tell(statuses))
        except PlatformctlError as error:
            return (f"nothing was told: {error}",)

    def _tell(self, statuses: Iterable[CommitStatus]) -> Iterator[str]:
        """A smoke can end before the run that created it tells of it: what has ended is never pending again."""
        told = {status.module: status for status in self._told()}
        for status in statuses:
            if status.state == "pending" and status.module in told:
                continue
            told[status.module] = status
            write_atomically(self._place / f"{status.module}.json", _STATUS.dump_json(status).decode() + "\n")
            if status.runs:
                yield from filter(None, [self.api.write_status(self.merge.commit, status)])
        yield from filter(None, [self.api.write_comment(self.merge, told.values())])

    def _told(self) -> Iterator[CommitStatus]:
        for place in self._place.glob("[!.]*.json"):
            with suppress(OSError, ValueError):
                yield _STATUS.validate_json(place.read_bytes())

    @property
    def _place(self) -> Path:
        return self.root / "forge" / sha256(self.merge.key.encode()).hexdigest()


def run_url(run: str | None) -> str | None:
    """Return where a person sees a flow run; None where no address of the interface is known that others can use."""
    interface = os.environ.get("PREFECT_UI_URL", "")
    if not run or not interface.startswith(("http://", "https://")):
        return None
    return f"{interface.rstrip('/')}/runs/flow-run/{run}"
