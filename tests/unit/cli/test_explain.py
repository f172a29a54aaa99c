"""`platformctl explain` as a person calls it."""

from __future__ import annotations

from pathlib import Path

import pytest

from platformctl.cli import main
from tests.unit.adapters.registry_catalog import declare, running
from tests.unit.adapters.registry_server import image, serving
from tests.unit.recording import MEERKAT
from tests.unit.render.explanations import GOLDEN

WEB = image()


def test_it_prints_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page goes to standard output, the exit code is the verdict, and no plan is kept."""
    options = ["--catalog", str(MEERKAT), "--store", str(tmp_path)]
    assert main(["explain", "np-meerkat-frontend", *options]) == 0
    assert tuple(capsys.readouterr()) == ((GOLDEN / "explain-in-sync.txt").read_text(), "")
    assert list(tmp_path.iterdir()) == []


def test_a_module_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is none is unusable input, with the one that was probably meant."""
    options = ["--catalog", str(MEERKAT), "--store", str(tmp_path)]
    assert main(["explain", "np-meerkat", *options]) == 2
    assert tuple(capsys.readouterr()) == ("", "there is no module 'np-meerkat'; did you mean 'np-meerkat-frontend'?\n")


def test_it_learns_as_plan_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What decides is asked from the registry, named as its source, and kept for the next time; offline it is not."""
    with serving(WEB.answers) as server:
        declare(tmp_path, web=f"{server.address}/apps/web@{WEB.digest}")
        running(tmp_path, web=WEB)
        options = ["--catalog", str(tmp_path), "--store", str(tmp_path / "store")]
        assert main(["explain", "web", *options, "--offline"]) == 3
        assert server.questions == []
        assert main(["explain", "web", *options]) == 0
        assert main(["explain", "web", *options]) == 0
        assert len(server.questions) == 5
        offline, first, second = capsys.readouterr().out.split("web on h1 is ")[1:]
    assert "Not learned: " in offline
    assert f"    It means, says registry {server.address}/apps/web:\n" in first
    assert first == second
