"""Whatever a host calls its things, the output only shows it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.cells import cell_len

from platformctl.render.advice import ADVICE
from platformctl.render.document import to_json
from platformctl.render.escape import escaped, fenced
from platformctl.render.markdown import to_markdown
from platformctl.render.printable import MAX_LINE, one_line, printable, spelled_json, spelled_output
from platformctl.render.text import aligned, to_text
from tests.unit.plan.strategies import World, unhurried, worlds

from .example import example_plan
from .hostile import hostile_plan

HOSTILE: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a | b | c",
    "one\ntwo\r\nthree",
    "# heading",
    "1. item",
    "12) item",
    "- item",
    "+ item",
    "=====",
    "> quote",
    "    code",
    "`code` ``more`` ```fence```",
    "~~~ fence",
    "~~struck~~ *em* **strong** __both__",
    "[text](https://example.net)",
    "![image](https://example.net/x.png)",
    "[ref]: https://example.net",
    "<https://example.net>",
    "https://example.net/a_b www.example.net WWW.example.net someone@example.net",
    "javascript://x",
    "&lt; &amp; &#x41; &copy;",
    "back\\slash \\| \\[",
    "$x^2$ $$y$$ {{ template }}",
    "<!-- comment -->",
    ":smile: @team #1",
    "fixes #12, owner/name#3, GH-4 gh-5, group/project!6 &7, @owner/team",
    "/merge",
    "/approve",
    "\x1b[31mred\x1b[0m \x1b]8;;https://example.net\x07link\x1b]8;;\x07",
    "\u202egnp.exe \u2066x\u2069 \u200b\ufeff",
    "\u2028 \u2029 \x85 \x00 \x7f \ud800 \U000e0041",
    "z" + "\u0335\u0489\u0300" * 50,
    "\u0301 begins with a mark",
    "\ufe0f \U000e0101 \u3164 \u2800 \u00a0 \u3000",
    "x" * (1 << 20),
    "`" * 2000,
    "",
)
_INERT: Final = frozenset({"text", "text_special"})
_BREAKER: Final = "<!-- -->"


def parser() -> MarkdownIt:
    """Return a parser of GitHub's dialect that lets raw HTML through, so that it would show."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def inline(tokens: Iterable[Token]) -> Iterator[Token]:
    """Return all inline tokens, without the comments that break addresses."""
    for token in tokens:
        yield from (child for child in token.children or () if child.content != _BREAKER)


