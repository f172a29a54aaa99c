"""The command line, where it must refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from platformctl.cli import main


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command line, which must refuse and conclude nothing, and return what it said."""
    assert main(["plan", "--store", "store", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert not list(Path("store").glob("plans/*"))
    return said.err
