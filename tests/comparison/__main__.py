"""Writes docs/comparison.md: ``python -m tests.comparison``."""

from __future__ import annotations

from pathlib import Path

from .case import cases
from .page import page

PAGE = Path(__file__).parents[2] / "docs" / "comparison.md"

if __name__ == "__main__":
    PAGE.write_text(page(cases()))
