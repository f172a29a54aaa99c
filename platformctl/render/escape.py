"""Text of hosts as literal Markdown. Tried with Prefect 3.8's two interfaces, which drop scripts but load images."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from platformctl.render.printable import printable

_MARKUP: Final = re.compile(r"([&<>|\\`*_~\[\]!$^{}])")
_LINE_START: Final = re.compile(r"^(\d*)([-+#=:.)/])")
"""A slash among them: GitLab takes a line that begins with one for an order, such as to merge."""
_AUTOLINK: Final = re.compile(r":(?=//)|www(?=\.)|@|[#!&](?=\d)|\bGH-(?=\d)", re.IGNORECASE)
"""Forges link bare addresses, people and numbers of issues after every escape is undone: only a comment inside breaks
them. Who is named so is told, and an issue that is named so says where."""


def escaped(text: str) -> str:
    """Return a text that Markdown shows as it is, in a paragraph as in a cell of a table."""
    line = " ".join(printable(text).split())
    return _LINE_START.sub(r"\1\\\2", _AUTOLINK.sub(r"\g<0><!-- -->", _MARKUP.sub(r"\\\1", line)))


def links(address: str, *files: tuple[str, str]) -> list[str]:
    """Return a paragraph of links to files, each with its words, below a checked address; nothing without one."""
    shown = " · ".join(f"[{words}](<{address}/{name}>)" for words, name in files)
    return ["", shown] if address else []


def fenced(lines: Iterable[str]) -> list[str]:
    """Return a block of literal lines; its fence is longer than any run of backticks inside."""
    shown = [printable(line, 1000) for line in lines]
    longest = max((len(run) for line in shown for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *shown, fence]
