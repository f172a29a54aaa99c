"""One run of one way, measured."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.fleet import Fleet
from bench.inventory import Inventory
from bench.place import ROOT
from bench.processor import CORES, busy_s
from bench.tally import Tally, total
from bench.way import Errand, Way

LIMIT_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took.

    Attributes:
        wall_s: from the start of the process to its end, and parsing.
        client_s: CPU of the client, all of its processes.
        hosts_s: CPU of the sshds and what they ran.
        engine_s: CPU of the engine.
        others_s: CPU that everybody else on this machine had meanwhile.
        share: the part of the machine that the others had.
    """

    wall_s: float
    client_s: float
    hosts_s: float
    engine_s: float
    others_s: float
    share: float


class WayFailed(Exception):
    """A way did not do its work; what it took means nothing then."""


def run(way: Way, inventory: Inventory, fleet: Fleet, settings: Path) -> Run:
    """Run a way once.

    Raises:
        WayFailed: it failed, or did not see everything.
    """
    errand = Errand(inventory, fleet.folder / "run", settings)
    shutil.rmtree(errand.folder, ignore_errors=True)
    errand.lay()
    command = way.command(errand)
    before, busy, start = fleet.taken_s(), busy_s(), time.perf_counter()
    watched = _watch(way, errand, command)
    fleet.settle()
    elapsed, busy, after = time.perf_counter() - start, busy_s() - busy, fleet.taken_s()
    parse_s = _check(way, errand, watched["status"])
    hosts_s, engine_s = (after[name] - before[name] for name in ("hosts", "engine"))
    others_s = max(0.0, busy - watched["clientS"] - hosts_s - engine_s - watched["stopwatchS"])
    wall_s, client_s = watched["wallS"] + parse_s, watched["clientS"] + parse_s
    return Run(wall_s, client_s, hosts_s, engine_s, others_s, others_s / (elapsed * CORES))


def _watch(way: Way, errand: Errand, command: tuple[str, ...]) -> dict[str, Any]:
    result = errand.folder / "stopwatch.json"
    program = [sys.executable, "-m", "bench.stopwatch", str(result), str(LIMIT_S)]
    with (errand.folder / "stdout").open("wb") as output, (errand.folder / "stderr").open("wb") as complaint:
        subprocess.run(
            [*program, *command], cwd=ROOT, env=_environment(way, errand), stdout=output, stderr=complaint, check=True
        )
    watched: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return watched


def _environment(way: Way, errand: Errand) -> Mapping[str, str]:
    """Give every client the same home, no agent, no proxy, and no setting of whoever runs this."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(errand.settings / "home"),
        "PYTHONPATH": str(ROOT),
        **way.environment(errand),
    }


def _check(way: Way, errand: Errand, status: int | None) -> float:
    """Prove that the way saw everything, and return the seconds that parsing took where it had only stored."""
    start = time.perf_counter()
    stored = _stored(errand) if way.stores and status == 0 else None
    parse_s = time.perf_counter() - start if stored else 0.0
    told = errand.inventory
    hosts = len(told.places)
    expected = Tally(hosts, hosts * len(told.container_ids), hosts * len(told.image_ids))
    barest = Tally(hosts, expected.containers, expected.images)
    seen = expected if way.silent else stored or _told(errand)
    if status != 0 or seen not in (expected, barest):
        complaint = (errand.folder / "stderr").read_text(errors="replace") or (errand.folder / "stdout").read_text()
        raise WayFailed(f"{way.name}: exit status {status}, saw {seen} of {expected}: {complaint[-500:]}")
    return parse_s


def _stored(errand: Errand) -> Tally:
    return total(_text(path.read_text(encoding="utf-8")) for path in errand.answers.iterdir())


def _text(answer: str) -> str:
    """Return what a host printed; Ansible keeps it in a document of its own."""
    return str(json.loads(answer)["stdout"]) if answer.startswith('{"') and '"stdout"' in answer else answer


def _told(errand: Errand) -> Tally | None:
    lines = (errand.folder / "stdout").read_text(encoding="utf-8", errors="replace").splitlines()
    return Tally(**json.loads(lines[-1])) if lines else None
