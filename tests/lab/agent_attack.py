"""Attacks the host agent in every shell with many requests; an oracle of its own tells what may be answered.

`make attack` runs it in full, prints a table, and writes it as build/attack.json.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Final

from platformctl.observe.host_agent import script

from .agent_oracle import expected
from .agent_requests import requests
from .cage import SHELLS, Answer, Cage
from .workspace import subfolder, workspace

SEED: Final = 20261123
FULL: Final = 100_000
_REFUSED: Final = re.compile(rb"platformctl-agent: refused: [ -~]+\n")
_AT_ONCE: Final = 5_000


@dataclass(slots=True)
class Result:
    """What one shell did.

    Attributes:
        asked: requests by their kind.
        answered: how many of these ran their program.
        breaches: requests that were not treated as the oracle says, with what came of them.
        strays: files that somebody wrote.
    """

    shell: str
    seconds: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    breaches: list[tuple[bytes, Answer]] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)


def agent() -> str:
    """Return the script as it is printed for a host."""
    return script(resources.files("platformctl.observe").joinpath("host_agent.sh").read_text("utf-8"))


def attack(folder: Path, shell: str, made: Sequence[tuple[str, bytes]]) -> Result:
    """Ask the agent everything in one shell."""
    cage, result, started = Cage(subfolder(folder, shell), agent()), Result(shell), time.monotonic()
    for start in range(0, len(made), _AT_ONCE):
        part = made[start : start + _AT_ONCE]
        answers = cage.ask(shell, [request for _, request in part])
        for (kind, request), answer in zip(part, answers, strict=True):
            result.asked[kind] += 1
            result.answered[kind] += bool(answer.runs)
            if not as_expected(request, answer):
                result.breaches.append((request, answer))
    result.strays, result.seconds = cage.strays(), time.monotonic() - started
    return result


def as_expected(request: bytes, answer: Answer) -> bool:
    """Tell whether exactly the right program ran, or none and the refusal is one harmless line."""
    if run := expected(request):
        return answer == Answer(0, b"", b"", (run,))
    refused = bool(_REFUSED.fullmatch(answer.complaint))
    return refused and answer == Answer(126, b"", answer.complaint, ())


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=FULL, help=f"requests for each shell (default: {FULL})")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    made = list(requests(options.count, options.seed))
    with workspace() as folder, ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda shell: attack(folder, shell, made), SHELLS))
    _report(results, options.seed)
    return any(result.breaches or result.strays for result in results)


def _report(results: Sequence[Result], seed: int) -> None:
    print(f"{'':16}" + "".join(f"{result.shell + ' asked':>16}{'answered':>10}" for result in results))
    for kind in sorted(results[0].asked):
        print(f"{kind:16}" + "".join(f"{one.asked[kind]:>16,}{one.answered[kind]:>10,}" for one in results))
    print(f"{'all':16}" + "".join(f"{one.asked.total():>16,}{one.answered.total():>10,}" for one in results))
    print(f"{'breaches':16}" + "".join(f"{len(one.breaches):>16,}{'':10}" for one in results))
    print(f"{'stray files':16}" + "".join(f"{len(one.strays):>16,}{'':10}" for one in results))
    for one in results:
        for request, answer in one.breaches[:20]:
            print(f"{one.shell}: {request[:300]!r}\n    {answer!r:.600}", file=sys.stderr)
        print(*one.strays[:20], sep="\n", end="\n" if one.strays else "", file=sys.stderr)
    _write(results, seed)


def _write(results: Sequence[Result], seed: int) -> None:
    document = {
        one.shell: {
            "seed": seed, "seconds": round(one.seconds, 1), "asked": one.asked, "answered": one.answered,
            "breaches": len(one.breaches), "strays": len(one.strays),
        }
        for one in results
    }  # fmt: skip
    out = Path("build/attack.json")
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(document, indent=2) + "\n")
    print(f"written to {out}")


if __name__ == "__main__":
    raise SystemExit(_main())
