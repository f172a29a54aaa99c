"""What becomes of merges under faults: ``python -m tests.faults`` prints a table and writes build/faults.json."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

from .flow_kills import requests_killed, smoke_killed, steps_killed
from .postgres import running_postgres
from .receiver_kills import receiver_killed, server_of_receiver_killed
from .server_kills import server_killed
from .storm import storm
from .verdict import Fault
from .world import World, world

RESULT: Final = Path("build/faults.json")
DATABASES: Final = ("sqlite", "postgresql")
_MOST: Final = 30
_WIDTH: Final = 62

Part: TypeAlias = Callable[[World], tuple[Fault, ...]]


def parts(most: int) -> dict[str, Part]:
    """Return the parts of the suite; each kind of kill has at most so many points."""
    return {
        "storm": storm,
        "receiver": lambda made: (receiver_killed(made, most),),
        "receiver's server": lambda made: (server_of_receiver_killed(made, most),),
        "flow's steps": lambda made: (steps_killed(made, most),),
        "flow's requests": lambda made: (requests_killed(made, most),),
        "flow's server": lambda made: (server_killed(made, -(-most // 2)),),  # each waits for a server to start
        "smoke": lambda made: (smoke_killed(made, most),),
    }


def main() -> int:
    """Run what is asked for; 1 where anything is not as it has to be."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--database", choices=DATABASES, action="append", help="default: both")
    parser.add_argument("--part", choices=sorted(parts(1)), action="append", help="default: all")
    parser.add_argument(
        "--most", type=int, default=_MOST, help="points of each kind of kill, spread evenly (default: 30)"
    )
    options = parser.parse_args()
    results = {}
    for database in options.database or DATABASES:
        print(f"\n{database:<{_WIDTH}} points  smokes  seconds  exactly once")
        results[database] = list(_results(database, options.part or list(parts(1)), options.most))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({key: [asdict(each) for each in value] for key, value in results.items()}, indent=1))
    return int(any(each.breaches for found in results.values() for each in found))


def _results(database: str, names: list[str], most: int) -> Iterator[Fault]:
    with (
        TemporaryDirectory(prefix="platformctl-faults-") as folder,
        _database(database) as url,
        world(Path(folder) / "world", url) as made,
    ):
        for name in names:
            began = time.monotonic()
            for fault in parts(most)[name](made):
                timed = replace(fault, seconds=round(time.monotonic() - began, 1))
                began = time.monotonic()
                show(timed)
                yield timed


def show(fault: Fault) -> None:
    """Print a row, and below it what is not as it has to be."""
    sign = "yes" if fault.exactly_once else "NO"
    print(f"{fault.name:<{_WIDTH}} {fault.points:6}  {fault.smokes:6}  {fault.seconds:7.1f}  {sign}", flush=True)
    for breach in fault.breaches:
        print(f"    {breach}", flush=True)


@contextmanager
def _database(name: str) -> Iterator[str]:
    if name == "sqlite":
        yield ""
    else:
        with running_postgres() as url:
            yield url


if __name__ == "__main__":
    sys.exit(main())
