"""A forge read from and written back to over real HTTP, in the dialects of Forgejo, Gitea and GitHub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from platformctl.adapters.forge_api import MAX_PAGES, ForgeApi, forge_api
from platformctl.adapters.limits import Limits
from platformctl.adapters.writing_back import WritingBack
from platformctl.catalog.repository import Forge, Repository
from platformctl.forge.check import Checks, CommitChecks
from platformctl.render.merge_comment import marker
from platformctl.rerun.commit_status import CommitStatus
from platformctl.rerun.merge import Merge, merge_of

from .forge_server import COMMIT, ME, TOKEN, ForgeServer, forge_server
from .registry_server import Answers, Asked, Reply, Server, serving

FORGES: tuple[Forge, ...] = ("forgejo", "gitea", "github")
QUICK = Limits(connect_s=0.2, answer_s=0.2, answer_bytes=20_000)
WEB = CommitStatus("web", "success", "2 of 2 probes answered", "https://prefect.example/runs/flow-run/1")
DB = CommitStatus("db", "pending", "created")


def repository(forge: Forge, api: str, *, writable: bool = True) -> Repository:
    """A repository at a forge that writes are sent to."""
    place = {"forge": forge, "name": "platform/catalog", "clone": "/srv/x.git"}
    return Repository.model_validate({**place, "api": api, "token_file": "token" if writable else None})


def client(forge: Forge, api: str, folder: Path, limits: Limits = QUICK) -> ForgeApi:
    """A client with a token in a file."""
    place = folder / "token"
    place.touch(mode=0o600)
    place.write_text(f"{TOKEN}\n")
    made = forge_api(repository(forge, api), folder, limits)
    assert made
    return made


@contextmanager
def meeting(forge: Forge, folder: Path) -> Iterator[tuple[ForgeApi, ForgeServer, Server]]:
    """A forge and a client of it."""
    with forge_server(forge) as (state, server):
        yield client(forge, f"http://{server.address}/api", folder, Limits()), state, server


def merge(forge: Forge) -> Merge:
    """The merge that comments are about."""
    return merge_of(repository(forge, "http://127.0.0.1/api"), COMMIT)


@pytest.mark.parametrize("forge", FORGES)
def test_checks_are_those_of_others(tmp_path: Path, forge: Forge) -> None:
    """Green takes every check but our own, and at least one: nothing is green before anything has reported."""
    with meeting(forge, tmp_path) as (api, state, _):
        state.status("smoke/web", "failure")
        assert api.checks(COMMIT) == CommitChecks(Checks.PENDING, "no check has reported on the commit")
        state.status("ci/test", "success")
        assert api.checks(COMMIT) == CommitChecks(Checks.GREEN, "1 green")
        state.status("ci/lint", "pending")
        assert api.checks(COMMIT) == CommitChecks(Checks.PENDING, "pending: ci/lint")
        state.status("ci/build", "error")
        assert api.checks(COMMIT) == CommitChecks(Checks.RED, "red: ci/build")


def test_check_runs_of_github_count_too(tmp_path: Path) -> None:
    """GitHub has two kinds of checks, and green takes both."""
    with meeting("github", tmp_path) as (api, state, _):
        state.status("ci/test", "success")
        state.run("build", "completed", "success")
        state.run("docs", "completed", "skipped")
        assert api.checks(COMMIT) == CommitChecks(Checks.GREEN, "3 green")
        state.run("deploy", "in_progress")
        assert api.checks(COMMIT) == CommitChecks(Checks.PENDING, "pending: deploy")
        state.run("lint", "completed", "timed_out")
        assert api.checks(COMMIT) == CommitChecks(Checks.RED, "red: lint")


@pytest.mark.parametrize("forge", FORGES)
def test_red_check_on_the_last_page_counts(tmp_path: Path, forge: Forge) -> None:
    """All pages are read, also of a forge that gives fewer at once than it is asked for."""
    with meeting(forge, tmp_path) as (api, state, _):
        state.largest_page = 20
        for number in range(45):
            state.status(f"ci/{number:02}", "success")
        assert api.checks(COMMIT) == CommitChecks(Checks.GREEN, "45 green")
        state.status("ci/zz", "failure")
        assert api.checks(COMMIT) == CommitChecks(Checks.RED, "red: ci/zz")


def test_more_checks_than_are_read_are_not_green(tmp_path: Path) -> None:
    """What lies beyond the last page that is read could be red."""
    with meeting("forgejo", tmp_path) as (api, state, server):
        state.largest_page = 1
        for number in range(MAX_PAGES + 1):
            state.status(f"ci/{number}", "success")
        assert api.checks(COMMIT) == CommitChecks(Checks.UNKNOWN, "there are more checks than are read")
        assert len(server.asked) == MAX_PAGES


@pytest.mark.parametrize("forge", FORGES)
def test_status_is_shown_beside_the_commit(tmp_path: Path, forge: Forge) -> None:
    """A later status of a module replaces the earlier one; a description is cut to what GitHub takes."""
    with meeting(forge, tmp_path) as (api, state, _):
        assert api.write_status(COMMIT, DB) is None
        assert api.write_status(COMMIT, CommitStatus("db", "failure", "no\x1banswer " + "x" * 200)) is None
        assert api.write_status(COMMIT, WEB) is None
        said = {name: one.get("state") or one.get("status") for name, one in state.statuses.items()}
        assert said == {"smoke/db": "failure", "smoke/web": "success"}
        assert state.statuses["smoke/web"]["target_url"] == WEB.url
        assert state.statuses["smoke/db"]["description"].startswith("no\\x1banswer xxx")


@pytest.mark.parametrize("forge", FORGES)
def test_comment_is_written_once_and_changed_then(tmp_path: Path, forge: Forge) -> None:
    """The comment is found again by its marker, among many, and not changed where it says the same."""
    with meeting(forge, tmp_path) as (api, state, server):
        for number in range(70):
            state.comment(f"comment {number}")
        state.comment(marker(merge(forge)) + "\nforged by somebody else")
        assert api.write_comment(merge(forge), [DB, WEB]) is None
        for _ in range(2):
            assert api.write_comment(merge(forge), [WEB], number=12) is None
        (ours,) = (each for each in state.comments if each["user"]["id"] == ME)
        assert ours["body"].startswith(marker(merge(forge)))
        assert "db" not in ours["body"]
        writes = [question.split("?")[0] for question in server.questions if not question.startswith("GET")]
        assert writes == [
            "POST /api/repos/platform/catalog/issues/12/comments",
            f"PATCH /api/repos/platform/catalog/issues/comments/{ours['id']}",
        ]


def test_comment_is_not_repeated_by_writers_at_once(tmp_path: Path) -> None:
    """Of several who tell of one merge at the same time one writes first, and the last one tells all."""
    with meeting("forgejo", tmp_path) as (api, state, _), ThreadPoolExecutor(3) as pool:
        back = WritingBack(api, tmp_path / "store", merge("forgejo"))
        told = [[CommitStatus(f"m{number}", "success", "well")] for number in range(3)]
        assert list(pool.map(back.tell, told)) == [()] * 3
        (comment,) = state.comments
        assert [f"| m{number} |" in comment["body"] for number in range(3)] == [True] * 3


def test_ended_smoke_is_not_pending_again(tmp_path: Path) -> None:
    """A smoke may end before the run that created it tells of it."""
    with meeting("gitea", tmp_path) as (api, state, _):
        back = WritingBack(api, tmp_path / "store", merge("gitea"))
        assert back.tell([WEB]) == ()
        assert back.tell([CommitStatus("web", "pending", "created"), DB]) == ()
        assert {name: one["status"] for name, one in state.statuses.items()} == {
            "smoke/web": "success",
            "smoke/db": "pending",
        }
        (comment,) = state.comments
        assert "2 of 2 probes answered" in comment["body"]


def test_module_without_a_smoke_is_told_of_in_the_comment_alone(tmp_path: Path) -> None:
    """Where no smoke was created, no status promises one."""
    with meeting("github", tmp_path) as (api, state, _):
        back = WritingBack(api, tmp_path / "store", merge("github"))
        assert back.tell([CommitStatus("web", "failure", "it has drifted", runs=False)]) == ()
        assert state.statuses == {}
        assert "| web | 🔴 failure | it has drifted |" in state.comments[0]["body"]


def test_comment_is_not_repeated_where_not_all_are_read(tmp_path: Path) -> None:
    """Where ours may lie beyond the last page that is read, none is written."""
    with meeting("github", tmp_path) as (api, state, _):
        state.largest_page = 1
        for number in range(MAX_PAGES + 1):
            state.comment(f"comment {number}")
        assert api.write_comment(merge("github"), [WEB]) == (
            "no comment was written: pull request 12 has more comments than are read, and a second one would repeat"
        )
        assert len(state.comments) == MAX_PAGES + 1


@pytest.mark.parametrize("forge", FORGES)
def test_what_was_pushed_gets_no_comment(tmp_path: Path, forge: Forge) -> None:
    """A commit without a pull request is no fault."""
    with meeting(forge, tmp_path) as (api, state, _):
        state.pull = None
        assert api.write_comment(merge(forge), [WEB]) is None
        assert state.comments == []


PATH = f"GET /repos/platform/catalog/commits/{COMMIT}/status"
FAULTS: dict[str, tuple[Answers, str]] = {
    "refused": (
        lambda _: Reply(401, TOKEN.encode()),
        f"the token is not accepted, or may not do this (401): {PATH}",
    ),
    "absent": (lambda _: Reply(404), f"there is no such thing, or the token may not see it (404): {PATH}"),
    "broken": (lambda _: Reply(500, TOKEN.encode()), f"it answers 500: {PATH}"),
    "redirected": (
        lambda asked: Reply(302, headers={"Location": f"http://{asked.headers['Host']}/elsewhere"}),
        f"it redirects, and a token goes nowhere else (302): {PATH}",
    ),
    "endless": (lambda _: Reply(200, b"[" * 30_000), "the answer is larger than 20000 bytes"),
    "silent": (lambda _: Reply(raw=(b"HTTP/1.1 200 OK\r\n",), pause_s=60), "no answer in time"),
    "dripping": (lambda _: Reply(raw=(b"H", *[b"x"] * 100), pause_s=0.1), "no whole answer in time"),
    "cut": (
        lambda _: Reply(raw=(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",)),
        "no answer that can be read (ChunkedEncodingError)",
    ),
    "nonsense": (lambda _: Reply(200, b"<html>"), "the answer is not one of such a forge; is api its address?"),
    "other shape": (
        lambda _: Reply(200, b'{"statuses": [{"context": 1, "state": "success"}]}'),
        "the answer is not one of such a forge; is api its address?",
    ),
    "too deep": (lambda _: Reply(200, b"[" * 10_000), "the answer is not one of such a forge; is api its address?"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_forge_that_is_no_help_leaves_checks_unknown(tmp_path: Path, fault: str) -> None:
    """Whatever a forge does, checks are unknown and the reason is one line, which never holds the token."""
    answers, words = FAULTS[fault]
    with serving(answers) as server:
        found = client("forgejo", f"http://{server.address}", tmp_path).checks(COMMIT)
    assert found.state is Checks.UNKNOWN
    assert found.note.removeprefix(f"http://{server.address}: ") == words
    assert {asked.headers["Host"] for asked in server.asked} == {server.address}
    assert "/elsewhere" not in str(server.questions)


def test_forge_that_is_away_keeps_nobody(tmp_path: Path) -> None:
    """What cannot be written back is one line."""
    with serving(lambda _: Reply()) as server:
        pass
    api = client("gitea", f"http://{server.address}", tmp_path)
    gone = f"http://{server.address}: connection refused"
    assert api.write_status(COMMIT, WEB) == f"no status smoke/web was written: {gone}"
    assert api.write_comment(merge("gitea"), [WEB]) == f"no comment was written: {gone}"


def test_fault_that_passes_is_tried_again(tmp_path: Path) -> None:
    """A busy forge is asked once more, from the beginning, so that nothing is written twice."""
    with forge_server("github") as (state, _):
        left = [Reply(503), Reply(502)]

        def busy_at_first(asked: Asked) -> Reply:
            answer = state.answers(asked)  # it did what it was asked for, and the answer got lost
            return left.pop() if asked.method == "POST" and left else answer

        with serving(busy_at_first) as server:
            api = client("github", f"http://{server.address}/api", tmp_path, Limits())
            assert api.write_comment(merge("github"), [WEB]) is None
            assert len(state.comments) == 1


def test_token_goes_nowhere_in_the_open(tmp_path: Path) -> None:
    """Over plain HTTP a token is sent to this machine only."""
    found = client("github", "http://192.0.2.1/api", tmp_path).checks(COMMIT)
    assert found == CommitChecks(
        Checks.UNKNOWN, "http://192.0.2.1: a token goes over https only; give an api that begins with https://"
    )


@pytest.mark.parametrize("content", [b"two words", b"a\nb", b"\xff\xfe", b" "])
def test_token_file_holds_one_token(tmp_path: Path, content: bytes) -> None:
    """A file that holds something else is not sent anywhere."""
    with serving(lambda _: Reply()) as server:
        api = client("github", f"http://{server.address}/api", tmp_path)
        (tmp_path / "token").write_bytes(content)
        assert api.checks(COMMIT).note.startswith("token_file: token: should hold ")
        assert server.asked == []


def test_token_is_a_secret(tmp_path: Path) -> None:
    """A token that everybody on the machine could use, or that is not there, is not sent anywhere."""
    with serving(lambda _: Reply()) as server:
        api = client("github", f"http://{server.address}/api", tmp_path)
        (tmp_path / "token").chmod(0o644)
        assert api.checks(COMMIT).note == (
            "token_file: token: everybody on this machine may use this secret; chmod 600 keeps it"
        )
        (tmp_path / "token").unlink()
        assert api.checks(COMMIT).note == "token_file: token: cannot be read: No such file or directory"
        assert server.asked == []


def test_without_a_token_nothing_is_written(tmp_path: Path) -> None:
    """Writing back is off unless a token is named."""
    assert forge_api(repository("github", "https://x.example", writable=False), tmp_path) is None


def test_documents_hold_the_fields_of_the_api(tmp_path: Path) -> None:
    """What is sent is JSON with the names that all three forges document."""
    with meeting("gitea", tmp_path) as (api, _, server):
        api.write_status(COMMIT, WEB)
    (asked,) = server.asked
    assert json.loads(asked.body) == {
        "state": "success",
        "context": "smoke/web",
        "description": "2 of 2 probes answered",
        "target_url": "https://prefect.example/runs/flow-run/1",
    }
    assert asked.headers["Content-Type"] == "application/json"