def meant(text: str) -> str:
    """Return what an escaped text should show."""
    return " ".join(printable(text).split())


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_paragraph_shows_the_text_itself(text: str) -> None:
    """In a paragraph no markup comes to life, and nothing is lost."""
    tokens = parser().parse(escaped(text))
    assert [token.type for token in tokens if token.type != "inline"] == (
        ["paragraph_open", "paragraph_close"] if text else []
    )
    assert {token.type for token in inline(tokens)} <= _INERT
    assert "".join(token.content for token in inline(tokens)) == meant(text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_cell_shows_the_text_itself(text: str) -> None:
    """In a table it stays in its cell."""
    tokens = parser().parse(f"| a | b |\n| --- | --- |\n| {escaped(text)} | end |\n")
    cells = [token for token in tokens if token.type == "inline"][2:]
    assert len(cells) == 2
    assert {token.type for token in inline(cells)} <= _INERT
    assert "".join(token.content for token in inline(cells[:1])) == meant(text)
    assert cells[1].content == "end"


@unhurried
@given(st.text())
def test_any_text_is_inert_in_markdown(text: str) -> None:
    """The same holds for every text there is."""
    tokens = parser().parse(escaped(text))
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    assert "".join(token.content for token in inline(tokens)) == meant(text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_bare_addresses_are_broken(text: str) -> None:
    """GitHub links addresses without any markup, so none is left whole."""
    bare = escaped(text).replace(_BREAKER, "\0")
    assert "://" not in bare
    assert "www." not in bare.lower()
    assert "@" not in bare.replace("@\0", "")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_comment_tells_or_orders(text: str) -> None:
    """Nobody is mentioned in a comment, no issue or merge request is named, and no line is an order to GitLab."""
    shown = escaped(text)
    assert not re.search(r"@\w|[#!&]\d|gh-\d", shown, re.IGNORECASE)
    assert not shown.startswith("/")


@pytest.mark.parametrize(("facts", "text"), [(1, "@" * 300), (20, "`" * 900), (20, "\0" * 300)])
def test_a_plan_fits_into_a_comment(facts: int, text: str) -> None:
    """However much hosts have to say, no section is lost, and what had no room is counted."""
    plan = hostile_plan(example_plan(), text)
    modules = tuple(
        replace(one, name=f"m{number}-{one.name}", changes=one.changes * facts, evidence=one.evidence * facts)
        for number in range(25)
        for one in plan.modules
    )
    hosts = tuple(replace(plan.hosts[-1], name=f"h{number}") for number in range(250))
    large = replace(plan, modules=modules, hosts=hosts, unmanaged=plan.unmanaged * 300, suspicions=(text,) * 100)
    markdown = to_markdown(large)
    assert len(markdown) <= 65_536
    assert [line for line in markdown.splitlines() if line.startswith("## ")][-3:] == [
        "## Hosts",
        "## Modules",
        "## Not managed by any module",
    ]
    assert markdown.endswith("</details>\n")
    left_out = re.findall(r"^[0-9]+ more (\w+) are in the kept plan\.$", markdown, re.MULTILINE)
    assert set(left_out) == {"suspicions", "modules", "hosts", "containers"}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_fence_holds(text: str) -> None:
    """A block of literal lines ends where it should."""
    tokens = parser().parse("\n".join(fenced([text, "last"])))
    assert [token.type for token in tokens] == ["fence"]
    assert tokens[0].content == f"{printable(text, 1000)}\nlast\n"


@unhurried
@given(worlds())
def test_a_whole_plan_is_inert_in_markdown(world: World) -> None:
    """Of a plan with hostile containers only our own tables, folds and advice are markup."""
    tokens = parser().parse(to_markdown(world.plan()))
    blocks = {token.content.strip() for token in tokens if token.type == "html_block"}
    assert blocks <= {"<details><summary>Evidence</summary>", "</details>"}
    ours = "".join(ADVICE.values())
    found = [token for token in inline(tokens) if token.type != "code_inline" or f"`{token.content}`" not in ours]
    assert {token.type for token in found} <= _INERT | {"strong_open", "strong_close"}


@unhurried
@given(worlds())
def test_text_is_printable(world: World) -> None:
    """No line of text can move the cursor, change its direction or hide a part."""
    text = to_text(world.plan())
    hidden = {character for character in text if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert hidden <= {"\n"}


@unhurried
@given(worlds())
def test_text_ends_with_the_verdict(world: World) -> None:
    """The last line says what came out, whatever the hosts wrote above."""
    plan = world.plan()
    assert to_text(plan).splitlines()[-1].startswith(f"{plan.status}: ")
    assert to_text(plan).endswith(f"(exit code {plan.exit_code})\n")


@unhurried
@given(worlds())
def test_the_same_plan_is_the_same_text(world: World) -> None:
    """Rendering is a function of the plan."""
    first, second = world.plan(), world.plan()
    assert [to_text(first), to_markdown(first), to_json(first)] == [
        to_text(second), to_markdown(second), to_json(second),
    ]  # fmt: skip


def test_wide_letters_take_two_columns() -> None:
    """Columns stand below each other on a terminal, whatever script a name is in."""
    rows: list[tuple[str, ...]] = [
        ("\u6f22\u5b57", "a"),
        ("e\u0301te\u0301", "b"),
        ("\U0001f7e2", "c"),
        ("\u05e9\u05dc", "d"),
        ("name", "e"),
    ]
    assert [cell_len(line) for line in aligned(rows)] == [7] * 5


@unhurried
@given(st.text())
def test_printable_changes_nothing_twice(text: str) -> None:
    """What is printable stays as it is, so that two layers may both make sure."""
    assert printable(printable(text)) == printable(text) or len(printable(text)) > MAX_LINE


def test_marks_do_not_pile_up() -> None:
    """A letter keeps the few marks that a script needs; more would cover the lines around it."""
    assert printable("Vi\u00ea\u0323\u0301t") == "Vi\u00ea\u0323\u0301t"
    assert printable("z" + "\u0335" * 5 + "a") == "z" + "\u0335" * 3 + r"\u0335\u0335a"
    assert printable("\u0335x") == r"\u0335x"
    assert printable("a\u3164\ufe0f\U000e0041") == r"a\u3164\ufe0f\U000e0041"


@unhurried
@given(st.text())
def test_json_means_the_same_and_hides_nothing(text: str) -> None:
    """What a terminal obeys is spelled as JSON spells it, and read back as it was."""
    json_text = spelled_json(json.dumps({"a": text}, ensure_ascii=False, indent=1))
    assert json.loads(json_text) == {"a": text}
    assert all(character.isprintable() or character == "\n" for character in json_text)


@unhurried
@given(st.text())
def test_output_keeps_its_lines_and_obeys_nobody(text: str) -> None:
    """Of a whole output only the ends of lines and tabs are obeyed."""
    output = spelled_output(text)
    assert [output.count(end) for end in "\n\t"] == [text.count(end) for end in "\n\t"]
    assert all(character.isprintable() or character in "\n\t" for character in output)


@unhurried
@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    """The text of an error becomes one line that is not endless."""
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
