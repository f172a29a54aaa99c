"""Where the results of smokes are kept.

smokes/<module>/<startedAt>-<digest>/smoke.json    the result; where the folder is, all of it is
smokes/<module>/<startedAt>-<digest>/junit.xml     the same for a CI
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from platformctl.adapters.file import read_bounded, write_atomically
from platformctl.adapters.past_smokes import MAX_BYTES, SMOKES
from platformctl.errors import InputInvalid, StoreUnwritable
from platformctl.render.smoke_document import from_json, to_json
from platformctl.render.smoke_junit import to_junit
from platformctl.smoke.outcome import Outcome
from platformctl.smoke.result import SmokeResult

_NO_DIGITS: Final = re.compile(r"[^0-9T]")
_TO_THE_SECOND: Final = len("2026-01-02T03:04:05")


class SmokeStore:
    """The results of smokes in a store. What is kept never changes."""

    def __init__(self, root: Path) -> None:
        self._folder = root / SMOKES

    def keep(self, result: SmokeResult) -> Path:
        """Keep a result, and return its folder. Keeping it twice is harmless.

        Raises:
            StoreUnwritable: the folder cannot be written.
        """
        document = to_json(result)
        digest = hashlib.sha256(document.encode()).hexdigest()[:12]
        folder = self._folder / result.module / f"{_NO_DIGITS.sub('', result.started_at[:23])}-{digest}"
        try:
            _keep_whole(folder, document, to_junit((result,)))
        except OSError as error:
            raise StoreUnwritable(f"{folder} cannot be written: {error.strerror or error}") from None
        return folder

    def last_outcomes(self) -> Mapping[str, Outcome]:
        """Return how the newest smoke of each module ended; one whose result cannot be read proves nothing."""
        try:
            modules = sorted(folder for folder in self._folder.iterdir() if folder.is_dir())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreUnwritable(f"{self._folder} cannot be read: {error.strerror or error}") from None
        newest = {module.name: max(_kept(module), default=None) for module in modules}
        return {name: _outcome(folder) for name, folder in newest.items() if folder}

    def since(self, module: str, at: str) -> tuple[SmokeResult, ...]:
        """Return the results of a module that began at a time in UTC or later, oldest first."""
        try:
            kept = sorted(_kept(self._folder / module))
        except FileNotFoundError:
            return ()
        begun = _NO_DIGITS.sub("", at[:_TO_THE_SECOND])
        results = (_read(folder) for folder in kept if folder.name[: len(begun)] >= begun)
        return tuple(result for result in results if result)


def _keep_whole(folder: Path, document: str, junit: str) -> None:
    """Write beside the place and move it there: of several writers the first wins, and none leaves half a folder."""
    if (folder / "smoke.json").exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent, ignore_cleanup_errors=True) as name:
        draft = Path(name) / folder.name
        write_atomically(draft / "junit.xml", junit)
        write_atomically(draft / "smoke.json", document)
        try:
            draft.rename(folder)
        except OSError:
            if not (folder / "smoke.json").exists():
                raise


def _kept(module: Path) -> list[Path]:
    return [folder for folder in module.iterdir() if not folder.name.startswith(".")]


def _outcome(folder: Path) -> Outcome:
    result = _read(folder)
    return result.outcome if result else Outcome.INCONCLUSIVE


def _read(folder: Path) -> SmokeResult | None:
    try:
        return from_json(read_bounded(folder / "smoke.json", str(folder), MAX_BYTES))
    except (InputInvalid, ValueError):
        return None
