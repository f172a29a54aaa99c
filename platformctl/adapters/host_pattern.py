"""Patterns for host names as OpenSSH has them: `*` and `?`, and `!` for what is left out. Nothing else is special."""

from __future__ import annotations

import re
from collections.abc import Iterable


def listed(patterns: Iterable[str], name: str) -> bool:
    """Tell whether a list of patterns is about a name: one matches, and none that begins with `!` does."""
    matched = {pattern[:1] == "!" for pattern in patterns if _matches(pattern.removeprefix("!"), name)}
    return matched == {False}


def _matches(pattern: str, name: str) -> bool:
    # A fleet's known_hosts is read for each of its hosts, and nearly all of its names are plain ones of other hosts.
    if "*" not in pattern and "?" not in pattern:
        return pattern == name
    parts = (re.escape(part).replace(r"\?", ".") for part in re.split(r"\*+", pattern))
    return re.fullmatch(".*".join(parts), name, re.DOTALL) is not None
