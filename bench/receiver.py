"""`python -m bench.receiver`: how soon deliveries are answered and how many in a second, with nothing lost.

Receiver, Prefect server and client share this machine, all on loopback. No worker runs, so the runs stay queued, and
the server is told not to mark them as late: where a worker runs, none is. Prints a table for each database and writes
build/receiver.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.deliveries import Load, commit, deliver, refused_per_s
from bench.place import BUILD
from bench.processor import CORES
from tests.faults.postgres import running_postgres
from tests.faults.rows import counts
from tests.faults.server import KillableServer
from tests.unit.adapters.receiving import Running, running_receiver

RESULT: Final = BUILD / "receiver.json"
AT_ONCE: Final = 8
BURST: Final = 20
_FLOW: Final = "rerun-after-merge"
_KEY: Final = "merge:forgejo:platform/catalog:main:"
_HEAD: Final = f"  {'':34}{'answers':>9}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}{'per s':>9}  statuses"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured with a database.

    Attributes:
        told: merges that an answer 202 acknowledged.
        lost: those of them that no run in the database follows.
        repeated: those that more than one run follows.
        receipts: lines that were left, and `expected` how many answers 202 there were.
    """

    database: str
    loads: tuple[Load, ...]
    refused_per_s: float | None
    told: int
    lost: int
    repeated: int
    receipts: int
    expected: int


class _Server(KillableServer):
    """A server that leaves runs that wait as they are."""

    def environment(self, port: int | None = None) -> dict[str, str]:
        """Add to what a client needs what only the server reads."""
        return {**super().environment(port), "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false"}


def main() -> None:
    """Measure with SQLite and with PostgreSQL."""
    options = _options()
    measured = []
    for name in options.databases:
        with TemporaryDirectory(prefix="platformctl-receiver-") as folder, _database(name) as database:
            measured.append(_measure(name, database, Path(folder) / "prefect", options.count))
        print("\n".join(_table(measured[-1])), end="\n\n", flush=True)
    BUILD.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(_document(measured), indent=2) + "\n", encoding="utf-8")
    print(f"written to {RESULT}")
    if any(each.lost or each.repeated or each.receipts != each.expected for each in measured):
        raise SystemExit("a merge was lost, followed twice, or left no receipt")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.receiver", description="The receiver under load.")
    parser.add_argument("--databases", nargs="+", choices=("SQLite", "PostgreSQL"), default=["SQLite", "PostgreSQL"])
    parser.add_argument("--count", type=int, default=400, help="deliveries of each load (default: 400)")
    return parser.parse_args()


@contextmanager
def _database(name: str) -> Iterator[str]:
    """Yield where the database is; nothing for SQLite, which lives in the server's folder."""
    if name == "SQLite":
        yield ""
        return
    with running_postgres() as url:
        yield url


@contextmanager
def _running_server(folder: Path, database: str) -> Iterator[_Server]:
    folder.mkdir()
    server = _Server(folder, database or f"sqlite+aiosqlite:///{folder}/prefect.db")
    try:
        server.start()
        server.bootstrap()
        yield server
    finally:
        server.kill()


def _measure(name: str, database: str, folder: Path, count: int) -> Measured:
    with _running_server(folder, database) as server:
        settings = {key: value for key, value in server.environment().items() if key.startswith("PREFECT_")}
        with running_receiver(folder / "receiver", settings, "--per-minute", "1000000") as receiver:
            deliver("warm-up", receiver.url, [commit() for _ in range(20)], 1)
            commits = {kind: [commit() for _ in range(count)] for kind in ("one", "many")}
            bursts = [[each] * BURST for each in (commit() for _ in range(max(1, count // BURST)))]
            loads = (
                deliver("new, one after the other", receiver.url, commits["one"], 1),
                deliver(f"new, {AT_ONCE} at a time", receiver.url, commits["many"], AT_ONCE),
                deliver("known, one after the other", receiver.url, commits["one"], 1),
                deliver(f"known, {AT_ONCE} at a time", receiver.url, commits["many"], AT_ONCE),
                _together([deliver(f"one merge, {BURST} at once", receiver.url, each, BURST) for each in bursts]),
            )
            refused = refused_per_s(receiver.url, folder)
            acknowledged = _acknowledged(receiver)
        rows = counts(server.database, _FLOW, _KEY)
    lost = [key for key in set(acknowledged) if key not in rows]
    repeated = [key for key, number in rows.items() if number > 1]
    # The warm-up's answers count too: nothing that was answered 202 may be without a line.
    answered = 20 + sum(load.statuses[202] for load in loads)
    return Measured(name, loads, refused, len(set(acknowledged)), len(lost), len(repeated), len(acknowledged), answered)


def _acknowledged(receiver: Running) -> list[str]:
    """Return the key of each merge for which a receipt says that a run follows."""
    return [
        f"{_KEY}{each['merge']['commit']}"
        for each in receiver.receipts()
        if each["decision"] in {"queued", "duplicate"}
    ]


def _together(loads: Sequence[Load]) -> Load:
    statuses = sum((load.statuses for load in loads), start=loads[0].statuses.__class__())
    seconds = sorted(second for load in loads for second in load.seconds)
    return Load(loads[0].name, statuses, tuple(seconds), sum(load.wall_s for load in loads))


def _table(measured: Measured) -> Iterator[str]:
    yield f"Deliveries with {measured.database}"
    yield _HEAD
    for load in measured.loads:
        times = "".join(f"{load.percentile_s(percent) * 1000:>9.1f}" for percent in (50, 99))
        statuses = ", ".join(f"{number} x {status}" for status, number in sorted(load.statuses.items()))
        yield (
            f"  {load.name:34}{len(load.seconds):>9}{times}{load.seconds[-1] * 1000:>9.1f}{load.per_s:>9.1f}"
            f"  {statuses}"
        )
    refused = "wrk is not installed" if measured.refused_per_s is None else f"{measured.refused_per_s:.0f} a second"
    yield f"  unsigned and refused: {refused}"
    yield (
        f"  merges acknowledged: {measured.told}; lost: {measured.lost}; followed twice: {measured.repeated}; "
        f"receipts: {measured.receipts} for {measured.expected} answers"
    )


def _document(measured: Sequence[Measured]) -> Mapping[str, object]:
    return {
        "takenAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": CORES, "system": platform.platform(), "python": platform.python_version()},
        "loadAverage": os.getloadavg()[0],
        "databases": [
            {
                "database": each.database,
                "loads": [
                    {
                        "name": load.name,
                        "answers": len(load.seconds),
                        "statuses": {str(status): number for status, number in sorted(load.statuses.items())},
                        "p50Ms": round(load.percentile_s(50) * 1000, 2),
                        "p99Ms": round(load.percentile_s(99) * 1000, 2),
                        "maxMs": round(load.seconds[-1] * 1000, 2),
                        "perSecond": round(load.per_s, 1),
                    }
                    for load in each.loads
                ],
                "refusedPerSecond": each.refused_per_s,
                "acknowledged": each.told,
                "lost": each.lost,
                "followedTwice": each.repeated,
                "receipts": each.receipts,
                "answers202": each.expected,
            }
            for each in measured
        ],
    }


if __name__ == "__main__":
    main()
