"""What became of a merge, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from platformctl.render.escape import escaped, fenced
from platformctl.render.printable import printable
from platformctl.render.text import aligned
from platformctl.rerun.receipt import Receipt
from platformctl.rerun.report import Colour, Report

_MARKS = {Colour.GREEN: "🟢", Colour.RED: "🔴", Colour.ORANGE: "🟠"}


def to_markdown(report: Report) -> str:
    """Return a report as Markdown: what was triggered and what was not, and why."""
    return "\n".join(_lines(report)) + "\n"


def to_rows(reports: Sequence[Report]) -> list[dict[str, str]]:
    """Return the receipts of reports as rows of a table, whose cells are shown as plain text."""
    return [
        {
            "repository": receipt.merge.repository,
            "commit": receipt.merge.commit[:12],
            "module": receipt.module or "",
            "decision": str(receipt.decision),
            "note": printable(receipt.note),
            "run": receipt.run or "",
        }
        for report in reports
        for receipt in report.receipts
    ]


def _lines(report: Report) -> Iterator[str]:
    merge = report.merge
    yield f"# {_MARKS[report.colour]} {escaped(report.headline)}"
    yield ""
    yield escaped(f"Merge {merge.commit} to {merge.base} of {merge.repository}")
    yield from (line for receipt in report.receipts for line in _receipt(receipt))
    notes = (*(f"{name} is looked at again later" for name in report.waiting), *report.notes)
    if notes:
        yield ""
        yield from (f"- {escaped(note)}" for note in notes)


def _receipt(receipt: Receipt) -> Iterator[str]:
    yield ""
    yield f"## {escaped(receipt.module or 'the merge')}: {receipt.decision}"
    yield ""
    yield escaped(receipt.decision.sentence)
    facts = [("commit", receipt.merge.commit), ("why", receipt.note), ("run", receipt.run), ("plan", receipt.plan)]
    yield ""
    yield from fenced(aligned([(name, value) for name, value in facts if value]))
