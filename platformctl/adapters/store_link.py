"""Where a browser finds what the store keeps, if somebody serves the store over HTTP."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

from platformctl.adapters.store import default_store
from platformctl.errors import InputInvalid, Problem

SETTING: Final = "PLATFORMCTL_STORE_URL"
_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9\[][A-Za-z0-9.:\[\]-]*(/[A-Za-z0-9._~%/-]*)?", re.ASCII)
"""Without a login, a query or anything that Markdown takes for its own."""


def store_link(place: Path) -> str:
    """Return the address of a folder of the default store; empty where none is set, or for another store.

    Raises:
        InputInvalid: what is set is no such address. It is not repeated: it may hold a password.
        StoreUnwritable: the default store cannot be told.
    """
    served = os.environ.get(SETTING, "")
    if not served:
        return ""
    if not _ADDRESS.fullmatch(served):
        raise InputInvalid([Problem(SETTING, 0, "should be an address without login, such as https://plans.example")])
    root = default_store().root.resolve()
    if not place.resolve().is_relative_to(root):
        return ""
    return f"{served.rstrip('/')}/{quote(place.resolve().relative_to(root).as_posix())}"
