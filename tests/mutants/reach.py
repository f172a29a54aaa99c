"""Reach: which functions the tests of a file run, so that a mutant meets those tests only that can notice it."""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import FrameType

from .mutant import Mutant
from .trial import forked, run


@dataclass(frozen=True, slots=True)
class Reach:
    """What the tests of a file ran: functions and bodies of classes and modules, by path and qualified name."""

    file: str
    functions: frozenset[tuple[str, str]]
    libraries: frozenset[str]
    seconds: float


def reach(file: str) -> Reach:
    """Run the tests of a file on the package as it is, which must pass."""
    with NamedTemporaryFile() as report:
        if forked(lambda: _record(file, Path(report.name))) != 0:
            raise SystemExit(f"{file} fails without any mutant")
        seen = json.load(report)
    return Reach(file, frozenset(map(tuple, seen["functions"])), frozenset(seen["libraries"]), seen["seconds"])


def _record(file: str, report: Path) -> int:
    functions = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            functions.add((frame.f_code.co_filename, frame.f_code.co_qualname.partition(".<locals>")[0]))

    begun = time.monotonic()
    sys.setprofile(note)
    code = run(file)
    sys.setprofile(None)
    libraries = [name for name in sys.modules if name.partition(".")[0] not in {"platformctl", "tests"}]
    seen = {"functions": list(functions), "libraries": libraries, "seconds": time.monotonic() - begun}
    report.write_text(json.dumps(seen))
    return code


def files_for(mutant: Mutant, reached: Iterable[Reach]) -> list[str]:
    """Return the files whose tests run a mutant, the one of its own name first and then the fastest."""
    place = (str(mutant.path.resolve()), mutant.where)
    able = [one for one in reached if place in one.functions]
    return [one.file for one in sorted(able, key=lambda one: (mutant.path.stem not in one.file, one.seconds))]


def import_libraries(reached: Iterable[Reach]) -> None:
    """Import what is not mutated, so that no trial has to do it again."""
    for name in sorted({name for one in reached for name in one.libraries}):
        if name in sys.modules or name == "__main__":
            continue
        try:
            importlib.import_module(name)
        except ImportError:
            continue
