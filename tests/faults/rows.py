"""What the database itself holds, asked by SQL: the runs of a flow, by idempotency key."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from typing import Final

import asyncpg

_RUNS: Final = """
    SELECT flow_run.idempotency_key, flow_run.id FROM flow_run JOIN flow ON flow.id = flow_run.flow_id
    WHERE flow.name = '{flow}' AND flow_run.idempotency_key LIKE '{start}%'
"""

_LEFT: Final = """
    SELECT flow_run.id, flow_run.name FROM flow_run JOIN flow ON flow.id = flow_run.flow_id
    WHERE flow.name IN ('smoke-module', 'rerun-after-merge')
    AND flow_run.state_type NOT IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')
"""


def run_ids(database: str, flow: str, start: str) -> dict[str, list[str]]:
    """Return the IDs of a flow's runs by key, of the keys that begin so."""
    question = _RUNS.format(flow=flow, start=start)  # both are names of this suite's own
    found = asyncio.run(_postgres(database, question)) if "asyncpg" in database else _sqlite(database, question)
    runs: dict[str, list[str]] = {}
    for key, run in found:
        runs.setdefault(key, []).append(run)
    return runs


def counts(database: str, flow: str, start: str) -> Counter[str]:
    """Return how many runs of a flow there are for each key."""
    return Counter({key: len(runs) for key, runs in run_ids(database, flow, start).items()})


def unended(database: str) -> int:
    """Return how many runs after merges and smokes have not ended yet."""
    found = asyncio.run(_postgres(database, _LEFT)) if "asyncpg" in database else _sqlite(database, _LEFT)
    return len(found)


def _sqlite(database: str, question: str) -> list[tuple[str, str]]:
    connection = sqlite3.connect(f"file:{database.partition('///')[2]}?mode=ro", uri=True, timeout=60)
    try:
        return [(str(key), str(run)) for key, run in connection.execute(question)]
    finally:
        connection.close()


async def _postgres(database: str, question: str) -> list[tuple[str, str]]:
    connection = await asyncpg.connect(database.replace("+asyncpg", ""))
    try:
        return [(str(key), str(run)) for key, run in await connection.fetch(question)]
    finally:
        await connection.close()
