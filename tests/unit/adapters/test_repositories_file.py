"""Secrets of deliveries come from files that not everybody may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from platformctl.adapters.repositories_file import chosen_repository, load_repositories, read_secret
from platformctl.errors import InputInvalid, Problem

from .receiving import write_repositories


@pytest.mark.parametrize("content", [b"hush", b"hush\n", b"hush\r\n"])
def test_secret_is_the_line_of_its_file(tmp_path: Path, content: bytes) -> None:
    """The end of the line is the editor's, and no part of the secret."""
    (tmp_path / "secret").write_bytes(content)
    (tmp_path / "secret").chmod(0o640)
    assert read_secret("secret", tmp_path) == b"hush"
    assert read_secret(str(tmp_path / "secret"), Path("/elsewhere")) == b"hush"


@pytest.mark.parametrize(
    ("content", "mode", "message"),
    [
        (b"hush", 0o644, "secret: everybody on this machine may use this secret; chmod 600 keeps it"),
        (b"", 0o600, "secret: should hold a secret of 1 to 4096 bytes"),
        (b" \n", 0o600, "secret: should hold a secret of 1 to 4096 bytes"),
        (b"x" * 4097, 0o600, "secret: should hold a secret of 1 to 4096 bytes"),
        (None, 0o600, "secret: cannot be read: No such file or directory"),
    ],
)
def test_unusable_secret_is_refused(tmp_path: Path, content: bytes | None, mode: int, message: str) -> None:
    """An empty secret would let everybody in, and so would one that everybody can read."""
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
        (tmp_path / "secret").chmod(mode)
    with pytest.raises(InputInvalid) as refused:
        read_secret("secret", tmp_path)
    assert str(refused.value) == message


@pytest.mark.parametrize("named", ["~no-such-user-here/secret", "a\0b"])
def test_a_name_that_no_file_has_is_refused(tmp_path: Path, named: str) -> None:
    """A home of nobody and a name that no file can have are files that are not there."""
    with pytest.raises(InputInvalid) as refused:
        read_secret(named, tmp_path)
    assert refused.value.problems == (Problem(named, 0, "cannot be read: there is no such file"),)


def test_repository_is_chosen_by_its_name(tmp_path: Path) -> None:
    """Commands call a repository by its name in the file; for another one the nearest is proposed."""
    repositories = load_repositories(write_repositories(tmp_path))
    assert chosen_repository(repositories, "gitea").forge == "gitea"
    with pytest.raises(InputInvalid, match="there is no repository 'gitea2'; did you mean 'gitea'"):
        chosen_repository(repositories, "gitea2")
