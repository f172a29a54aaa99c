"""Roots of other releases are made once, outside of the repository, and go when asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_a_root_that_is_there_is_taken(tmp_path: Path) -> None:
    """It is neither made anew nor changed."""
    place = made(tmp_path)
    assert ask(tmp_path, "sid") == (0, f"{place}\n")
    assert [file.name for file in place.iterdir()] == ["kept"]


def test_a_root_is_removed(tmp_path: Path) -> None:
    """Only the named one goes."""
    place, other = made(tmp_path), made(tmp_path, "trixie")
    assert ask(tmp_path, "--remove", "sid") == (0, f"{place}\n")
    assert (place.exists(), other.exists()) == (False, True)


def test_an_unknown_release_is_refused(tmp_path: Path) -> None:
    """Nothing is made for a release that the lab has no packages for."""
    assert ask(tmp_path, "bullseye")[0] == 2
    assert list(tmp_path.iterdir()) == []


def made(cache: Path, suite: str = "sid") -> Path:
    """Lay something where a root would be."""
    place = cache / "platformctl-lab" / suite
    place.mkdir(parents=True)
    (place / "kept").touch()
    return place


def ask(cache: Path, *arguments: str) -> tuple[int, str]:
    """Run the command with a cache of its own and return its exit code and what it printed."""
    answer = subprocess.run(
        [sys.executable, "-m", "tests.lab.root", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
    )
    return answer.returncode, answer.stdout
