"""How the API of each forge is spoken: paths, headers, pages. Forgejo and Gitea speak alike, GitHub a little else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from platformctl.catalog.repository import Forge, Repository


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to speak.

    `scheme` is the word before a token, `page` the parameter for the size of a page and the size itself (the largest
    that is given: 100 at GitHub, 50 at the others unless set otherwise), `pull` what follows the path of a commit to
    ask for its pull request, `runs` whether there are check runs beside the statuses.
    """

    scheme: str
    accept: str
    page: tuple[str, int]
    pull: str
    runs: bool

    def headers(self, token: str) -> Mapping[str, str]:
        """Return what is sent with each request."""
        return {"Authorization": f"{self.scheme} {token}", "Accept": self.accept}

    def paged(self, path: str, number: int) -> str:
        """Return the path of one page, counted from 1."""
        name, size = self.page
        return f"{path}?{name}={size}&page={number}"


def dialect_of(forge: Forge) -> Dialect:
    """Return how a forge's API is spoken."""
    return _GITHUB if forge == "github" else _GITEA


def combined(repository: Repository, commit: str) -> str:
    """Return the path of the newest status of each context of a commit."""
    return f"{_commit(repository, commit)}/status"


def check_runs(repository: Repository, commit: str) -> str:
    """Return the path of a commit's check runs; of several of one name the newest is given unless asked otherwise."""
    return f"{_commit(repository, commit)}/check-runs"


def statuses(repository: Repository, commit: str) -> str:
    """Return the path that a new status of a commit is sent to."""
    return f"{_repository(repository)}/statuses/{quote(commit, safe='')}"


def pull_of(repository: Repository, commit: str) -> str:
    """Return the path that tells which pull request a commit was merged by."""
    return f"{_commit(repository, commit)}/{dialect_of(repository.forge).pull}"


def comments(repository: Repository, number: int) -> str:
    """Return the path of the comments of a pull request. To all three forges it is an issue too."""
    return f"{_repository(repository)}/issues/{number}/comments"


def comment(repository: Repository, identity: int) -> str:
    """Return the path of one comment."""
    return f"{_repository(repository)}/issues/comments/{identity}"


USER: Final = "/user"
"""The path that tells whose the token is."""


def _repository(repository: Repository) -> str:
    return f"/repos/{quote(repository.name)}"


def _commit(repository: Repository, commit: str) -> str:
    return f"{_repository(repository)}/commits/{quote(commit, safe='')}"


_GITEA: Final = Dialect("token", "application/json", ("limit", 50), "pull", runs=False)
_GITHUB: Final = Dialect("Bearer", "application/vnd.github+json", ("per_page", 100), "pulls", runs=True)
