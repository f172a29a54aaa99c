"""What is asked of git, by real repositories: histories, mirrors and checkouts, and what must never happen."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

import pytest

from platformctl.adapters.file_lock import locked
from platformctl.adapters.git import catalog_state
from platformctl.adapters.git_checkout import checkout, inside
from platformctl.adapters.git_command import git, without_logins
from platformctl.adapters.git_history import History
from platformctl.adapters.git_mirror import Mirror
from platformctl.errors import GitFailed, InputInvalid
from platformctl.plan.plan import CatalogState
from platformctl.rerun.step import Step
from tests.repository import GitRepository, git_repository

A: Final = "a" * 40
SECRET: Final = "s3cr3t-pa%2Fss"


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """A repository with one commit."""
    made = git_repository(tmp_path / "catalog")
    made.commit({"hosts.yaml": "1", "modules/web/module.yaml": "1"})
    return made


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    """A mirror that has fetched nothing yet."""
    return Mirror(tmp_path / "store", "main")


def test_steps_are_those_of_the_base_branch(repository: GitRepository) -> None:
    """Merges of every kind are one step each: by a merge commit, squashed or rebased, and pushed commits."""
    first = repository.head()
    merged = repository.merge({"a": "1"})
    squashed = repository.commit({"b": "1"})
    history = History(repository.folder)
    assert history.line(squashed) == (Step(merged, squashed), Step(first, merged), Step(None, first))
    assert history.steps(squashed, frozenset({first})) == (Step(first, merged), Step(merged, squashed))
    assert history.is_step(merged, "main")
    assert history.is_step(first, "main")
    feature = repository.run("rev-parse", "feature")
    assert not history.is_step(feature, "main"), "it is in the history, but the base branch was never there"
    assert not history.is_step("0" * 40, "main")


def test_changed_paths(repository: GitRepository) -> None:
    """Every path of a step is there, of a merge those that it brings; a renamed file counts at both places."""
    history, first = History(repository.folder), repository.head()
    odd = "modules/web/ä \t\n\"'.txt"
    repository.write({"modules/web/module.yaml": None})
    moved = repository.merge({"modules/api/module.yaml": "1", odd: "x"})
    assert history.changed(Step(first, moved)) == {"modules/web/module.yaml", "modules/api/module.yaml", odd}
    assert history.changed(Step(None, first)) == {"hosts.yaml", "modules/web/module.yaml"}
    assert history.changed(Step(first, first)) == frozenset()


def test_trailers_are_read_by_git(repository: GitRepository) -> None:
    """Modules are named at the end of any message that a merge brings, in any writing that git takes for a trailer."""
    first = repository.head()
    merged = repository.merge(
        {},
        message="Merge\n\nSmoke-Rerun: in the text, not at its end.\n\nsmoke-rerun: db\nReviewed-by: x",
        work="Work\n\nSmoke-Rerun: web, api\nSmoke-Rerun: ../etc --all web\n",
    )
    history = History(repository.folder)
    assert history.named(Step(first, merged)) == ("api", "db", "web")
    assert history.named(Step(None, first)) == ()
    repository.commit(message="Smoke-Rerun: subject-is-none")
    assert history.named(Step(merged, repository.head())) == ()


@pytest.mark.parametrize(
    "name", ["--upload-pack=touch pwned", "-n1", "HEAD", "a1b2c3", f"{A}..HEAD", f"^{A}", f"{A}\n", A[1:]]
)  # fmt: skip
def test_what_is_no_commit_never_reaches_git(repository: GitRepository, name: str) -> None:
    """Only the full name of a commit is taken for one; anything else might be an option."""
    history = History(repository.folder)
    for ask in (
        lambda: history.line(name),
        lambda: history.changed(Step(name, repository.head())),
        lambda: history.changed(Step(repository.head(), name)),
        lambda: history.named(Step(repository.head(), name)),
        lambda: checkout(history, name).__enter__(),
    ):
        with pytest.raises(GitFailed, match="is not the full name of a commit: 40 or 64 hex digits"):
            ask()
    assert not history.is_step(name, "main")
    assert not list(repository.folder.rglob("pwned"))


def test_a_persons_revision(repository: GitRepository) -> None:
    """A person may name a commit in any way; what names none is said, and what looks like an option is none."""
    history = History(repository.folder)
    assert history.commit("main~0") == repository.head()
    for wrong in ("nowhere", "--help", "HEAD:modules"):
        with pytest.raises(GitFailed, match=f"^'{wrong}' is no commit here: git rev-parse: "):
            history.commit(wrong)
    with pytest.raises(GitFailed, match="not a git repository"):
        History(repository.folder.parent).commit("HEAD")
    with pytest.raises(GitFailed, match=r"git cannot be run in .*/gone: No such file or directory"):
        History(repository.folder / "gone").commit("HEAD")


def test_a_mirror_follows_its_branch(repository: GitRepository, mirror: Mirror) -> None:
    """Each fetch brings what is new on the base branch and nothing else, even where the branch was led elsewhere."""
    assert mirror.tip() is None
    first = repository.head()
    repository.run("tag", "v1")
    repository.run("branch", "other")
    mirror.fetch(str(repository.folder))
    assert (mirror.tip(), mirror.has(first)) == (first, True)
    second = repository.commit({"a": "1"})
    assert not mirror.has(second)
    mirror.fetch(repository.folder.as_uri())
    assert mirror.tip() == second
    repository.run("reset", "--quiet", "--hard", first)
    third = repository.commit({"b": "1"})
    mirror.fetch(str(repository.folder))
    assert (mirror.tip(), mirror.has(second), mirror.has(third)) == (third, False, True)
    assert git(mirror.history.folder, "for-each-ref", "--format=%(refname)") == b"refs/heads/main\n"


def test_a_mirror_of_a_repository_with_sha256(tmp_path: Path, mirror: Mirror) -> None:
    """Repositories whose commits are named by SHA-256 are followed and checked out as all others."""
    repository = git_repository(tmp_path / "other", object_format="sha256")
    commit = repository.commit({"a": "1"})
    mirror.fetch(str(repository.folder))
    assert mirror.has(commit)
    with checkout(mirror.history, commit) as folder:
        assert catalog_state(folder) == CatalogState(str(folder), commit, dirty=False)


def test_what_an_ended_git_leaves_is_no_hindrance(repository: GitRepository, mirror: Mirror) -> None:
    """Lock files of a git that was killed while it wrote keep nobody from fetching."""
    mirror.fetch(str(repository.folder))
    for left in ("refs/heads/main.lock", "packed-refs.lock", "HEAD.lock", "config.lock", "shallow.lock"):
        (mirror.history.folder / left).touch()
    second = repository.commit({"a": "1"})
    mirror.fetch(str(repository.folder))
    assert mirror.tip() == second


def test_a_fetch_is_bounded_in_size(repository: GitRepository, mirror: Mirror) -> None:
    """What is too much is not taken, leaves nothing behind, and is told; with more room it is there."""
    clone = str(repository.folder)
    (repository.folder / "big").write_bytes(os.urandom(3 * 1024 * 1024))
    commit = repository.commit()
    with pytest.raises(GitFailed) as caught:
        mirror.fetch(clone, most_bytes=1024 * 1024)
    assert str(caught.value) == "git fetch: there is more than the 1 MiB that are taken at once"
    assert (caught.value.may_pass, mirror.tip()) == (False, None)
    assert [file for file in mirror.folder.rglob("*") if file.is_file() and file.stat().st_size > 100_000] == []
    mirror.fetch(clone, most_bytes=4 * 1024 * 1024)
    assert mirror.tip() == commit
    git(mirror.history.folder, "config", "gc.autoPackLimit", "1")
    repository.commit({"a": "1"})
    mirror.fetch(clone, most_bytes=1024 * 1024)
    assert len([*mirror.folder.rglob("*.pack")]) == 1, "tidying up is no fetch"


def test_a_broken_mirror_can_be_deleted(repository: GitRepository, mirror: Mirror) -> None:
    """A mirror that lost its objects says so; deleted, it is fetched again."""
    mirror.fetch(str(repository.folder))
    for file in (mirror.history.folder / "objects").rglob("*"):
        if file.is_file():
            file.unlink()
    assert mirror.tip() is None


def test_nothing_is_run_by_a_fetch(repository: GitRepository, mirror: Mirror, tmp_path: Path) -> None:
    """Neither a transport that is a command, nor a hook, nor a filter of the repository is run."""
    pwned = tmp_path / "pwned"
    hook = f"#!/bin/sh\ntouch {pwned}\n"
    for name in ("reference-transaction", "post-checkout", "post-merge", "pre-auto-gc"):
        place = repository.folder / ".git/hooks" / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(hook)
        place.chmod(0o755)
    repository.write({".gitattributes": "* filter=evil\n"})
    repository.run("config", "filter.evil.smudge", f"touch {pwned}")
    commit = repository.commit()
    pwned.unlink(missing_ok=True)
    for clone in (f"ext::touch {pwned}", f"--upload-pack=touch {pwned}", "fd::0"):
        with pytest.raises(GitFailed):
            mirror.fetch(clone)
    mirror.fetch(str(repository.folder))
    with checkout(mirror.history, commit) as folder:
        assert (folder / "hosts.yaml").read_text() == "1"
    assert not pwned.exists()


def test_the_users_own_git_is_kept_out(
    repository: GitRepository, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repository that the environment names, as within a hook, and line ends that the user wants change nothing."""
    config = tmp_path / "gitconfig"
    config.write_text(f"[core]\n\tautocrlf = true\n\thooksPath = {tmp_path}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    monkeypatch.setenv("GIT_TRACE", "1")
    commit = repository.commit({"text": "one\ntwo\n"})
    mirror.fetch(str(repository.folder))
    with checkout(mirror.history, commit) as folder:
        assert (folder / "text").read_bytes() == b"one\ntwo\n"
        assert catalog_state(folder) == CatalogState(str(folder), commit, dirty=False)


def test_a_checkout_is_that_commit_and_clean(repository: GitRepository, mirror: Mirror) -> None:
    """It is what a plan records as its catalog; a change of it is seen, and nothing of it stays anywhere."""
    first = repository.head()
    repository.commit({"hosts.yaml": "2"})
    mirror.fetch(str(repository.folder))
    before = _files(mirror.history.folder)
    with checkout(mirror.history, first) as folder:
        assert (folder / "hosts.yaml").read_text() == "1"
        assert catalog_state(folder) == CatalogState(str(folder), first, dirty=False)
        (folder / "hosts.yaml").write_text("3")
        assert catalog_state(folder) == CatalogState(str(folder), first, dirty=True)
    assert not folder.exists()
    assert _files(mirror.history.folder) == before
    with pytest.raises(GitFailed), checkout(mirror.history, "0" * 40):
        pass


HOLDER: Final = """
import sys
from pathlib import Path
from platformctl.adapters.git_checkout import checkout
from platformctl.adapters.git_history import History
with checkout(History(Path(sys.argv[1])), sys.argv[2]) as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_checkouts_of_the_dead_are_taken_away(
    repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed process leaves its checkout to the next one that makes one, and no living process loses its own."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    history, commit = History(repository.folder), repository.head()
    command = [sys.executable, "-c", HOLDER, str(repository.folder), commit]
    with subprocess.Popen(
        command, env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout
        left = Path(holder.stdout.readline().strip())
        with checkout(history, commit) as own:
            assert {left, own} < {*(tmp_path / "tmp").iterdir()}
        assert (left / "hosts.yaml").exists(), "its process lives"
        assert not own.exists()
        holder.kill()
    with checkout(history, commit) as own:
        assert {*(tmp_path / "tmp").iterdir()} == {own, own.with_name(f"{own.name}.lock")}
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_catalog_stays_within_its_checkout(tmp_path: Path) -> None:
    """Neither the name of the catalog's folder nor a link in the repository leads anywhere else."""
    (tmp_path / "checkout/catalog").mkdir(parents=True)
    (tmp_path / "checkout/link").symlink_to(tmp_path)
    assert inside(tmp_path / "checkout", "catalog") == tmp_path / "checkout/catalog"
    for path in ("..", "catalog/../..", "link", "link/other"):
        with pytest.raises(InputInvalid, match="leads out of the repository"):
            inside(tmp_path / "checkout", path)


def test_a_forge_that_is_not_there_can_come_back(mirror: Mirror) -> None:
    """What a refused connection says can pass, and holds no login."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(GitFailed) as caught:
        mirror.fetch(f"http://robot:{SECRET}@127.0.0.1:{port}/catalog.git")
    assert caught.value.may_pass
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert "robot" not in str(caught.value)


def test_a_forge_that_keeps_silent_is_left(mirror: Mirror) -> None:
    """A server that takes the connection and answers nothing is given up, with what was started, and can come back."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with pytest.raises(GitFailed, match="git fetch did not end within 1 s") as caught:
            mirror.fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/catalog.git", timeout_s=1)
        assert caught.value.may_pass
    with locked(mirror.folder / "mirror.lock", 30):
        assert mirror.tip() is None


@pytest.mark.parametrize(
    ("clone", "said"),
    [
        ("{folder}/gone", "does not appear to be a git repository"),
        ("{folder}/catalog/modules", "does not appear to be a git repository"),
        ("ftp://127.0.0.1/x", "transport 'ftp' not allowed"),
    ],
)
def test_what_stays_wrong_is_not_tried_again(repository: GitRepository, mirror: Mirror, clone: str, said: str) -> None:
    """An address where nothing is, or that may not be used, is no passing trouble."""
    with pytest.raises(GitFailed, match=said) as caught:
        mirror.fetch(clone.format(folder=repository.folder.parent))
    assert not caught.value.may_pass


def test_a_branch_that_is_not_there(repository: GitRepository, tmp_path: Path) -> None:
    """A base branch that the repository lacks is named."""
    with pytest.raises(GitFailed, match="couldn't find remote ref refs/heads/trunk") as caught:
        Mirror(tmp_path / "store", "trunk").fetch(str(repository.folder))
    assert not caught.value.may_pass


def test_nobody_is_asked_for_a_password(mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No program that would ask a person is run, whatever the environment names."""
    asker = tmp_path / "asker"
    asker.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\necho {SECRET}\n")
    asker.chmod(asker.stat().st_mode | stat.S_IXUSR)
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, str(asker))
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    with refusing_server() as port, pytest.raises(GitFailed, match="terminal prompts disabled") as caught:
        mirror.fetch(f"http://127.0.0.1:{port}/catalog.git")
    assert not caught.value.may_pass
    assert not (tmp_path / "asked").exists()


def test_logins_are_taken_out_of_texts() -> None:
    """A login in any address goes, and the password of ours in every spelling."""
    url = f"https://robot:{SECRET}@git.example/x"
    text = f"unable to access '{url}/': {SECRET} and s3cr3t-pa/ss, http://t0ken@h/ and ssh://git@h:22/x"
    assert without_logins(text, [url]) == (
        "unable to access 'https://git.example/x/': … and …, http://h/ and ssh://h:22/x"
    )
    assert without_logins("bad t0ken", ["https://t0ken@h/x"]) == "bad …"
    assert without_logins("from git", ["ssh://git@h/x", "git@h:x", "http://[bad"]) == "from git"


class _Refusing(BaseHTTPRequestHandler):
    """Wants a login, whatever it is asked."""

    def do_GET(self) -> None:
        """Refuse."""
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="forge"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name in the library
        """Say nothing."""


@contextmanager
def refusing_server() -> Iterator[int]:
    """Start a server that wants a login, and yield its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def _files(folder: Path) -> list[str]:
    return sorted(os.fspath(path) for path in folder.rglob("*"))
