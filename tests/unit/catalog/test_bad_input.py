"""Whatever is wrong with a catalog, the command line says where and what, all at once, and concludes nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from platformctl.cli import main

from . import bad_catalogs, bad_modules, bad_texts
from .case import Cases
from .files import MODULE, WEB, write
from .refusal import refused

CASES: Final[Cases] = {**bad_texts.CASES, **bad_modules.CASES, **bad_catalogs.CASES}


@pytest.mark.parametrize(("files", "said"), CASES.values(), ids=CASES.keys())
def test_says_what_is_wrong_and_where(
    folder: Path, capsys: pytest.CaptureFixture[str], files: Mapping[str, str | bytes], said: str
) -> None:
    """Each problem is one line with file, line and way out; the exit code is 2 and nothing is printed or kept."""
    write(folder, files)
    assert refused(capsys) == said


@pytest.mark.parametrize(
    "content", ["\ufeff" + MODULE, MODULE.replace("\n", "\r\n"), MODULE + "...\n", "%YAML 1.1\n---\n" + MODULE]
)
def test_good_input_in_another_dress(folder: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    """A byte order mark, Windows' line ends and YAML's own marks are accepted: the plan goes on to the snapshot."""
    write(folder, {WEB: content})
    assert main(["plan", "--store", "store"]) == 3
    assert "snapshot-absent" in capsys.readouterr().out


def test_compose_files_may_be_full_of_what_compose_knows(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tags, anchors and merges of a Compose file are no concern of the catalog: its services are found."""
    compose = "x-all: &all {web: {ports: !reset []}}\nservices:\n  <<: *all\n  <<: [{db: {}}]\n  api: !override {}\n"
    write(folder, {WEB: f"{MODULE}compose: {{file: x.yaml, service: web}}\n", "x.yaml": compose})
    assert main(["plan", "--store", "store"]) == 3
    assert capsys.readouterr().err.startswith("kept as ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--module", "wbe"), "there is no module 'wbe'; did you mean 'web'?\n"),
        (("--host", "h9"), "there is no host 'h9'; known here: h1\n"),
        (
            ("--module", "x", "web", "y", "--host", "z"),
            (
                "there is no host 'z'; known here: h1\nthere is no module 'x'; known here: web\n"
                "there is no module 'y'; known here: web\n"
            ),
        ),
        (("--inventory", "hots.yaml"), "hots.yaml: cannot be read: No such file or directory\n"),
        (
            ("--catalog", "nowhere"),
            (
                "nowhere/hosts.yaml: cannot be read: No such file or directory\n"
                "nowhere/modules: cannot be read: No such file or directory; a catalog has modules/<name>/module.yaml\n"
            ),
        ),
        (("--snapshot", "nowhere"), "nowhere: cannot be read: No such file or directory\n"),
    ],
)
def test_names_that_nothing_has(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    """A module, host, file or folder that is not there is named, with the nearest that is."""
    assert folder == Path.cwd()
    assert refused(capsys, *arguments) == said


@pytest.mark.parametrize("case", ["unsafe tag", "alias bomb", "10 MB", "three broken files"])
def test_the_installed_command_says_the_same(folder: Path, case: str) -> None:
    """As a process of its own the command ends with 2, prints nothing and says the same."""
    files, said = CASES[case]
    write(folder, files)
    command = [sys.executable, "-m", "platformctl", "plan", "--store", "store"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", said)
