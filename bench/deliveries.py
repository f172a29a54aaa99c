"""Deliveries as the receiver's load: made, sent so many at a time, and timed one by one."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Final
from uuid import uuid4

import httpx

from tests.unit.forge.sending import headers, payload

UNSIGNED_S: Final = 5
_PATH: Final = "/merges/forgejo"
_WRK: Final = """
wrk.method = "POST"
wrk.body = "{}"
wrk.headers["Content-Type"] = "application/json"
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What a load took.

    Attributes:
        statuses: how many answers had each status.
        seconds: what each answer took, sorted.
        wall_s: what all together took.
    """

    name: str
    statuses: Counter[int]
    seconds: tuple[float, ...]
    wall_s: float

    @property
    def per_s(self) -> float:
        """Answers in a second."""
        return len(self.seconds) / self.wall_s

    def percentile_s(self, percent: int) -> float:
        """Return the time within which so many of a hundred answers came."""
        return quantiles(self.seconds, n=100, method="inclusive")[percent - 1]


def commit() -> str:
    """Return the name of a commit that nothing has told of."""
    return (uuid4().hex + uuid4().hex)[:40]


def deliver(name: str, url: str, commits: Sequence[str], at_once: int) -> Load:
    """Deliver a push for each commit, in this order, so many at a time."""
    return asyncio.run(_deliver(name, url, [_push(each) for each in commits], at_once))


def _push(after: str) -> bytes:
    return json.dumps(payload("forgejo-push") | {"after": after}).encode()


async def _deliver(name: str, url: str, bodies: Sequence[bytes], at_once: int) -> Load:
    left = iter(bodies)
    statuses: Counter[int] = Counter()
    seconds: list[float] = []
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:

        async def send() -> None:
            for body in left:
                sent = headers("forgejo", body) | {"X-Forgejo-Delivery": str(uuid4())}
                start = time.perf_counter()
                answer = await client.post(_PATH, content=body, headers=sent)
                seconds.append(time.perf_counter() - start)
                statuses[answer.status_code] += 1

        start = time.perf_counter()
        await asyncio.gather(*(send() for _ in range(at_once)))
        wall_s = time.perf_counter() - start
    return Load(name, statuses, tuple(sorted(seconds)), wall_s)


def refused_per_s(url: str, folder: Path) -> float | None:
    """Return how many unsigned deliveries are refused in a second, as wrk finds; None where wrk is not installed."""
    if not shutil.which("wrk"):
        return None
    script = folder / "unsigned.lua"
    script.write_text(_WRK, encoding="ascii")
    command = ["wrk", "--threads", "1", "--connections", "8", "--duration", f"{UNSIGNED_S}s", "--script", str(script)]
    done = subprocess.run([*command, f"{url}{_PATH}"], capture_output=True, text=True, check=True)
    (total,) = re.findall(r"(\d+) requests in", done.stdout)
    (refused,) = re.findall(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    if total != refused:
        raise RuntimeError(f"the receiver believed unsigned deliveries: {done.stdout}")
    (rate,) = re.findall(r"Requests/sec:\s+([\d.]+)", done.stdout)
    return float(rate)
