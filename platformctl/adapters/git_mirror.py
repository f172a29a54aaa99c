"""A mirror of a repository's base branch, fetched into the store. It can be deleted: it is fetched again."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from platformctl.adapters.file_lock import locked
from platformctl.adapters.git_command import git
from platformctl.adapters.git_history import History
from platformctl.errors import GitFailed, StoreUnwritable

FETCH_S: Final = 120.0
FETCH_BYTES: Final = 1024 * 1024 * 1024
"""What one fetch may bring, packed. A catalog is text; a mirror that was made by hand is fetched from where it is."""

_LOCK_S: Final = FETCH_S + 30
_OTHER_HASH: Final = "mismatched algorithms"
"""What git says when a repository's commits are named by SHA-256, and ours by SHA-1."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """The mirror in a folder of a branch's own; `base` is the branch."""

    folder: Path
    base: str

    @property
    def history(self) -> History:
        """What was fetched."""
        return History(self.folder / "mirror.git")

    def fetch(self, clone: str, timeout_s: float = FETCH_S, most_bytes: int = FETCH_BYTES) -> None:
        """Fetch the base branch, in so much time and of such a size.

        Git holds our lock as well: were we ended and it not, whoever comes next waits for it. So what locks and halves
        of packs are found in the mirror once we hold ours belong to nobody.

        Raises:
            GitFailed: it cannot be fetched; the message holds no credentials.
            StoreBusy: another process fetches for too long.
            StoreUnwritable: the folder cannot be made.
        """
        with locked(self.folder / "mirror.lock", _LOCK_S) as handle:
            _free(self.history.folder)
            _make(self.history.folder, "")
            fetch = partial(self._fetch, clone, timeout_s, most_bytes, handle)
            try:
                fetch()
            except GitFailed as error:
                if _OTHER_HASH not in str(error):
                    _free(self.history.folder)
                    raise
                shutil.rmtree(self.history.folder)
                _make(self.history.folder, "sha256")
                fetch()
            self._tidy(handle)

    def _fetch(self, clone: str, timeout_s: float, most_bytes: int, lock: int) -> None:
        reference = f"refs/heads/{self.base}"
        git(
            self.history.folder, "fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head",
            "--no-recurse-submodules", "--no-auto-gc", "--", clone, f"+{reference}:{reference}",
            timeout_s=timeout_s, holding=(lock,), secrets=(clone,), file_bytes=most_bytes,
        )  # fmt: skip

    def _tidy(self, lock: int) -> None:
        """Let git put many packs into one, which may be longer than one fetch may bring; untidy it is of use too."""
        try:
            git(self.history.folder, "gc", "--auto", "--quiet", timeout_s=FETCH_S, holding=(lock,))
        except GitFailed:
            _free(self.history.folder)

    def tip(self) -> str | None:
        """Return the newest step of the base branch, or None where nothing was fetched."""
        with suppress(GitFailed):
            return self.history.commit(f"refs/heads/{self.base}")
        return None

    def has(self, commit: str) -> bool:
        """Tell whether a commit is a step of the base branch, as far as that was fetched."""
        return self.tip() is not None and self.history.is_step(commit, self.base)


def _make(mirror: Path, object_format: str) -> None:
    try:
        mirror.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnwritable(f"{mirror} cannot be made: {error.strerror or error}") from None
    kind = [f"--object-format={object_format}"] if object_format else []
    git(mirror, "init", "--quiet", "--bare", "--template=", *kind)


def _free(mirror: Path) -> None:
    for left in (*mirror.rglob("*.lock"), *mirror.glob("objects/*/tmp_*")):
        left.unlink(missing_ok=True)
