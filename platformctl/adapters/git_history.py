"""What a repository's history says, asked of git without changing anything."""

from __future__ import annotations

import os
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platformctl.adapters.git_command import git
from platformctl.catalog.definition import NAME_PATTERN
from platformctl.errors import GitFailed
from platformctl.render.printable import printable
from platformctl.rerun.merge import COMMIT
from platformctl.rerun.step import Step, steps_since

TRAILER: Final = "Smoke-Rerun"
"""A line at the end of a commit's message that names modules whose smokes run after the merge."""

MAX_LINE: Final = 1000
"""How many steps of a base branch are looked back over."""

_MAX_NAMES: Final = 100
_NAME: Final = re.compile(NAME_PATTERN)


@dataclass(frozen=True, slots=True)
class History:
    """The history of the repository in a folder: a mirror, or a work tree."""

    folder: Path

    def commit(self, revision: str) -> str:
        """Return the commit that a person's revision means.

        Raises:
            GitFailed: it means none.
        """
        try:
            return self._ask("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        except GitFailed as error:
            raise GitFailed(f"{printable(repr(revision), 80)} is no commit here: {error}") from None

    def objects(self) -> Path:
        """Return the folder of the objects."""
        return Path(self._ask("rev-parse", "--path-format=absolute", "--git-common-dir")) / "objects"

    def prefix(self) -> str:
        """Return the folder as seen from the top of the work tree, with a slash at its end; empty for the top."""
        return self._ask("rev-parse", "--show-prefix")

    def line(self, commit: str) -> tuple[Step, ...]:
        """Return the first-parent line that ends with a commit, newest step first.

        Raises:
            GitFailed: there is no such commit.
        """
        found = self._ask(
            "rev-list", "--first-parent", "--parents", f"--max-count={MAX_LINE}", "--end-of-options", checked(commit)
        )
        return tuple(_step(line.split()) for line in found.splitlines())

    def steps(self, commit: str, known: AbstractSet[str]) -> tuple[Step, ...]:
        """Return the steps that a merge stands for, oldest first: those since the last known one."""
        return steps_since(self.line(commit), known)

    def is_step(self, commit: str, branch: str) -> bool:
        """Tell whether a commit is a step of a branch."""
        if not self._has(commit):
            return False
        reference = f"refs/heads/{branch}"
        found = self._ask("rev-list", "--first-parent", "--end-of-options", reference, f"^{commit}^@").splitlines()
        return commit in found

    def changed(self, step: Step) -> frozenset[str]:
        """Return every path that a step changes; of a renamed file both."""
        commit = checked(step.commit)
        which = [checked(step.before), commit] if step.before is not None else ["--root", "--no-commit-id", commit]
        found = git(self.folder, "diff-tree", "-r", "-z", "--no-renames", "--name-only", *which, "--")
        return frozenset(os.fsdecode(path) for path in found.split(b"\0") if path)

    def named(self, step: Step) -> tuple[str, ...]:
        """Return the modules that the messages of a step's commits name by trailers, sorted."""
        excluded = [f"^{checked(step.before)}"] if step.before is not None else []
        form = f"--format=%(trailers:key={TRAILER},valueonly,unfold)"
        found = self._ask("log", form, "--end-of-options", checked(step.commit), *excluded)
        names = {name for name in re.split(r"[\s,]+", found) if _NAME.fullmatch(name)}
        return tuple(sorted(names)[:_MAX_NAMES])

    def _has(self, commit: str) -> bool:
        try:
            self._ask("cat-file", "-e", "--end-of-options", f"{checked(commit)}^{{commit}}")
        except GitFailed:
            return False
        return True

    def _ask(self, *arguments: str) -> str:
        return git(self.folder, *arguments).decode(errors="replace").rstrip("\n")


def checked(commit: str | None) -> str:
    """Return a commit's name.

    Raises:
        GitFailed: it is none, and might be an option or a range.
    """
    if commit is None or not COMMIT.fullmatch(commit):
        raise GitFailed(f"{printable(repr(commit), 80)} is not the full name of a commit: 40 or 64 hex digits")
    return commit


def _step(words: list[str]) -> Step:
    return Step(words[1] if len(words) > 1 else None, words[0])
