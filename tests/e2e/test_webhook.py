"""Deliveries and commands that tell of merges, with a real Prefect server: one run follows each, whoever tells."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from uuid import uuid4

import httpx
import pytest

from platformctl.catalog.repository import Forge
from tests.unit.adapters.receiving import Running
from tests.unit.cli.run import PLATFORMCTL, environment
from tests.unit.forge.sending import body, headers, payload

from .receiver import deployed_receiver, prefect_settings
from .server import Server

pytestmark = [pytest.mark.e2e]


@pytest.fixture(scope="module")
def receiver(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A receiver for all tests of this module."""
    with deployed_receiver(server, tmp_path_factory.mktemp("receiver")) as running:
        yield running


def _merge() -> str:
    """Return the name of a commit that nothing else has told of."""
    return (uuid4().hex + uuid4().hex)[:40]


def _told(kind: str, commit: str) -> bytes:
    """Return the body of a push or of a merged pull request, as Forgejo sends it, that tells of a commit."""
    content = payload(f"forgejo-{kind}")
    if kind == "push":
        content["after"] = commit
    else:
        content["pull_request"]["merge_commit_sha"] = commit
    return json.dumps(content).encode()


def _runs(server: Server, commit: str) -> list[tuple[str, dict[str, str]]]:
    """Return the ID and parameters of all runs in the database that follow a merge."""
    place = server.folder / "home/prefect.db"
    asked = "select id, parameters from flow_run where idempotency_key = ?"
    with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as database:
        rows = database.execute(asked, (f"merge:forgejo:platform/catalog:main:{commit}",)).fetchall()
    return [(identifier, json.loads(parameters)) for identifier, parameters in rows]


def _rerun(server: Server, receiver: Running, commit: str) -> tuple[int, str]:
    options = ("--repository", "forgejo", "--commit", commit, "--store", str(receiver.folder / "store"))
    done = subprocess.run(
        [sys.executable, *PLATFORMCTL[1:], "rerun", "--repositories", receiver.folder / "repositories.yaml", *options],
        capture_output=True, text=True, env=environment(**prefect_settings(server)), check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


async def _deliver_at_once(url: str, bodies: list[bytes]) -> list[httpx.Response]:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        sent = [
            client.post(
                "/merges/forgejo", content=each, headers=headers("forgejo", each) | {"X-Forgejo-Delivery": str(uuid4())}
            )
            for each in bodies
        ]
        return await asyncio.gather(*sent)


def test_deliveries_at_once_make_one_run(server: Server, receiver: Running) -> None:
    """Push and pull request of one merge, delivered twenty times at once under new IDs, make one run."""
    commit = _merge()
    bodies = [_told(kind, commit) for kind in ("push", "pull-request-merged") for _ in range(10)]
    answers = asyncio.run(_deliver_at_once(receiver.url, bodies))
    assert [answer.status_code for answer in answers] == [202] * 20
    assert Counter(answer.json()["decision"] for answer in answers) == {"queued": 1, "duplicate": 19}
    ((run, parameters),) = _runs(server, commit)
    assert {answer.json()["run"] for answer in answers} == {run}
    assert parameters == {"repository": "forgejo", "commit": commit, "source": parameters["source"]}
    left = [each for each in receiver.receipts() if each["merge"]["commit"] == commit]
    assert Counter((each["source"], each["decision"], each["run"]) for each in left) == Counter(
        {
            (source, decision, run): (1 if decision == "queued" else 10 - (source == parameters["source"]))
            for source, decision in [
                (parameters["source"], "queued"), ("push", "duplicate"), ("pull-request", "duplicate"),
            ]
        }
    )  # fmt: skip


def test_command_and_delivery_make_one_run(server: Server, receiver: Running) -> None:
    """A CI step that tells of a merge after or before the delivery adds none, and ends well each time."""
    commit = _merge()
    first = _rerun(server, receiver, commit)
    second = _rerun(server, receiver, commit)
    delivered = receiver.deliver("forgejo", _told("push", commit))
    ((run, parameters),) = _runs(server, commit)
    assert first == (0, f"queued: The merge is known, and a run follows it. Flow run {run}\n")
    said = "duplicate: The merge is known already: another delivery told of it."
    assert second == (0, f"{said} Flow run {run}\n")
    assert (delivered.status_code, delivered.json()["decision"], delivered.json()["run"]) == (202, "duplicate", run)
    assert parameters == {"repository": "forgejo", "commit": commit, "source": "command"}
    left = [each for each in receiver.receipts() if each["merge"]["commit"] == commit]
    assert [(each["source"], each["decision"]) for each in left] == [
        ("command", "queued"), ("command", "duplicate"), ("push", "duplicate"),
    ]  # fmt: skip


def test_merges_have_runs_of_their_own(server: Server, receiver: Running) -> None:
    """Several merges at once are each followed by one run."""
    commits = [_merge() for _ in range(6)]
    answers = asyncio.run(_deliver_at_once(receiver.url, [_told("push", each) for each in commits]))
    runs = [run for commit in commits for run, _ in _runs(server, commit)]
    assert [(answer.status_code, answer.json()["run"]) for answer in answers] == [(202, run) for run in runs]
    assert len(set(runs)) == 6


def test_delivery_that_leads_to_nothing_makes_no_run(server: Server, receiver: Running) -> None:
    """Other branches, other repositories, test deliveries and unmerged requests make no run."""

    def count() -> int:
        with closing(sqlite3.connect(f"file:{server.folder / 'home/prefect.db'}?mode=ro", uri=True)) as database:
            return int(database.execute("select count(*) from flow_run").fetchone()[0])

    before = count()
    harmless: Mapping[Forge, tuple[str, ...]] = {
        "forgejo": ("forgejo-test", "forgejo-pull-request-closed", "forgejo-tag-pushed", "forgejo-branch-deleted"),
        "gitea": ("gitea-test", "gitea-issue-comment"),
        "github": ("github-ping", "github-push-other-branch", "github-push-of-fork", "github-pull-request-opened"),
        "gitlab": ("gitlab-merge-request-changed-later", "gitlab-tag-pushed", "gitlab-merge-request-other-base"),
    }
    answers = [receiver.deliver(forge, body(name)) for forge, names in harmless.items() for name in names]
    assert {(answer.status_code, answer.json()["run"]) for answer in answers} == {(202, None)}
    assert count() == before
