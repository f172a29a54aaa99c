"""Showing where something is kept: a link where the store is served, and in any case the path for a shell."""

from __future__ import annotations

from pathlib import Path

from prefect.logging import get_run_logger

from platformctl.adapters.store_link import store_link
from platformctl.errors import PlatformctlError
from platformctl.render.escape import fenced


def link_to(place: Path) -> str:
    """Return the address of a kept folder, or nothing. That there is no link is no trouble of the plan's."""
    try:
        return store_link(place)
    except PlatformctlError as error:
        get_run_logger().warning("nothing is linked: %s", error)
        return ""


def kept_at(*lines: str) -> str:
    """Return the end of a document. The interface drops links to files, so places are text to copy."""
    return "\n".join(["", "## Kept", "", *fenced(lines)])
