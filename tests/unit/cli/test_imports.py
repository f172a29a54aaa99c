"""Starting loads what the verb needs and no more."""

from __future__ import annotations

from pathlib import Path

from tests.unit.recording import MEERKAT

from .run import platformctl


def loaded(*arguments: str | Path) -> set[str]:
    """Return the top-level packages that a run imports."""
    done = platformctl(*arguments, python=("-X", "importtime"))
    assert done.returncode == 0, done.stderr[-2000:]
    lines = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def test_help_is_light() -> None:
    """Help needs none of the libraries."""
    packages = loaded("--help")
    assert "argparse" in packages
    assert not packages & {"prefect", "docker", "paramiko", "pandas", "numpy", "pydantic", "yaml", "rich", "requests"}


def test_a_plan_of_recordings_needs_no_network(tmp_path: Path) -> None:
    """Reading snapshots loads neither SSH, nor Docker's client, nor Prefect."""
    packages = loaded("plan", "--catalog", MEERKAT, "--snapshot", MEERKAT, "--store", tmp_path)
    assert "pandas" in packages
    assert not packages & {"prefect", "docker", "paramiko", "requests", "cryptography"}
