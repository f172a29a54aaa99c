"""The documents name every code that a plan can show, as the code has it, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from platformctl.plan import flag, omission
from platformctl.plan.plan import EXIT_CODES
from platformctl.reason import SEVERITY, Reason, Verdict, worst

DOCS: Final = Path(__file__).parents[2] / "docs"
_ROW: Final = re.compile(r"^\| `([a-z-]+)` \| (.+) \|$", re.MULTILINE)


def rows(title: str) -> list[tuple[str, list[str]]]:
    """Return the tables of a section of the messages: each code with its other cells."""
    section = (DOCS / "messages.md").read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    return [(code, cells.split(" | ")) for code, cells in _ROW.findall(section)]


def test_verdicts() -> None:
    """Every verdict stands there with its exit code and a meaning."""
    found = rows("Verdicts")
    assert {code: int(cells[0]) for code, cells in found} == {str(one): EXIT_CODES[one] for one in Verdict}
    assert all(len(cells) == 2 for _, cells in found)


def test_reasons() -> None:
    """Every reason stands there once, with its verdict, its sentence, and what to do."""
    found = rows("Reasons")
    assert [(code, *cells[:2]) for code, cells in found] == [(str(r), str(r.verdict), r.sentence) for r in Reason]
    assert all(len(cells) == 3 and cells[2].endswith(".") for _, cells in found)


def test_retries() -> None:
    """The reasons that are tried again are those that can pass by themselves."""
    section = (DOCS / "messages.md").read_text().split("tried again before they count:")[1].split("\n\n")[0]
    assert re.findall(r"`([a-z-]+)`", section) == [str(reason) for reason in Reason if reason.retryable]


def test_flags() -> None:
    """Every flag stands there with its sentence and what to do."""
    found = rows("Flags")
    assert {code: cells[0] for code, cells in found} == {str(one): flag.SENTENCES[one] for one in flag.Flag}
    assert all(len(cells) == 2 for _, cells in found)


def test_omissions() -> None:
    """Every omission stands there with its sentence."""
    found = {code: cells[0] for code, cells in rows("Omissions")}
    assert found == {str(one): omission.SENTENCES[one] for one in omission.Omission}


def test_the_glossary_has_one_entry_a_word() -> None:
    """Each word is explained once, and the verdicts are among them."""
    words = re.findall(r"^- \*\*(.+?)\*\*: \S", (DOCS / "glossary.md").read_text(), re.MULTILINE)
    assert len(words) == len(set(words))
    assert {str(verdict) for verdict in Verdict} <= set(words)


def test_codes_are_words_with_dashes() -> None:
    """Codes are for people and for programs: lower-case words, and a full sentence beside each."""
    for reason in Reason:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", reason)
        assert reason.sentence[0].isupper()
        assert reason.sentence.endswith(".")


def test_only_failures_to_look_are_retried() -> None:
    """Asking again changes no verdict that was proven."""
    assert {reason.verdict for reason in Reason if reason.retryable} == {Verdict.INCONCLUSIVE}


@pytest.mark.parametrize(
    ("verdicts", "sum_"),
    [
        ((), Verdict.INCONCLUSIVE),
        ((Verdict.IN_SYNC,), Verdict.IN_SYNC),
        ((Verdict.IN_SYNC, Verdict.INCONCLUSIVE), Verdict.INCONCLUSIVE),
        (tuple(Verdict), Verdict.DRIFT),
    ],
)
def test_a_fleet_is_as_good_as_its_worst_module(verdicts: tuple[Verdict, ...], sum_: Verdict) -> None:
    """Drift outranks what is unknown, and nothing at all is not green."""
    assert worst(frozenset(verdicts)) is sum_
    assert set(SEVERITY) == set(Verdict)
