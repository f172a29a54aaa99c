"""`platformctl rerun` and `platformctl webhook` where they cannot begin: what is said, and the exit code."""

from __future__ import annotations

import json
import shlex
import socket
from pathlib import Path

import pytest
import yaml

from platformctl.cli import _parser, main
from tests.unit.adapters.receiving import NOBODY, write_repositories

ROOT = Path(__file__).parents[3]
COMMIT = "7d1f0c4b9a6e53728190abcdef0123456789abcd"


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the test run names no server."""
    monkeypatch.setenv("PREFECT_API_URL", NOBODY)


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run a verb to its end; return the exit code and the last line that was said."""
    try:
        code = main(arguments)
    except SystemExit as end:
        code = int(str(end.code))
    return code, capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("commit", [COMMIT[:12], COMMIT.upper(), "main", f"{COMMIT} "])
def test_commit_is_named_in_full(tmp_path: Path, capsys: pytest.CaptureFixture[str], commit: str) -> None:
    """A short name could mean another commit tomorrow, and its key would be another one."""
    file = str(write_repositories(tmp_path))
    code, line = asked(capsys, "rerun", "--repositories", file, "--repository", "gitea", "--commit", commit)
    assert code == 2
    assert f"{commit!r} should be a commit's full name: 40 or 64 hex digits" in line


def test_repository_is_one_that_is_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown name is unusable input, and the nearest known one is proposed."""
    file = str(write_repositories(tmp_path))
    code, line = asked(capsys, "rerun", "--repositories", file, "--repository", "gitlob", "--commit", COMMIT)
    assert (code, line) == (2, "there is no repository 'gitlob'; did you mean 'gitlab'?")


def test_server_must_be_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without PREFECT_API_URL neither verb begins."""
    monkeypatch.delenv("PREFECT_API_URL")
    file = str(write_repositories(tmp_path))
    store = str(tmp_path / "store")
    for arguments in (("rerun", "--repository", "gitea", "--commit", COMMIT), ("webhook",)):
        code, line = asked(capsys, *arguments, "--repositories", file, "--store", store)
        assert code == 2
        assert line.startswith("PREFECT_API_URL: should be the address of the API, such as ")


def test_receiver_needs_a_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A receiver that would refuse everything does not begin."""
    entry = {"forge": "github", "name": "platform/catalog", "clone": "catalog.git"}
    file = tmp_path / "repositories.yaml"
    file.write_text(json.dumps({"schema": "platformctl/repositories/v1", "repositories": {"catalog": entry}}))
    code, line = asked(capsys, "webhook", "--repositories", str(file), "--store", str(tmp_path / "store"))
    assert (code, line) == (2, f"{file}: no repository has a secret_file, so no delivery can be accepted")


@pytest.mark.parametrize("where", ["4300", "127.0.0.1", "127.0.0.1:99999", "http://127.0.0.1:1", "unix:/nowhere/s"])
def test_place_to_listen_must_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str], where: str) -> None:
    """Another form than an address with a port, or a path that cannot be, is unusable input."""
    file = str(write_repositories(tmp_path))
    options = ("--repositories", file, "--store", str(tmp_path / "store"), "--listen", where)
    code, line = asked(capsys, "webhook", *options)
    assert code == 2
    assert line.startswith(f"{where}: ")


def test_place_that_is_taken_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where something listens already, nothing else can."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        options = ("--repositories", str(write_repositories(tmp_path)), "--store", str(tmp_path / "store"))
        code, line = asked(capsys, "webhook", *options, "--listen", where)
    assert (code, line) == (2, f"{where}: cannot be listened on: Address already in use")


@pytest.mark.parametrize("count", ["0", "-1", "many", "1000001", "9" * 5000])
def test_rate_must_be_one(capsys: pytest.CaptureFixture[str], count: str) -> None:
    """A rate is a number that a sender can keep to."""
    code, line = asked(capsys, "webhook", f"--per-minute={count}")
    assert code == 2
    assert "should be a number from 1 to 1000000" in line


@pytest.mark.parametrize("name", ["forgejo", "github"])
def test_example_of_a_workflow_says_what_the_verb_takes(name: str) -> None:
    """The examples tell of each push to the main branch, in words that the command line knows."""
    workflow = yaml.safe_load((ROOT / f"deployments/ci/{name}-rerun.yaml").read_text())
    assert workflow[True] == {"push": {"branches": ["main"]}}  # YAML 1.1 reads the key `on` as true
    (step,) = workflow["jobs"]["rerun"]["steps"]
    assert step["env"]["COMMIT"] == "${{ github.sha }}"
    program, *arguments = shlex.split(step["run"].replace("$COMMIT", COMMIT))
    options = _parser().parse_args(arguments)
    assert program == "/srv/platformctl/.venv/bin/platformctl"
    assert (options.run.__module__, options.commit) == ("platformctl.cli.rerun_verb", COMMIT)


def test_example_of_a_service_says_what_the_verb_takes() -> None:
    """The unit starts the receiver in words that the command line knows."""
    unit = (ROOT / "deployments/platformctl-webhook.service").read_text()
    (line,) = [line for line in unit.splitlines() if line.startswith("ExecStart=")]
    program, *arguments = shlex.split(line.removeprefix("ExecStart="))
    options = _parser().parse_args(arguments)
    assert program == "/srv/platformctl/.venv/bin/platformctl"
    assert (options.run.__module__, options.listen) == ("platformctl.cli.webhook_verb", "127.0.0.1:4300")
