"""A good catalog to spoil."""

from __future__ import annotations

from pathlib import Path

import pytest

from .files import CATALOG, write


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder that holds a good catalog."""
    write(tmp_path, CATALOG)
    monkeypatch.chdir(tmp_path)
    return tmp_path
