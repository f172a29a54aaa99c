"""Which catalog a folder holds, by real repositories."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from platformctl.adapters.catalog_key import catalog_key
from platformctl.adapters.git_checkout import checkout
from platformctl.adapters.git_history import History
from platformctl.adapters.planning import Request, prepare
from platformctl.adapters.store import Store
from platformctl.errors import GitFailed
from tests.repository import GitRepository, git_repository


def cloned(repository: GitRepository, folder: Path, *options: str) -> GitRepository:
    """Clone a repository as a person does."""
    repository.run("clone", "--quiet", *options, repository.folder.as_uri(), str(folder))
    return GitRepository(folder)


def test_a_catalog_is_the_same_wherever_it_is(tmp_path: Path) -> None:
    """Clones, later commits and the checkout of a merge are the same catalog; other folders and branches are others."""
    origin = git_repository(tmp_path / "origin")
    first = origin.commit({"hosts.yaml": "1", "lab/hosts.yaml": "1"})
    key = catalog_key(origin.folder)
    clone = cloned(origin, tmp_path / "clone")
    clone.commit({"hosts.yaml": "2"})
    assert catalog_key(clone.folder) == key
    with checkout(History(origin.folder), first) as folder:
        assert catalog_key(folder, "main") == key
        assert catalog_key(folder) != key
    clone.run("checkout", "--quiet", "-b", "staging")
    other = git_repository(tmp_path / "other")
    other.commit({"hosts.yaml": "other"})
    keys = [key, catalog_key(origin.folder / "lab"), catalog_key(clone.folder), catalog_key(other.folder)]
    assert len(set(keys)) == len(keys)


def test_without_history_it_is_the_folder(tmp_path: Path) -> None:
    """Outside git, before the first commit, and where the first commits were not fetched, folders are catalogs."""
    origin = git_repository(tmp_path / "origin")
    empty = catalog_key(origin.folder)
    origin.commit({"hosts.yaml": "1"})
    origin.commit({"hosts.yaml": "2"})
    shallow = [cloned(origin, tmp_path / name, "--depth=1").folder for name in ("one", "two")]
    (tmp_path / "plain").mkdir()
    folders = [*shallow, tmp_path / "plain", tmp_path / "gone"]
    keys = [empty, catalog_key(origin.folder), *map(catalog_key, folders)]
    assert len(set(keys)) == len(keys)
    (tmp_path / "link").symlink_to(tmp_path / "plain")
    assert catalog_key(tmp_path / "link") == catalog_key(tmp_path / "plain")


@pytest.mark.parametrize("question", ["rev-parse", "rev-list", "symbolic-ref"])
def test_a_git_that_is_ended_makes_no_other_catalog(
    question: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended in the middle of a question, as the kernel does without memory, git gives no key; plans go on without."""
    origin = git_repository(tmp_path / "origin")
    origin.commit(
        {
            "hosts.yaml": "schema: platformctl/inventory/v1\nhosts: {h1: {transport: snapshot, path: seen}}\n",
            "modules/web/module.yaml": (
                "schema: platformctl/module/v1\nname: web\nhost: h1\ncontainer: web\nimage: nginx:1\n"
            ),
        }
    )
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *" {question} "*) kill -9 $$ ;; *) exec {shutil.which("git")} "$@" ;; esac\n'
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    with pytest.raises(GitFailed):
        catalog_key(origin.folder)
    job = prepare(Request(origin.folder, offline=True), Store(tmp_path / "store"))
    assert job.circumstances.catalog.key is None
