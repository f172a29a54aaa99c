"""Whether what is left of a merge is what has to be: by the rows of the database, the receipts and the files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .branches import Merged
from .world import World


@dataclass(frozen=True, slots=True)
class Fault:
    """What was done, at how many points, what came of it, and everything that is not as it has to be."""

    name: str
    points: int
    smokes: int
    breaches: tuple[str, ...]
    seconds: float = 0.0
    labels: tuple[str, ...] = ()

    @property
    def exactly_once(self) -> bool:
        """Whether every green module had its one smoke, and no other had any."""
        return not self.breaches


def judged(world: World, name: str, merged: Iterable[Merged], points: Iterable[object]) -> Fault:
    """Judge merges, each of which met one point."""
    every = list(merged)
    labels = tuple(str(point) for point in points)
    found = [breach for each in every for breach in breaches(world, each)]
    smokes = sum(sum(world.smokes(each).values()) for each in every)
    return Fault(name, len(labels) or len(every), smokes, (*found, *broken_files(world.store)), labels=labels)


def breaches(world: World, merged: Merged) -> Iterator[str]:
    """Return what is wrong about a merge."""
    value = world.value(merged)
    smokes = world.smokes(merged)
    expected = dict.fromkeys((value.smoke_key(module) for module in merged.green), 1)
    if smokes != expected:
        yield f"{merged.branch}: smoke runs {smokes}, and not {expected}"
    if len(world.merge_runs(merged)) > 1:
        yield f"{merged.branch}: {len(world.merge_runs(merged))} runs follow it"
    receipts = {each.module: str(each.decision) for each in world.ledger.receipts(value) if each.module}
    died = cut_off(world, merged)
    decided = {**merged.expected, **dict.fromkeys(died, "smoke-died")}
    if receipts != decided:
        yield f"{merged.branch}: last receipts {receipts}, and not {decided}"
    told = [each.module for each in world.ledger.history() if each.merge == value and each.decision == "smoke-died"]
    if sorted(map(str, told)) != died:
        yield f"{merged.branch}: said to be dead are {told}, and not {died}"
    if world.ledger.open_claims(world.repository(merged.branch)):
        yield f"{merged.branch}: a smoke was claimed, and nobody says what became of it"
    lines = {each.module for each in world.ledger.history() if each.merge == value and each.module}
    if lines != set(merged.expected):
        yield f"{merged.branch}: receipts of {sorted(lines)} only"
    if merged.commit not in world.ledger.settled(world.repository(merged.branch)):
        yield f"{merged.branch}: it is not settled"
    for module in merged.expected:
        if world.probed.asked[module] > 1 or (module not in merged.green and world.probed.asked[module]):
            yield f"{module}: its service was asked {world.probed.asked[module]} times"


def cut_off(world: World, merged: Merged) -> list[str]:
    """Return the modules of a merge whose smoke was claimed and left no result."""
    claimed = {claim.module for claim in world.ledger.claims() if claim.merge == world.value(merged)}
    return sorted(name for name in claimed if not list(world.store.glob(f"smokes/{name}/[!.]*/smoke.json")))


def broken_files(store: Path) -> Iterator[str]:
    """Return the files of a store that are not whole. What a killed writer left beside begins with a dot."""
    for place in store.rglob("*.json"):
        hidden = any(part.startswith(".") for part in place.relative_to(store).parts)
        if not hidden and not _is_json(place.read_bytes()):
            yield f"{place.relative_to(store)}: half a file"
    for place in store.rglob("*.jsonl"):
        yield from (
            f"{place.relative_to(store)}: {line!r}" for line in place.read_bytes().splitlines() if not _is_json(line)
        )


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True
