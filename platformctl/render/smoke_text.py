"""Results of smokes for a person at a terminal: a table of probes for each module, then the sum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from platformctl.render.printable import printable
from platformctl.render.text import aligned, counted
from platformctl.smoke.outcome import SEVERITY, Outcome
from platformctl.smoke.result import ProbeResult, SmokeResult, exit_code

SIGNS: Final = {Outcome.PASS: "=", Outcome.FAIL: "~", Outcome.ERROR: "!", Outcome.INCONCLUSIVE: "?"}
_WORST_FIRST: Final = ("fail", "drift", "error", "inconclusive", "pass")
_MAX_LINE: Final = 1000


def to_text(results: tuple[SmokeResult, ...]) -> str:
    """Return all results as lines of text. Nothing in them can move the cursor, whoever wrote it."""
    return "".join(f"{printable(line, _MAX_LINE)}\n" for line in _lines(results))


def headline(result: SmokeResult) -> str:
    """Say what a smoke found in one line."""
    if result.drifted:
        return f"{result.module}: not run, the plan proves drift ({result.plan.reason})"
    outcomes = [probe.outcome for probe in result.probes]
    counts = ((outcomes.count(outcome), outcome) for outcome in reversed(SEVERITY))
    parts = ", ".join(f"{count} {outcome}" for count, outcome in counts if count)
    return f"{result.module}: {result.outcome}, {parts} of {counted(len(outcomes), 'probe')}"


def conclusion(results: tuple[SmokeResult, ...]) -> str:
    """Return the sum of all as the last line has it."""
    words = ["drift" if result.drifted else str(result.outcome) for result in results]
    found = [word for word in _WORST_FIRST if word in words]
    parts = ", ".join(f"{words.count(word)} {word}" for word in found)
    whole = f"{found[0] if found else Outcome.INCONCLUSIVE}: {parts or 'nothing'}"
    return f"{whole} of {counted(len(words), 'module')} (exit code {exit_code(results)})"


def origin(result: SmokeResult) -> str:
    """Say what a smoke rests on."""
    commit = result.catalog.commit
    state = f"commit {commit[:12]}{' with changes' if result.catalog.dirty else ''}" if commit else "no commit"
    return f"{result.host}, plan {result.plan.id[:12]}: {result.plan.verdict}, {state}, {result.started_at}"


def asked(probe: ProbeResult) -> str:
    """Name a probe, with where it was asked from."""
    return f"{probe.name} from {probe.origin}" if probe.origin else probe.name


def _lines(results: tuple[SmokeResult, ...]) -> Iterator[str]:
    for result in results:
        yield f"{result.module} on {origin(result)}"
        yield from aligned([_row(probe) for probe in result.probes])
        for probe in result.probes:
            if probe.outcome is not Outcome.PASS:
                yield f"    {asked(probe)}: {probe.reason.sentence}"
        yield ""
    yield from (headline(result) for result in results)
    yield conclusion(results)


def _row(probe: ProbeResult) -> tuple[str, ...]:
    tries = counted(probe.tries, "try").replace("trys", "tries") if probe.reason.ran else "not run"
    return (f"  {SIGNS[probe.outcome]}", asked(probe), str(probe.outcome), tries, f"{probe.reason}: {probe.message}")
