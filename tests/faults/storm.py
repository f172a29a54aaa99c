"""Everything at once: deliveries in every order and number, a poller, a command, two receivers and a worker."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from tests.e2e.server import ROOT

from .branches import Merged
from .receivers import Kind, Receiver, deliver, receiver
from .rows import unended
from .server import PATIENCE_S, running_worker
from .verdict import Fault, judged
from .world import World

AT_ONCE: Final = 50
_POLLS: Final = 3
_BRANCHES: Final = ("same", "both", "again", "order", "silent", "command")


@dataclass(frozen=True, slots=True)
class _Sending:
    """One thing that is sent; `to` counts receivers."""

    merged: Merged
    kind: Kind
    to: int
    identity: str = ""


def storm(world: World) -> tuple[Fault, ...]:
    """Let it all happen at once, wait until nothing is left to do, and judge each branch."""
    world.follow(_BRANCHES)
    early = {each.branch: each for each in world.merge(_BRANCHES)}
    late = {each.branch: each for each in world.merge(["order"], "later")}
    merged = {**early, **late}
    sendings = _sendings(early, merged)
    with (
        running_worker(world.server),
        receiver(world, world.server.port) as first,
        receiver(world, world.server.port) as second,
        ThreadPoolExecutor(len(sendings) + _POLLS + 1) as pool,
    ):
        polls = [pool.submit(world.ask_for_a_look) for _ in range(_POLLS)]
        command = pool.submit(_command, world, merged["command"])
        answers = list(pool.map(lambda each: _send((first, second), each), sendings))
        codes = [command.result(), *(poll.result() and 0 for poll in polls)]
        replays = [deliver(to, merged["again"], kind) for to in (first, second) for kind in _KINDS for _ in range(3)]
        _wait_until(world, merged.values())
    said = Counter((*answers, *replays))
    odd = [f"answers {dict(said)}" for status in said if status not in {202, 503}]
    odd += [f"the command ended with {codes[0]}"] if codes[0] else []
    return tuple(
        _judged(world, _NAMES[branch], each, odd if branch == "same" else []) for branch, each in merged.items()
    )


_KINDS: Final[Sequence[Kind]] = ("push", "pull-request")
_NAMES: Final = {
    "same": f"{AT_ONCE} identical deliveries at once, to two receivers",
    "both": "push and pull_request of one merge at once",
    "again": "replays with new delivery IDs",
    "order": "deliveries out of order",
    "silent": "no delivery, only the poller",
    "command": "a command of the CI beside deliveries",
}


def _sendings(early: dict[str, Merged], merged: dict[str, Merged]) -> list[_Sending]:
    return [
        *(_Sending(merged["same"], "push", number % 2, "7b1c") for number in range(AT_ONCE)),
        *(_Sending(merged["both"], kind, number) for number in range(2) for kind in _KINDS),
        _Sending(merged["again"], "push", 0),
        _Sending(merged["order"], "push", 0),
        _Sending(early["order"], "pull-request", 1),
        *(_Sending(merged["command"], kind, 1) for kind in _KINDS),
    ]


def _send(receivers: Sequence[Receiver], sending: _Sending) -> int:
    return deliver(receivers[sending.to], sending.merged, sending.kind, sending.identity)


def _command(world: World, merged: Merged) -> int:
    """Tell of a merge as a step of a CI does."""
    arguments = ["--repository", merged.branch, "--commit", merged.commit, "--store", str(world.store)]
    return subprocess.run(
        [sys.executable, "-m", "platformctl", "rerun", "--repositories", world.repositories, *arguments],
        env=world.server.environment(), cwd=ROOT, check=False, capture_output=True,
    ).returncode  # fmt: skip


def _wait_until(world: World, merged: object) -> None:
    """Wait until nothing is left to do: nobody is quick here, and nothing depends on it."""

    def settled() -> bool:
        every = list(merged)  # type: ignore[call-overload]
        return all(each.commit in world.ledger.settled(world.repository(each.branch)) for each in every)

    _eventually(lambda: settled() and not unended(world.server.database))


def _eventually(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 2 * PATIENCE_S
    while not happened():
        if time.monotonic() > deadline:
            return  # what is missing then, the judgment names
        time.sleep(0.5)


def _judged(world: World, name: str, merged: Merged, odd: Sequence[str]) -> Fault:
    fault = judged(world, name, [merged], ())
    unasked = [f"{module}: its service was not asked" for module in merged.green if not world.probed.asked[module]]
    return Fault(name, 1, fault.smokes, (*odd, *unasked, *fault.breaches))
