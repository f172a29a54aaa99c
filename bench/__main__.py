"""`make bench`: how fast we are, beside the floor and beside what a user would run instead.

Prints tables and writes build/bench.json. The catalog and the start of the command line are measured first.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from bench import load_catalog, peers, startup, table
from bench.inventory import CONCURRENT
from bench.measured import Result
from bench.observation import observe
from bench.place import RESULT
from bench.processor import CORES
from bench.target import Verdict, verdicts
from bench.way import Cell, Way
from bench.ways import FLOORS, WAYS
from tests.lab.requirements import missing

HOSTS: Final = (1, 8, 32, 64)
CONTAINERS: Final = (1, 10, 50)
ALL: Final = tuple((hosts, containers) for containers in CONTAINERS for hosts in HOSTS)
TEN: Final = tuple((hosts, 10) for hosts in HOSTS)
QUICK: Final = ((1, 10), (8, 10))


def main() -> None:
    """Measure what the options choose."""
    options = _options()
    if lacking := missing():
        raise SystemExit(lacking)
    cells, runs = _chosen(options)
    startup.main()
    print()
    load_catalog.main()
    print()
    versions = peers.install()
    ways = tuple(way for way in WAYS if _is_chosen(way, versions, options.ways))
    result = observe(cells, ways, runs, lambda so_far: _tell(so_far, ways))
    judged = verdicts(result)
    print("\n".join(table.targets(judged)))
    RESULT.write_text(json.dumps(_document(result, judged, versions), indent=2) + "\n", encoding="utf-8")
    print(f"\nwritten to {RESULT}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description="Observation over SSH beside its peers.")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--quick", action="store_true", help="1 and 8 hosts with 10 containers, 3 runs: two minutes")
    form.add_argument("--ten", action="store_true", help="1, 8, 32 and 64 hosts with 10 containers: ten minutes")
    form.add_argument("--cells", nargs="+", type=_cell, metavar="HOSTSxCONTAINERS", help="these cells, such as 8x10")
    parser.add_argument("--ways", nargs="+", default=[""], metavar="WORD", help="only those whose names have a WORD")
    parser.add_argument("--runs", type=int, help="runs of each way in each cell (5; 3 with --quick)")
    return parser.parse_args()


def _is_chosen(way: Way, versions: Mapping[str, str], words: Sequence[str]) -> bool:
    """Tell whether a way is measured; both floors always are."""
    there = way.peer is None or way.peer in versions
    return way in FLOORS or (there and any(word.lower() in way.name.lower() for word in words))


def _cell(text: str) -> Cell:
    hosts, _, containers = text.partition("x")
    return int(hosts), int(containers)


def _chosen(options: argparse.Namespace) -> tuple[Sequence[Cell], int]:
    cells = options.cells or (QUICK if options.quick else TEN if options.ten else ALL)
    return cells, options.runs or (3 if options.quick else 5)


def _tell(result: Result, ways: Sequence[Way]) -> None:
    if len(result.cells) == 1:
        print("\n".join(table.startup(result, ways)), end="\n\n")
    print("\n".join(table.cell(result, result.cells[-1], ways)), end="\n\n", flush=True)


def _document(result: Result, judged: Sequence[Verdict], versions: Mapping[str, str]) -> dict[str, object]:
    return {
        "takenAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": CORES, "system": platform.platform(), "python": platform.python_version()},
        "concurrent": CONCURRENT,
        "versions": {**versions, "openssh": _said("ssh", "-V"), "dockerClient": _said("docker", "--version")},
        "startup": dataclasses.asdict(result.startup),
        "cells": [dataclasses.asdict(each) | {"disturbed": result.disturbance(each)} for each in result.cells],
        "targets": [
            {"text": each.target.text, "outcome": each.outcome, "wall": each.values, "cpu": each.cpu}
            | {"disturbed": each.disturbed}
            for each in judged
        ],
    }


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip()


if __name__ == "__main__":
    main()
