"""A commit's files in a folder of their own, for as long as they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from platformctl.adapters.git_command import UNCONFIGURED, git
from platformctl.adapters.git_history import History, checked
from platformctl.adapters.scratch_folder import scratch_folder
from platformctl.errors import InputInvalid, Problem

_SHA256: Final = 64


@contextmanager
def checkout(history: History, commit: str) -> Iterator[Path]:
    """Check a commit out into a temporary folder, which goes with us, or with the next checkout where we are killed.

    The folder is a repository that borrows the objects of the other one, so that nothing is written there, and git
    says of the folder which commit it is at and whether its files are that commit's.

    Raises:
        GitFailed: there is no such commit.
    """
    objects = history.objects()
    kind = "sha256" if len(checked(commit)) == _SHA256 else "sha1"
    with scratch_folder("platformctl-checkout-") as folder:
        git(folder, "init", "--quiet", "--template=", f"--object-format={kind}", environment=UNCONFIGURED)
        (folder / ".git/objects/info").mkdir(exist_ok=True)
        (folder / ".git/objects/info/alternates").write_text(f"{objects}\n", encoding="utf-8")
        git(folder, "checkout", "--quiet", "--detach", commit, "--", environment=UNCONFIGURED)
        yield folder


def inside(folder: Path, path: str) -> Path:
    """Return a folder of a checkout.

    Raises:
        InputInvalid: the path, or a link on it, leads out of the checkout.
    """
    found = folder / path
    if not found.resolve().is_relative_to(folder.resolve()):
        raise InputInvalid([Problem("", 0, f"catalog: {path!r} leads out of the repository")])
    return found


def relative(error: InputInvalid, checkout: Path) -> InputInvalid:
    """Return problems with files of a checkout by their paths in the repository."""
    return InputInvalid(replace(each, file=each.file.removeprefix(f"{checkout}/")) for each in error.problems)
