"""The one comment that a merge gets at its forge: what became of the smokes that follow it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, urlsplit

from platformctl.render.escape import escaped
from platformctl.rerun.commit_status import CommitStatus, StatusState
from platformctl.rerun.merge import Merge

_MARKS: Final[dict[StatusState, str]] = {"success": "🟢", "failure": "🔴", "error": "🟠", "pending": "⚪"}
MAX_ROWS: Final = 200
"""Longer tables are cut, and say so: GitHub takes 65,536 characters."""

_COMMIT_SHOWN: Final = 12


def marker(merge: Merge) -> str:
    """Return the invisible line that our comment on a merge is known by. In HTML's comments no two dashes may stand."""
    return f"<!-- platformctl {merge.key.replace('-', '%2D')} -->"


def to_comment(merge: Merge, statuses: Iterable[CommitStatus]) -> str:
    """Return the comment as Markdown."""
    return "\n".join((marker(merge), *_lines(merge, sorted(statuses)))) + "\n"


def _lines(merge: Merge, statuses: list[CommitStatus]) -> Iterator[str]:
    place = f"{escaped(merge.base)} at {merge.commit[:_COMMIT_SHOWN]}"
    if not statuses:
        yield f"No smoke follows this merge ({place})."
        return
    yield f"**Smokes after this merge** ({place})"
    yield ""
    yield "| module | smoke | what is known |"
    yield "| --- | --- | --- |"
    yield from (_row(status) for status in statuses[:MAX_ROWS])
    if len(statuses) > MAX_ROWS:
        yield ""
        yield f"{len(statuses) - MAX_ROWS} more are not shown."


def _row(status: CommitStatus) -> str:
    known = escaped(status.description) + _link(status.url)
    return f"| {escaped(status.module)} | {_MARKS[status.state]} {status.state} | {known} |"


def _link(url: str | None) -> str:
    """Return a link to a page, and to nothing else that a browser would run."""
    if not url or urlsplit(url).scheme not in {"http", "https"}:
        return ""
    return f" ([run]({quote(url, safe=':/?#&=%+,;@~')}))"
