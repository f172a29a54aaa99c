"""A git repository such as a forge keeps one, and changes to it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NOBODY: Final = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "somebody",
    "GIT_AUTHOR_EMAIL": "somebody@example.net",
    "GIT_COMMITTER_NAME": "somebody",
    "GIT_COMMITTER_EMAIL": "somebody@example.net",
}
"""Neither what the user of this machine has set, nor a repository that the tests are run from."""


@dataclass(frozen=True, slots=True)
class GitRepository:
    """A repository with a work tree, on its branch main."""

    folder: Path

    def run(self, *arguments: str) -> str:
        """Run git, and return what it prints."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env={**kept, **_NOBODY}, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write files, and remove those that are None."""
        for name, content in files.items():
            place = self.folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                place.unlink()
            else:
                place.write_text(content)

    def commit(self, files: Mapping[str, str | None] | None = None, message: str = "a change") -> str:
        """Commit all there is, after these changes, and return the commit."""
        self.write(files or {})
        self.run("add", "--all")
        self.run("commit", "--quiet", "--allow-empty", "--message", message)
        return self.head()

    def merge(self, files: Mapping[str, str | None], message: str = "a merge", work: str = "a change") -> str:
        """Commit to a branch of its own, merge that as a forge does, and return the merge commit."""
        self.run("checkout", "--quiet", "-B", "feature")
        self.commit(files, work)
        self.run("checkout", "--quiet", "main")
        self.run("merge", "--quiet", "--no-ff", "--message", message, "feature")
        return self.head()

    def head(self) -> str:
        """Return the newest commit."""
        return self.run("rev-parse", "HEAD")


def git_repository(folder: Path, files: Path | None = None, object_format: str = "sha1") -> GitRepository:
    """Make a repository, with a copy of some files in it that are not committed yet."""
    folder.mkdir(parents=True)
    made = GitRepository(folder)
    made.run("init", "--quiet", "--initial-branch=main", f"--object-format={object_format}")
    if files:
        shutil.copytree(files, folder, dirs_exist_ok=True)
    return made
