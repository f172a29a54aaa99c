"""The page that shows the comparison, in Markdown."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final

from tests.lab.identities import IDENTITIES

from .case import Case, views
from .says import Says
from .tools import COLUMNS, OTHERS, TOOLS, US, Tool

Answers = tuple[Says, ...]

SIGNS: Final[Mapping[Says, str]] = {
    Says.IN_SYNC: "=",
    Says.DRIFT: "~",
    Says.NOTHING: "?",
    Says.NOT_ASKED: "·",
    Says.NOT_RECORDED: "–",  # noqa: RUF001  a dash, as tables use it
}
MARKS: Final = ("right", "false red", "false green", "says nothing")
WRONG: Final[Mapping[Says, str]] = {Says.IN_SYNC: "false green", Says.DRIFT: "false red"}
HEAD: Final = """\
# Comparison

What other tools would say of the states that the lab recorded from real engines, by their own rules, beside what
platformctl says. Written by `python -m tests.comparison` from [the recordings](../tests/recordings/README.md); a test
holds it to them.

## What was compared, and how

- The question is one: *does this container run the declared image?* The answer is known, since the lab made the states.
- None of the other tools was run. Each rule below was read in its source and documentation, and is a function in
  [tests/comparison/rules.py](../tests/comparison/rules.py) over what the tool would read in a recording.
- Most of them answer another question, and answer it well: whether there is something newer. Where this says nothing
  about ours, the cell says so and nothing is counted. Where it does, the tool is asked in its best case, named with it.
- The states were chosen to be hard, one of a kind. So the totals say which states a rule can tell apart, and nothing
  about how often they occur: most containers of most hosts are in the easy ones.
- A rule that says drift of everything it does not recognise is right wherever there is drift. What it costs are the
  false reds.
- A rule is read for one release. Podman is counted for those tools only whose own documentation names it.
- platformctl has the lock of the pin and asks the registry for what this leaves open, as the other tools ask it;
  `offline` it has the lock only. For the others the registry's answer is what the lab knows.

## Signs

| sign | meaning |
| --- | --- |
| `=` | in-sync |
| `~` | drift |
| `?` | says nothing: skips the container, fails, or is inconclusive |
| `·` | not its question, or no rule is documented for this |
| `–` | its rule needs what is not recorded |

**False green** and **false red** stand beside an answer that is wrong.
"""  # noqa: RUF001  a dash, as tables use it


def page(cases: Iterable[Case]) -> str:
    """Return the whole page."""
    judged = [(case, tuple(tool.says(case) for tool in TOOLS)) for case in cases]
    parts = [HEAD, _totals(judged), _table(judged), _states(judged), _rules()]
    return "\n".join(parts)


def _totals(judged: list[tuple[Case, Answers]]) -> str:
    states = len({case.state for case, _ in judged})
    lines = [
        "## Totals",
        "",
        f"{len(judged)} times a client was shown a container, in {states} states. Only what a tool was asked is",
        "counted. That is not the same for all, so the last column has what platformctl says of the same containers:",
        "right, wrong, nothing.",
        "",
        f"| tool | asked | {' | '.join(MARKS)} | platformctl there |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    return "\n".join([*lines, *(_total(index, judged) for index in range(len(TOOLS))), ""])


def _total(index: int, judged: list[tuple[Case, Answers]]) -> str:
    asked = [(case, answers) for case, answers in judged if mark(case, answers[index]) != "not asked"]
    marks = Counter(mark(case, answers[index]) for case, answers in asked)
    ours = Counter(mark(case, answers[TOOLS.index(US)]) for case, answers in asked)
    there = (ours["right"], ours["false red"] + ours["false green"], ours["says nothing"])
    counts = [str(each) for each in (len(asked), *(marks[mark] for mark in MARKS))]
    return f"| {' | '.join([TOOLS[index].name, *counts, ' / '.join(map(str, there))])} |"


def mark(case: Case, said: Says) -> str:
    """Return how good an answer is."""
    if said in (Says.NOT_ASKED, Says.NOT_RECORDED):
        return "not asked"
    if said is Says.NOTHING:
        return "says nothing"
    return "right" if said.value == case.truth else WRONG[said]


def _table(judged: list[tuple[Case, Answers]]) -> str:
    lines = [
        "## State by state",
        "",
        "Views with the same answers share a row:",
        "",
        *(f"{number}. {view}" for number, view in enumerate(views(), 1)),
        "",
        f"| state | views | so | {' | '.join(tool.name for tool in COLUMNS)} |",
        f"| --- | --- | --- |{' --- |' * len(COLUMNS)}",
    ]
    for state, rows in groupby(sorted(judged, key=lambda each: each[0].state), key=lambda each: each[0].state):
        lines += _rows(state, list(rows))
    return "\n".join([*lines, ""])


def _rows(state: str, judged: list[tuple[Case, Answers]]) -> Iterator[str]:
    shown: dict[tuple[str, ...], list[str]] = {}
    for case, answers in judged:
        row = (SIGNS[Says(case.truth)], *(_cell(case, answers[TOOLS.index(tool)]) for tool in COLUMNS))
        shown.setdefault(row, []).append(case.view)
    for index, (row, seen) in enumerate(shown.items()):
        numbers = " ".join(str(views().index(view) + 1) for view in seen)
        yield f"| {' | '.join([state if index == 0 else '', numbers, *row])} |"


def _cell(case: Case, said: Says) -> str:
    return f"{SIGNS[said]} **{WRONG[said]}**" if mark(case, said).startswith("false") else SIGNS[said]


def _states(judged: list[tuple[Case, Answers]]) -> str:
    docs = {state: (IDENTITIES[state].__doc__ or "").splitlines()[0] for state in sorted({c.state for c, _ in judged})}
    return "\n".join(["## The states", "", *(f"- `{state}`: {doc}" for state, doc in docs.items()), ""])


def _rules() -> str:
    return "\n".join(["## The rules, and where they are from", "", *(line for tool in OTHERS for line in _rule(tool))])


def _rule(tool: Tool) -> list[str]:
    asked = [f"Asked here: {tool.asked}"] if tool.asked else []
    paragraphs = [f"*{tool.question}*", tool.because, *asked, f"Source: {tool.source}."]
    return [f"### {tool.name}", "", *(line for each in paragraphs for line in (_wrapped(each), ""))]


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)
