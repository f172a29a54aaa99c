"""The rules by which a proxy in front of an engine's socket lets exactly our questions through."""

from __future__ import annotations

import re
from typing import Final

from platformctl.observe.question import API_PATHS, ID_GRAMMARS, Purpose

_VERSION: Final = r"(/v1\.[0-9]{1,3})?"
_SDK_QUERY: Final = {Purpose.LIST_CONTAINERS: "limit=-1&all=1&size=0&trunc_cmd=0"}
"""How docker-py spells the same query."""


def rules() -> tuple[tuple[str, str], ...]:
    """Return the method and the anchored pattern of every request target, query included."""
    return tuple(("GET", f"^{_VERSION}{_path(purpose)}{_query(purpose)}$") for purpose in API_PATHS)


def generic() -> str:
    """Return the rules, one a line: the method, a tab, and the pattern of the whole target."""
    return "".join(f"{method}\t{pattern}\n" for method, pattern in rules())


def socket_proxy() -> str:
    """Return the option of wollomatic/socket-proxy, which puts the anchors itself and looks at no query.

    It is one option because versions before 1.12 take only one, and a group because the anchors would else belong to
    the first and the last alternative only.
    """
    paths = "|".join(_path(purpose) for purpose in API_PATHS)
    return f"-allowGET={_VERSION}({paths})\n"


def _path(purpose: Purpose) -> str:
    path = API_PATHS[purpose].partition("?")[0]
    return "/".join(ID_GRAMMARS[purpose].pattern if part == "{id}" else re.escape(part) for part in path.split("/"))


def _query(purpose: Purpose) -> str:
    query = API_PATHS[purpose].partition("?")[2]
    spellings = [one for one in (query, _SDK_QUERY.get(purpose)) if one]
    return rf"\?({'|'.join(spellings)})" if spellings else ""
