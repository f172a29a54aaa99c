"""Run all mutants of the packages that decide, and list those that no test notices."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from .mutant import Mutant, mutants
from .reach import Reach, files_for, import_libraries, reach
from .trial import is_killed

TESTS: Final = {
    "identity": ("tests/unit/identity",),
    "plan": ("tests/unit/plan", "tests/unit/test_messages.py"),
}
"""A package has to be held by its own tests, and by those that compare it with the documents."""

LEAST_PERCENT: Final = 95


def main() -> int:
    """Print survivors as rows of a table, and figures; return 1 where too many survived."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("only", nargs="*", help="parts of paths: only mutants of files that have one of them")
    options = parser.parse_args()
    os.nice(5)
    return max(_package(package, options.only) for package in TESTS)


def _package(package: str, only: Sequence[str]) -> int:
    paths = [path for path in _modules(package) if not only or any(part in str(path) for part in only)]
    reached = [reach(file) for file in _test_files(package)] if paths else []
    import_libraries(reached)
    begun, total, survivors = time.monotonic(), 0, 0
    for path in paths:
        found = list(mutants(path))
        total += len(found)
        for mutant in _survivors(found, reached):
            survivors += 1
            print(f"| `{mutant.path}:{mutant.line}` | `{mutant.was}` | `{mutant.now}` |", flush=True)
        percent = 100 * (total - survivors) / max(total, 1)
        minutes = (time.monotonic() - begun) / 60
        print(f"{path}: {total} mutants so far, {survivors} survived, {percent:.1f} %, {minutes:.0f} min", flush=True)
    return int(100 * (total - survivors) < LEAST_PERCENT * total)


def _modules(package: str) -> list[Path]:
    return sorted(Path("platformctl", package).glob("*.py"))


def _test_files(package: str) -> Iterator[str]:
    for place in map(Path, TESTS[package]):
        yield from (str(path) for path in ([place] if place.is_file() else sorted(place.glob("test_*.py"))))


def _survivors(found: Sequence[Mutant], reached: Sequence[Reach]) -> Iterator[Mutant]:
    return (mutant for mutant in found if not is_killed(mutant, files_for(mutant, reached)))


if __name__ == "__main__":
    raise SystemExit(main())
