"""Which catalog a folder holds, by real repositories."""

from __future__ import annotations

from pathlib import Path

from platformctl.adapters.catalog_key import catalog_key
from platformctl.adapters.git_checkout import checkout
from platformctl.adapters.git_history import History
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
