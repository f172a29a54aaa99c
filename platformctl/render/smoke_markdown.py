"""The result of a smoke as Markdown, for the interface of Prefect."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Final

from platformctl.render.escape import escaped, fenced, links
from platformctl.render.printable import printable
from platformctl.render.smoke_text import asked, headline, origin
from platformctl.render.text import aligned
from platformctl.smoke.outcome import Outcome
from platformctl.smoke.result import ProbeResult, SmokeResult

MARKS: Final = {Outcome.PASS: "🟢", Outcome.FAIL: "🔴", Outcome.ERROR: "🟠", Outcome.INCONCLUSIVE: "🟠"}
_FOREIGN: Final = re.compile(r"[^a-z0-9]+")


def to_markdown(result: SmokeResult, link: str = "") -> str:
    """Return a result as Markdown: the sum, what it rests on, and every probe; `link` is where its folder is served."""
    return "\n".join(_lines(result, link)) + "\n"


def table(result: SmokeResult) -> list[dict[str, str]]:
    """Return a row for each probe. Cells are shown as plain text, so they are made printable and not escaped."""
    return [
        {
            "outcome": str(probe.outcome),
            "probe": printable(probe.name),
            "from": probe.origin or "",
            "reason": str(probe.reason),
            "message": printable(probe.message),
            "tries": str(probe.tries),
            "ms": str(probe.duration_ms),
        }
        for probe in result.probes
    ]


def artifact_key(kind: str, module: str) -> str:
    """Return a key for a module: lower-case letters, digits and single dashes, and none that two modules share."""
    plain = _FOREIGN.sub("-", module.lower()).strip("-")
    if plain == module:
        return f"{kind}-{plain}"
    return f"{kind}-{plain}-{hashlib.sha256(module.encode()).hexdigest()[:8]}"


def _lines(result: SmokeResult, link: str) -> Iterator[str]:
    mark = "🔴" if result.drifted else MARKS[result.outcome]
    yield f"# {mark} {escaped(headline(result))}"
    yield ""
    yield f"On {escaped(origin(result))}."
    yield from links(link, ("Result as JSON", "smoke.json"), ("as JUnit", "junit.xml"))
    yield ""
    rows = map(_row, result.probes)
    yield from fenced(aligned([*rows]))
    troubled = [probe for probe in result.probes if probe.outcome is not Outcome.PASS]
    if troubled:
        yield ""
        yield from (f"- {escaped(asked(probe))}: {escaped(probe.reason.sentence)}" for probe in troubled)


def _row(probe: ProbeResult) -> tuple[str, ...]:
    return (MARKS[probe.outcome], asked(probe), str(probe.outcome), f"{probe.reason}: {probe.message}")
