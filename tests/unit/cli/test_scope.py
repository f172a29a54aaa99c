"""`platformctl scope`: the modules that a change touches, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from platformctl.cli import main
from tests.repository import GitRepository, git_repository
from tests.unit.catalog.files import CATALOG, HOSTS, MODULE, WEB


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """A repository with two commits, of which the second touches a module."""
    made = git_repository(tmp_path / "catalog")
    made.commit(CATALOG)
    made.commit({WEB: f"{MODULE}expect: {{state: running}}\n", "README.md": "x"})
    return made


def test_text(repository: GitRepository, capsys: pytest.CaptureFixture[str]) -> None:
    """Each touched module is a line, and below it stands why."""
    base, head = repository.run("rev-parse", "HEAD~1"), repository.head()
    assert main(["scope", "--catalog", str(repository.folder), "--base", "HEAD~1"]) == 0
    assert capsys.readouterr().out == f"web\n    {WEB} changed\n1 module touched by {base[:12]}..{head[:12]}\n"


def test_json(repository: GitRepository, capsys: pytest.CaptureFixture[str]) -> None:
    """A program finds the same, with the full names of the commits; any two may be compared."""
    base, head = repository.head(), repository.commit({WEB: None, "modules/api/module.yaml": MODULE})
    arguments = ["--base", base, "--head", "main", "--format", "json"]
    assert main(["scope", "--catalog", str(repository.folder), *arguments]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "base": base,
        "head": head,
        "modules": [
            {"name": "api", "removed": False, "why": ["it is declared for the first time"]},
            {"name": "web", "removed": True, "why": ["it is no longer declared"]},
        ],
        "notes": [
            (
                f"the catalog at {head[:12]} cannot be used, so that only paths are compared: "
                "modules/api/module.yaml:2: name: should be 'api', the name of the module's folder"
            )
        ],
    }


def test_the_work_tree_is_left_alone(repository: GitRepository, capsys: pytest.CaptureFixture[str]) -> None:
    """What is changed and not committed is no part of it, and neither is anything written to the repository."""
    repository.write({"hosts.yaml": "broken"})
    before = sorted(repository.folder.rglob("*"))
    assert main(["scope", "--catalog", str(repository.folder), "--base", "HEAD"]) == 0
    assert capsys.readouterr().out.startswith("0 modules touched by ")
    assert sorted(repository.folder.rglob("*")) == before


def test_a_catalog_in_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The catalog may be a folder of the repository, and the inventory a file outside of it."""
    made = git_repository(tmp_path / "repository")
    made.commit({f"platform/{WEB}": MODULE})
    made.commit({f"platform/{WEB}": MODULE.replace("container: web", "container: web2")})
    (tmp_path / "hosts.yaml").write_text(HOSTS)
    monkeypatch.chdir(made.folder / "platform")
    assert main(["scope", "--base", "HEAD^", "--inventory", str(tmp_path / "hosts.yaml")]) == 0
    assert capsys.readouterr().out.startswith(f"web\n    platform/{WEB} changed\n1 module touched by ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--base", "nowhere"], "'nowhere' is no commit here: "),
        (["--base=--exec=reboot"], "'--exec=reboot' is no commit here: "),
        (["--base", "HEAD", "--head", "\x1b[2J"], r"'\x1b[2J' is no commit here: "),
    ],
)
def test_what_is_no_commit(
    repository: GitRepository, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """It is named, nothing is printed, and the exit code is that of unusable input."""
    assert main(["scope", "--catalog", str(repository.folder), *arguments]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err[: len(said)]) == ("", said)


def test_outside_of_git(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that no repository holds is said to be none."""
    assert main(["scope", "--catalog", str(tmp_path), "--base", "HEAD"]) == 2
    assert "not a git repository" in capsys.readouterr().err
